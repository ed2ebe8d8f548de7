"""The stamp on a figure: where its numbers come from, in a footer and, unless they are real, in the axes themselves.

A footer is lost in a crop; so synthetic and undeclared values carry their word inside the axes, tiled closely enough that a quarter of the figure
still shows it. No chart leaves without the stamp, and no stamp can be made better than the one before.
"""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hmsurvey import __version__
from hmsurvey.errors import Lang, Problem, ProvenanceError, Text
from hmsurvey.output import theme
from hmsurvey.output.page import Page, add_below, plot_axes, resize
from hmsurvey.output.phrases import date_words, two_sides
from hmsurvey.output.typesetting import given, missing_glyphs, own, width, wrap
from hmsurvey.provenance import KIND_WORDS, KINDS, NATURE_WORDS, Provenance, definition_words
from hmsurvey.tables import Table

FOOTER, WATERMARK = "hmsurvey-footer", "hmsurvey-watermark"
MARK_WORDS = {
    "synthetic": Text("模拟数据", "SYNTHETIC"),
    "mixed": Text("部分模拟数据", "PARTLY SYNTHETIC"),
    "undeclared": Text("来源未说明", "UNDECLARED"),
}
# Mid grey this thin is 8% grey on paper, and lightens dark fills as much as it darkens light ones.
_MARK_COLOUR, _MARK_ALPHA, _MARK_SIZE = "#808080", 0.16, 11.0
_MARK_ANGLE = 14.0


def finish(page: Page, table: Table, lang: Lang, *, notes: tuple[str, ...] = ()) -> Figure:
    """Write the notes under the plot, stamp the figure, and return it."""
    lines = [
        line
        for note in (*notes, _missing_note(table, lang))
        if note
        for line in wrap(own(note), theme.NOTE, page.width)
    ]
    add_below(page.figure, lines, size=theme.NOTE, gid="note")
    return stamp(page.figure, table.provenance, lang)


def _missing_note(table: Table, lang: Lang) -> str:
    """Name the characters of the table's words that the fonts lack and that the figure shows as 〓."""
    words = [table.title.of(lang), *(column.label.of(lang) for column in table.columns)]
    for column in table.columns:
        if column.unit == "code":
            codes = table.frame[column.code].astype(str).unique()
            words += [column.labels[code].of(lang) if code in column.labels else code for code in codes]
    missing = missing_glyphs("".join(words))
    if not missing:
        return ""
    listed = ", ".join(f"U+{ord(char):04X}" for char in missing)
    return Text(f"〓：字体中没有的字（{listed}）。", f"〓: characters that the font lacks ({listed}).").of(lang)


def stamp(figure: Figure, provenance: Provenance, lang: Lang) -> Figure:
    """Stamp a figure with its provenance; a stamp it already has is replaced, but never by a better kind.

    Raises
    ------
    ProvenanceError
        The figure is stamped synthetic (or undeclared), and the new stamp would say otherwise.
    """
    before = stamped_kind(figure)
    if before and KINDS.index(provenance.kind) > KINDS.index(before):
        raise ProvenanceError(
            Problem(
                Text("图上已有来源标记，不能改得更好。", "The figure's stamp cannot be replaced by a better one."),
                found=KIND_WORDS[before].of(lang) + " → " + KIND_WORDS[provenance.kind].of(lang),
                fix=Text("用真实数据重新绘图。", "draw the figure anew from the real data."),
            )
        )
    with theme.themed():
        _remove(figure)
        lines = footer_lines(provenance, lang, figure.get_figwidth() * 72 - 2 * theme.MARGIN)
        add_below(figure, lines, size=theme.FOOTER, gid=f"{FOOTER} {provenance.kind}")
        if provenance.nature in MARK_WORDS and not provenance.definitions_only:
            words = own(MARK_WORDS[provenance.nature].of(lang))
            for axes in plot_axes(figure):
                _watermark(axes, words)
    _check_glyphs(figure)
    return figure


def stamped_kind(figure: Figure) -> str:
    """Return the kind a figure is stamped with, or nothing."""
    ids = (str(text.get_gid()) for text in figure.texts)
    return next((gid[len(FOOTER) + 1 :] for gid in ids if gid.startswith(FOOTER)), "")


