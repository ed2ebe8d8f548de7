"""Charts of change: the flow of enterprises between stages from one wave to the next, and shares of stages before and after the visits are taken into account."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path

from hmsurvey.analysis.words import ALL
from hmsurvey.errors import Lang, Text
from hmsurvey.output import theme
from hmsurvey.output.headlines import ENTERPRISES, Noun, label, lead, subtitle
from hmsurvey.output.page import Head, KeyItem, Page, nice_limits, steps
from hmsurvey.output.rows import Row, draw_names, empty, lay_rows, row_axes
from hmsurvey.output.stamping import finish
from hmsurvey.output.theme import themed
from hmsurvey.output.typesetting import number, own, width
from hmsurvey.rules import UNSTAGED
from hmsurvey.tables import Table

_TALL, _GAP, _BAR = 240.0, 9.0, 13.0
_OUTSIDE = "#E6E6E6"  # who was not there


@dataclass(frozen=True, slots=True)
class _Node:
    """One block of a column: its code and name, how many, and where it stands."""

    code: str
    name: str
    n: int
    top: float
    high: float


@themed()
def plot_flows(table: Table, *, lang: Lang, noun: Noun = ENTERPRISES) -> Figure:
    """Draw how enterprises moved between stages from one wave to the next, with those who entered and left, as bands as wide as they are many.

    Parameters
    ----------
    table
        From `tabulate_transitions`.
    lang
        "zh" or "en".
    noun
        What the units are called.
    """
    frame = table.frame[table.frame["before"] != ALL]
    rows = [str(code) for code in frame["before"]]
    columns = [c.code for c in table.columns if c.code.startswith("n_to_")] + ["n_left"]
    counts = frame[columns].to_numpy(dtype=float)
    shown = Text(
        f"{noun.zh}数：左为前一期的阶段，右为后一期的阶段；带宽即{noun.zh}数",
        f"number of {noun.en}: stages in the earlier wave on the left, in the later on the right; a band is as wide as it has {noun.en}",
    )
    head = Head(_headline(table, lang, noun), subtitle(table, lang, shown))
    if not counts.sum():
        return finish(empty(head, lang), table, lang)
    stages = [code.removeprefix("n_to_") for code in columns[:-1]]
    colours = theme.stage_colours([code for code in stages if code != UNSTAGED]) | {UNSTAGED: theme.UNSTAGED_COLOUR}
    names = {code: label(table, "before", code, lang) for code in rows}
    right_names = [*(label(table, "before", code, lang) for code in stages), table.column("n_left").label.of(lang)]
    sides = counts.sum(axis=1), counts.sum(axis=0)
    taken = [sum(1 for n in side if n) for side in sides]
    scale = (_TALL - _GAP * (max(taken) - 1)) / counts.sum()
    left = _nodes(rows, [names[code] for code in rows], sides[0], scale)
    right = _nodes([*stages, "left"], right_names, sides[1], scale)
    room = [max(width(f"{node.name}  {node.n}", theme.NOTE) for node in nodes) + 8 for nodes in (left, right)]
    page = Page(head, height=_TALL + 34)
    x0, x1 = room[0], theme.TEXT_WIDTH - room[1]
    axes = page.axes(x0, 20, x1 - x0, _TALL + 8)
    axes.set(xlim=(0, x1 - x0), ylim=(_TALL + 6, -2))
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_visible(False)
    heads = _heads(table, lang)
    page.text(x0, 9, heads[0], ha="left", weight="bold", gid="column")
    page.text(x1, 9, heads[1], ha="right", weight="bold", gid="column")
    _draw_bands(axes, left, right, counts, scale, x1 - x0, colours)
    for nodes, x, side in ((left, 0.0, -1), (right, x1 - x0 - _BAR, 1)):
        visible = [node for node in nodes if node.n]
        places = _apart([node.top + node.high / 2 for node in visible])
        for node, y in zip(visible, places, strict=True):
            axes.add_patch(
                Rectangle(
                    (x, node.top), _BAR, max(node.high, 1.0), facecolor=colours.get(node.code, _OUTSIDE), edgecolor="none" if node.code in colours else theme.SOFT, linewidth=0.5,
                    hatch=theme.UNSTAGED_HATCH if node.code == UNSTAGED else None, zorder=theme.MARKS, gid=f"node {node.code}",
                )
            )  # fmt: skip
            at = x0 - 6 if side < 0 else x1 + 6
            page.text(
                at, 20 + y + 2, f"{node.name}  {number(node.n, 0)}", ha="right" if side < 0 else "left", gid="name"
            )
    return finish(page, table, lang)


def _heads(table: Table, lang: Lang) -> tuple[str, str]:
    """Return the names of the two waves as the table's columns give them."""
    first = table.column("before").label
    later = next(c for c in table.columns if c.code.startswith("n_to_")).label
    if lang == "zh":
        return first.zh.removesuffix("的阶段"), later.zh.split("：", 1)[0]
    return first.en.removeprefix("Stage in "), later.en.split(": ", 1)[0]


