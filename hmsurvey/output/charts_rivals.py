"""Charts that cross two ways of staging: one matrix a rival method, and the matrix of two surveys.

On the diagonal stand those with the same stage, in the house's blue; off it those who move, in the accent. A cell is coloured by its share of the row, and holds its count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from hmsurvey.errors import Lang, Text
from hmsurvey.output import theme
from hmsurvey.output.headlines import ENTERPRISES, Noun, header, label, lead
from hmsurvey.output.page import Head, KeyItem, Page
from hmsurvey.output.rows import empty
from hmsurvey.output.stamping import finish
from hmsurvey.output.theme import themed
from hmsurvey.output.typesetting import latin, number, own, percent, width, wrap
from hmsurvey.rules import UNSTAGED
from hmsurvey.tables import Table

_ACROSS = 3
_ROW, _BAR, _GAP = 20.0, 5.0, 14.0
_SMALL = 8.5


@dataclass(frozen=True, slots=True)
class _Crossing:
    """One matrix: stages down by one way, across by the other, from the highest; counts of those that both staged."""

    name: str
    counts: tuple[tuple[int, ...], ...]

    @property
    def n(self) -> int:
        return sum(map(sum, self.counts))

    @property
    def n_same(self) -> int:
        return sum(row[place] for place, row in enumerate(self.counts))


def _stages(table: Table) -> list[str]:
    codes = [column.code.removeprefix("n_to_") for column in table.columns if column.code.startswith("n_to_")]
    return [code for code in codes if code != UNSTAGED]


def _crossings(table: Table, lang: Lang) -> list[_Crossing]:
    stages, found = _stages(table), []
    for method in dict.fromkeys(table.frame["method"]):
        mine = table.frame[table.frame["method"] == method].set_index("stage")
        counts = mine.loc[stages, [f"n_to_{code}" for code in stages]].to_numpy(dtype=int).tolist()
        found.append(_Crossing(label(table, "method", method, lang), tuple(tuple(row) for row in counts)))
    return found


def _draw(
    page: Page, crossing: _Crossing, stages: Sequence[str], *, left: float, top: float, wide: float, high: float
) -> None:
    """Draw one matrix: a strip of stage colours over its columns, then the cells."""
    size = len(stages)
    colours = theme.stage_colours(stages)
    axes = page.axes(left, top, wide * size, _BAR + 3 + high * size)
    axes.set(xlim=(0, wide * size), ylim=(_BAR + 3 + high * size, 0), xticks=[], yticks=[])
    for column, code in enumerate(stages):
        axes.add_patch(Rectangle((column * wide + 0.6, 0), wide - 1.2, _BAR, facecolor=colours[code], edgecolor="none", zorder=theme.FILLS, gid="stage"))  # fmt: skip
    tints = theme.accent_tints()
    for row, counts in enumerate(crossing.counts):
        whole = sum(counts)
        for column, n in enumerate(counts):
            share = n / whole if whole else 0.0
            scale = theme.SEQUENTIAL if row == column else tints
            colour = to_hex(scale(share)) if n else theme.NOTHING_COLOUR
            x, y = column * wide, _BAR + 3 + row * high
            axes.add_patch(Rectangle((x + 0.6, y + 0.6), wide - 1.2, high - 1.2, facecolor=colour, edgecolor="none", zorder=theme.FILLS, gid="cell"))  # fmt: skip
            axes.text(x + wide / 2, y + high / 2, number(n, 0), size=theme.NOTE, ha="center", va="center_baseline", color=theme.ink_on(colour), zorder=theme.WORDS, gid="value")  # fmt: skip


def _key(table: Table, stages: Sequence[str], lang: Lang) -> tuple[KeyItem, ...]:
    """Return the key: the colours of the stages, then what the two scales mean."""
    colours = theme.stage_colours(stages)
    same, other = Text("阶段相同", "Same stage"), Text("阶段不同", "Another stage")
    return (
        *(KeyItem(label(table, "stage", code, lang), colours[code]) for code in stages),
        KeyItem(own(same.of(lang)), to_hex(theme.SEQUENTIAL(0.8))),
        KeyItem(own(other.of(lang)), to_hex(theme.accent_tints()(0.8))),
    )


@themed()
def plot_rivals(table: Table, *, lang: Lang, noun: Noun = ENTERPRISES) -> Figure:
    """Draw a matrix a rival method: stages by the rule down, by the method across.

    Parameters
    ----------
    table
        From `tabulate_rival_moves`.
    lang
        "zh" or "en".
    noun
        What the units are called.
    """
    stages, crossings = _stages(table), _crossings(table, lang)
    title = lead(_finding_rivals(crossings, lang, noun), table.provenance.nature, lang)
    shown = Text(
        f"{noun.zh}数：行为本规则的阶段，列为该方法的阶段（次序同图例，高级在前）；颜色深浅为占该行的比例",
        f"number of {noun.en}: down, the stage by the rule; across, by the method (in the order of the key); shade: share of the row",
    ).of(lang)
    head = Head(title, shown[:1].upper() + shown[1:], _key(table, stages, lang))
    if not crossings or not any(crossing.n for crossing in crossings):
        return finish(empty(head, lang), table, lang)
    names = [label(table, "stage", code, lang) for code in stages]
    left = max(width(name, _SMALL) for name in names) + 7
    room = (theme.TEXT_WIDTH - left - _GAP * (_ACROSS - 1)) / _ACROSS
    titles = [wrap(crossing.name, theme.NOTE, room, bold=True, lines=2) for crossing in crossings]
    body = _BAR + 3 + _ROW * len(stages)
    bands = [range(first, min(first + _ACROSS, len(crossings))) for first in range(0, len(crossings), _ACROSS)]
    headings = [12.0 * max(len(titles[place]) for place in band) + 15 for band in bands]
    page = Page(head, height=sum(headings) + body * len(bands) + 13 * (len(bands) - 1))
    y = 0.0
    for band, heading in zip(bands, headings, strict=True):
        top = y + heading
        for row, name in enumerate(names):
            page.text(left - 7, top + _BAR + 3 + (row + 0.5) * _ROW, name, size=_SMALL, ha="right", gid="name")
        for place in band:
            crossing, lines, x = crossings[place], titles[place], left + (place - band[0]) * (room + _GAP)
            for k, line in enumerate(reversed(lines)):
                page.text(x, top - 21 - 12.0 * k, line, weight="bold", gid="method")
            page.text(x, top - 9, _differ(crossing, lang, noun), size=_SMALL, color=theme.SOFT, gid="moved")
            _draw(page, crossing, stages, left=x, top=top, wide=room / len(stages), high=_ROW)
        y = top + body + 13
    return finish(page, table, lang, notes=_unstaged_note(table, lang))


def _differ(crossing: _Crossing, lang: Lang, noun: Noun) -> str:
    n, moved = crossing.n, crossing.n - crossing.n_same
    return own(Text(f"{n} {noun.counter}中 {moved} {noun.counter}不同", f"{moved} of {n} differ").of(lang))


def _unstaged_note(table: Table, lang: Lang) -> tuple[str, ...]:
    frame = table.frame
    out = frame[f"n_to_{UNSTAGED}"].where(frame["stage"] != UNSTAGED, frame["n"]).groupby(frame["method"]).sum()
    low, high = (int(out.min()), int(out.max())) if len(out) else (0, 0)
    if not high:
        return ()
    n = str(low) if low == high else f"{low}–{high}"
    return (
        Text(f"有一方未定阶段的 {n} 家不在图中。", f"Not shown: {n} that one of the two leaves unstaged.").of(lang),
    )


def _finding_rivals(crossings: list[_Crossing], lang: Lang, noun: Noun) -> str:
    moved = [crossing.n - crossing.n_same for crossing in crossings if crossing.n]
    if not moved:
        return Text("没有可以对照的方法", "there is no method to compare with").of(lang)
    n, low, high = max(crossing.n for crossing in crossings), min(moved), max(moved)
    if high == 0:
        zh = f"换哪种方法，{n} {noun.counter}{noun.zh}的阶段都不变"
        en = f"whatever the method, all {n} {noun.en} keep their stage"
    elif low == high:
        zh = f"换一种方法，{n} {noun.counter}{noun.zh}中有 {high} {noun.counter}阶段不同"
        en = f"by another method, {high} of {n} {noun.en} stand at another stage"
    else:
        zh = f"换一种方法，{n} {noun.counter}{noun.zh}中阶段不同的少则 {low} {noun.counter}，多则 {high} {noun.counter}"
        en = f"depending on the method, {low} to {high} of {n} {noun.en} stand at another stage"
    return Text(zh, en).of(lang)


@themed()
def plot_yardsticks(table: Table, *, lang: Lang, noun: Noun = ENTERPRISES) -> Figure:
    """Draw the stages of those who answered both surveys: the first survey's down, the second's across.

    Parameters
    ----------
    table
        From `tabulate_yardstick_moves`.
    lang
        "zh" or "en".
    noun
        What the units are called.
    """
    stages, (crossing, *_) = _stages(table), _crossings(table, lang)
    title = lead(_finding_yardsticks(crossing, lang, noun), table.provenance.nature, lang)
    down = header(table, "stage", lang)
    shown = Text(
        f"{noun.zh}数：行为“{down}”的阶段，列为“{crossing.name}”的阶段；颜色深浅为占该行的比例",
        f"number of {noun.en}: down, by “{down}”; across, by “{crossing.name}”; shade: share of the row",
    ).of(lang)
    words = shown if lang == "zh" else latin(shown[:1].upper() + shown[1:])
    head = Head(title, words, _key(table, stages, lang)[len(stages) :])
    if not crossing.n:
        return finish(empty(head, lang), table, lang)
    names = [label(table, "stage", code, lang) for code in stages]
    left = max(width(name, theme.NOTE) for name in names) + 8
    wide, high, top = min(84.0, (theme.TEXT_WIDTH - left) / len(stages)), 26.0, 16.0
    page = Page(head, height=top + _BAR + 3 + high * len(stages))
    for place, name in enumerate(names):
        page.text(left + (place + 0.5) * wide, top - 8, name, size=_SMALL, ha="center", gid="column")
        page.text(left - 8, top + _BAR + 3 + (place + 0.5) * high, name, ha="right", gid="name")
    _draw(page, crossing, stages, left=left, top=top, wide=wide, high=high)
    return finish(page, table, lang, notes=(*_unstaged_note(table, lang), *(note.of(lang) for note in table.notes)))


def _finding_yardsticks(crossing: _Crossing, lang: Lang, noun: Noun) -> str:
    if not crossing.n:
        return Text(f"没有两项调查都定了阶段的{noun.zh}", f"no {noun.en} were staged by both surveys").of(lang)
    far = sum(
        n for row, counts in enumerate(crossing.counts) for column, n in enumerate(counts) if abs(row - column) > 1
    )
    share = percent(100.0 * crossing.n_same / crossing.n, lang)
    zh = f"两项调查都定了阶段的 {crossing.n} {noun.counter}{noun.zh}中，{share} 的阶段相同，" + (
        f"{far} {noun.counter}差两级" if far else "没有差两级的"
    )
    en = f"both surveys give the same stage to {share} of {crossing.n} {noun.en}; " + (
        f"{far} {'is' if far == 1 else 'are'} two stages apart" if far else "none is two stages apart"
    )
    return Text(zh, en).of(lang)


__all__ = ["plot_rivals", "plot_yardsticks"]