def _remove(figure: Figure) -> None:
    old = [text for text in figure.texts if str(text.get_gid()).startswith(FOOTER)]
    for text in old:
        text.remove()
    if old:
        resize(figure, -(len(old) * theme.FOOTER * 1.32 + 5) / 72)
    for axes in figure.axes:
        for text in [text for text in axes.texts if text.get_gid() == WATERMARK]:
            text.remove()


def footer_lines(provenance: Provenance, lang: Lang, room: float) -> list[str]:
    """Return the footer: sources; kind of data, index and rule versions, program version."""
    zh = lang == "zh"
    comma, stop = ("，", "；") if zh else (", ", "; ")
    makers: dict[str, list[str]] = {}
    for source in provenance.sources:
        facts = comma.join(fact for fact in (source.producer, date_words(source.date).of(lang)) if fact)
        makers.setdefault(facts, []).append(two_sides(source.title or source.file).of(lang))
    sources = [
        stop.join(titles) + (("（" + facts + "）" if zh else f" ({facts})") if facts else "")
        for facts, titles in makers.items()
    ]
    unsaid = (
        Text("本项目的定义文件", "definition files") if provenance.definitions_only else Text("未说明", "not declared")
    )
    from_ = Text("来源：", "Source: ").of(lang) + (stop.join(sources) or unsaid.of(lang))
    made = [
        Text("数据：", "Data: ").of(lang) + _data_words(provenance).of(lang),
        *(
            [
                Text("定义：", "Definitions: ").of(lang)
                + comma.join(definition_words(d, lang) for d in provenance.definitions)
            ]
            if provenance.definitions
            else []
        ),
        f"hmsurvey {__version__}",
    ]
    size = theme.FOOTER
    return [*wrap(given(from_, lang), size, room, lines=3), *wrap(given("  |  ".join(made), lang), size, room, lines=6)]


def _data_words(provenance: Provenance) -> Text:
    """Return what kind of data a figure shows; where a part is about real enterprises, that it is confidential."""
    if provenance.definitions_only:
        return Text("只含定义，不含数据", "definitions only, no data")
    words = NATURE_WORDS[provenance.nature]
    if provenance.nature != "mixed":
        return words
    return Text(f"{words.zh}，部分真实，请保密", f"{words.en}, partly real: confidential")


def _watermark(axes: Axes, words: str) -> None:
    """Tile words over the axes: rows about 24 points apart, words staggered by half a step."""
    figure = axes.get_figure(root=True)
    if figure is None:
        return
    box = axes.get_position(original=True)
    wide, high = box.width * figure.get_figwidth() * 72, box.height * figure.get_figheight() * 72
    length = width(words, _MARK_SIZE, bold=True)
    rows = max(1, round(high / 24))
    columns = max(1, int((wide - length) // (length + 34)) + 1)
    step = (wide - length - 8) / (columns - 1) if columns > 1 else 0.0
    for row in range(rows):
        shift = step / 2 if row % 2 and columns > 1 else 0.0
        for column in range(columns - (1 if shift else 0)):
            side = length / 2 + 4 if row % 2 == 0 else wide - length / 2 - 4
            centre = 4 + length / 2 + column * step + shift if columns > 1 else max(side, length / 2)
            axes.text(
                centre / wide,
                1 - (row + 0.5) / rows,
                words,
                transform=axes.transAxes,
                size=_MARK_SIZE,
                weight="bold",
                color=_MARK_COLOUR,
                alpha=_MARK_ALPHA,
                rotation=_MARK_ANGLE,
                ha="center",
                va="center",
                zorder=theme.WATERMARK,
                clip_on=True,
                gid=WATERMARK,
            )


def _check_glyphs(figure: Figure) -> None:
    for axes in figure.axes:
        # Axes that are not drawn have no labels; asked for them, matplotlib would make them.
        labels = [*axes.get_xticklabels(), *axes.get_yticklabels()] if axes.axison else []
        for text in (*axes.texts, axes.title, axes.xaxis.label, axes.yaxis.label, *labels):
            own(text.get_text())
    for text in figure.texts:
        if missing_glyphs(text.get_text()):
            own(text.get_text())