def _nodes(codes: list[str], names: list[str], counts: np.ndarray, scale: float) -> list[_Node]:
    nodes, top = [], 0.0
    for code, name, n in zip(codes, names, counts, strict=True):
        nodes.append(_Node(code, name, int(n), top, float(n) * scale))
        top += float(n) * scale + (_GAP if n else 0.0)
    return nodes


def _apart(places: list[float], gap: float = 12.0) -> list[float]:
    """Move labels down until each is a line below the one before it, then all back up as far as they fit."""
    moved = list(places)
    for k in range(1, len(moved)):
        moved[k] = max(moved[k], moved[k - 1] + gap)
    for k in range(len(moved) - 1, -1, -1):
        most = _TALL if k == len(moved) - 1 else moved[k + 1] - gap
        moved[k] = min(moved[k], most)
    return moved


def _draw_bands(
    axes: Axes,
    left: list[_Node],
    right: list[_Node],
    counts: np.ndarray,
    scale: float,
    wide: float,
    colours: dict[str, str],
) -> None:
    start, end = [node.top for node in left], [node.top for node in right]
    for i, one in enumerate(left):
        for j, other in enumerate(right):
            n = counts[i, j]
            if not n:
                continue
            high, a, b = n * scale, start[i], end[j]
            start[i], end[j] = a + high, b + high
            near, far, half = _BAR, wide - _BAR, wide / 2
            points = [
                (near, a),
                (half, a),
                (half, b),
                (far, b),
                (far, b + high),
                (half, b + high),
                (half, a + high),
                (near, a + high),
                (near, a),
            ]
            codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
            colour = colours.get(one.code, colours.get(other.code, _OUTSIDE)) if one.code in colours else _OUTSIDE
            moved = (
                one.code != other.code
                and one.code in colours
                and other.code in colours
                and UNSTAGED not in (one.code, other.code)
            )
            axes.add_patch(
                PathPatch(Path(points, codes), facecolor=colour, alpha=0.85 if moved else 0.38, edgecolor=theme.INK if moved else "none", linewidth=0.5, zorder=theme.FILLS, gid=f"flow {one.code}/{other.code}")
            )  # fmt: skip
            if high >= 8:
                axes.text(near + 7, a + high / 2, number(n, 0), va="center_baseline", ha="left", size=theme.FOOTER, color=theme.INK, zorder=theme.WORDS, gid="count")  # fmt: skip


def _headline(table: Table, lang: Lang, noun: Noun) -> str:
    whole = table.frame[table.frame["before"] == ALL].iloc[0]
    up, same, down = (int(whole[f"n_{code}"]) for code in ("up", "same", "down"))
    n = up + same + down
    if not n:
        words = Text(f"没有两期都定了阶段的{noun.zh}", f"no {noun.en} have a stage in both waves")
    else:
        words = Text(
            f"两期都定了阶段的 {n} {noun.counter}{noun.zh}中，上升 {up} {noun.counter}，下降 {down} {noun.counter}，{same} {noun.counter}未变",
            f"of {n} {noun.en} with a stage in both waves {up} rose, {down} fell and {same} stayed",
        )
    return lead(words.of(lang), table.provenance.nature, lang)


