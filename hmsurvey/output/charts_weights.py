"""The chart of weightings: what each gives to the areas, and how many change stage under it."""

from __future__ import annotations

import math

from matplotlib.colors import Normalize, to_hex
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from hmsurvey.errors import Lang, Text
from hmsurvey.output import theme
from hmsurvey.output.headlines import ENTERPRISES, Noun, lead
from hmsurvey.output.page import Head, KeyItem, Page
from hmsurvey.output.rows import Row, columns_right, draw_names, empty, lay_rows
from hmsurvey.output.stamping import finish
from hmsurvey.output.theme import themed
from hmsurvey.output.typesetting import given, number, own, width, wrap
from hmsurvey.tables import Table

_HEADING = 8.5


@themed()
def plot_weights(table: Table, *, lang: Lang, noun: Noun = ENTERPRISES) -> Figure:
    """Draw weightings as a heat map: weightings down, areas across, each cell the area's share; at the right how many change stage.

    Parameters
    ----------
    table
        From `tabulate_weight_choices`.
    lang
        "zh" or "en".
    noun
        What the units are called.
    """
    areas = [column.code for column in table.columns if column.code.startswith("share_")]
    frame = table.frame
    title = lead(_finding(table, areas, lang, noun), table.provenance.nature, lang)
    shown = Text(
        f"各方面在总分中的份额（%）；右侧为阶段有变的{noun.zh}数，与第一行相比",
        f"share of each area in the total (%); at the right, how many {noun.en} change stage against the first row",
    ).of(lang)
    if not len(frame) or not areas:
        return finish(empty(Head(title, shown[:1].upper() + shown[1:]), lang), table, lang)
    high = 10.0 * math.ceil(float(frame[areas].max().max()) / 10 - 1e-9)
    norm = Normalize(0, high)
    key = tuple(
        KeyItem(f"{share}%", to_hex(theme.SEQUENTIAL(norm(share))))
        for share in range(0, int(high) + 1, 10 if high <= 60 else 20)
    )
    labels = table.column("alternative").labels
    rows = [
        Row(given(labels[code].of(lang), lang), bold=place == 0, apart=place == 1)
        for place, code in enumerate(frame["alternative"])
    ]
    grid = lay_rows(rows, pitch=20.0, even=True)
    heads = [
        given(table.column(code).label.of(lang), lang).removesuffix("（%）").removesuffix(" (%)") for code in areas
    ]
    moved = ["–" if place == 0 else number(n, 0) for place, n in enumerate(frame["n_moved"])]
    moved_head = Text("阶段\n有变", "Change\nstage").of(lang)
    aside = max(width(words, _HEADING) for words in (*moved_head.split("\n"), *moved)) + 14
    wide = (theme.TEXT_WIDTH - grid.left - aside) / len(areas)
    upright = wide - 3 < max(width(word, _HEADING) for head in heads for word in _words(head, lang))
    lines = [
        wrap(head, _HEADING, 120.0 if upright else wide - 3, even=True, lines=2 if upright else 0) for head in heads
    ]
    top = 11.0 * max(len(found) for found in lines) + 8
    if upright:
        top = max(width(line, _HEADING) for found in lines for line in found) + 10
    page = Page(Head(title, shown[:1].upper() + shown[1:], key), height=top + grid.height)
    draw_names(page, grid, top=top)
    axes = page.axes(grid.left, top, wide * len(areas), grid.height)
    axes.set(xlim=(0, wide * len(areas)), ylim=(grid.height, 0), xticks=[], yticks=[])
    for place, (code, words) in enumerate(zip(areas, lines, strict=True)):
        x = place * wide
        page.text(grid.left + x + wide / 2, top - 5, "\n".join(words), size=_HEADING, ha="center", va="bottom", rotation=90 if upright else 0, gid="column")  # fmt: skip
        for y, value in zip(grid.centres, frame[code].to_numpy(dtype=float), strict=True):
            colour = to_hex(theme.SEQUENTIAL(norm(value)))
            low = y - grid.pitch / 2
            axes.add_patch(Rectangle((x + 0.6, low + 0.6), wide - 1.2, grid.pitch - 1.2, facecolor=colour, edgecolor="none", zorder=theme.FILLS))  # fmt: skip
            axes.text(x + wide / 2, y, number(value), size=theme.NOTE, ha="center", va="center_baseline", color=theme.ink_on(colour), zorder=theme.WORDS, gid="value")  # fmt: skip
    columns_right(page, grid, [(own(moved_head), moved)], top=top)
    return finish(page, table, lang, notes=tuple(note.of(lang) for note in table.notes))


def _words(head: str, lang: Lang) -> list[str]:
    return head.split() if lang == "en" else [head[:2]]


def _finding(table: Table, areas: list[str], lang: Lang, noun: Noun) -> str:
    frame = table.frame
    if len(frame) < 2 or not areas:
        return Text("只有一种权重，没有可比的", "there is only one weighting, and nothing to compare").of(lang)
    others = frame.iloc[1:]
    low, high, n = int(others["n_moved"].min()), int(others["n_moved"].max()), int(frame["n"].iloc[0])
    least, most = float(frame[areas].min().min()), float(frame[areas].max().max())
    if high == 0:
        zh = f"一个方面的份额可以低到 {least:.0f}%、高到 {most:.0f}%，{n} {noun.counter}{noun.zh}的阶段却都不变"
        en = f"an area may weigh {least:.0f}% or {most:.0f}% of the total, and none of the {n} {noun.en} changes stage"
    elif low == high:
        zh = f"一个方面的份额在 {least:.0f}% 到 {most:.0f}% 之间变动，{n} {noun.counter}{noun.zh}中有 {high} {noun.counter}阶段改变"
        en = f"an area may weigh {least:.0f}% to {most:.0f}% of the total; {high} of {n} {noun.en} change stage"
    else:
        zh = f"一个方面的份额在 {least:.0f}% 到 {most:.0f}% 之间变动，{n} {noun.counter}{noun.zh}中阶段改变的有 {low} 至 {high} {noun.counter}"
        en = (
            f"an area may weigh {least:.0f}% to {most:.0f}% of the total; {low} to {high} of {n} {noun.en} change stage"
        )
    return Text(zh, en).of(lang)