@themed()
def plot_adjusted(table: Table, *, lang: Lang, noun: Noun = ENTERPRISES) -> Figure:
    """Draw the share of each stage by the answers and as put right by the visits, each with its interval.

    Parameters
    ----------
    table
        From `tabulate_adjusted_shares`.
    lang
        "zh" or "en".
    noun
        What the units are called.
    """
    frame = table.frame
    key = (
        KeyItem(Text("按答卷", "By the answers").of(lang), theme.MAIN, marker="o"),
        KeyItem(Text("按走访校正后", "Put right by the visits").of(lang), theme.ACCENT, marker="s"),
    )
    shown = Text(
        f"各阶段占定了阶段的{noun.zh}的百分比，横线为 95% 区间",
        f"% of the {noun.en} with a stage; lines are 95% intervals",
    )
    head = Head(_headline_adjusted(table, lang), subtitle(table, lang, shown), key)
    if not len(frame):
        return finish(empty(head, lang), table, lang)
    rows = [
        Row(label(table, "stage", code, lang), own(f"n = {n:.0f}"))
        for code, n in zip(frame["stage"], frame["n"], strict=True)
    ]
    grid = lay_rows(rows, pitch=34.0)
    page = Page(head, height=grid.height + 18)
    draw_names(page, grid)
    highest = float(frame[["said_high_pct", "adjusted_high_pct"]].to_numpy(dtype=float).max())
    bottom, top, step = nice_limits(0, highest)
    axes = row_axes(page, grid, left=grid.left, right=theme.TEXT_WIDTH - 14, limits=(bottom, min(100.0, top)))
    ticks = [tick for tick in steps(bottom, top, step) if tick <= 100]
    axes.set_xticks(ticks, [own(f"{number(tick, 0)}%") for tick in ticks])
    axes.get_xticklabels()[0].set_horizontalalignment("left")
    axes.grid(axis="x")
    for code, colour, marker, off in (("said", theme.MAIN, "o", -6.5), ("adjusted", theme.ACCENT, "s", 6.5)):
        for y, (_, row) in zip(grid.centres, frame.iterrows(), strict=True):
            axes.plot([row[f"{code}_low_pct"], row[f"{code}_high_pct"]], [y + off] * 2, color=colour, linewidth=1.4, zorder=theme.MARKS, gid=f"{code} interval")  # fmt: skip
            axes.plot([row[f"{code}_pct"]], [y + off], marker=marker, markersize=6, color=colour, linestyle="none", zorder=theme.MARKS + 0.1, gid=code)  # fmt: skip
            axes.text(row[f"{code}_high_pct"] + 0.8, y + off, number(float(row[f"{code}_pct"]), 1), va="center_baseline", size=theme.FOOTER, color=colour, zorder=theme.WORDS, gid="value")  # fmt: skip
    return finish(page, table, lang)


def _headline_adjusted(table: Table, lang: Lang) -> str:
    frame = table.frame
    if not len(frame):
        return lead(Text("没有可用的走访", "no usable visits").of(lang), table.provenance.nature, lang)
    row = frame.iloc[-1]
    stage = label(table, "stage", str(row["stage"]), lang)
    said, low, high = (
        own(f"{number(float(row[c]), 0)}%") for c in ("said_pct", "adjusted_low_pct", "adjusted_high_pct")
    )
    words = Text(
        f"按答卷{stage}占 {said}；按走访校正，在 {low} 到 {high} 之间",
        f"by the answers {said} are at the {stage.lower()} stage; put right by the visits it may be {low} to {high}",
    )
    return lead(words.of(lang), table.provenance.nature, lang)


__all__ = ["plot_adjusted", "plot_flows"]
