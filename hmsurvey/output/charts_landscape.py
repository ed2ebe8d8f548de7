"""The diagram of what enterprises file, and where: from the enterprise over the archive types to the platforms.

It shows definitions, no answers: which type belongs on which platform, not who files it.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, PathPatch
from matplotlib.path import Path

from hmsurvey.errors import Lang, Text
from hmsurvey.output import theme
from hmsurvey.output.headlines import label
from hmsurvey.output.page import Head, KeyItem, Page
from hmsurvey.output.rows import empty
from hmsurvey.output.stamping import finish
from hmsurvey.output.theme import themed
from hmsurvey.output.typesetting import own, width, wrap
from hmsurvey.tables import Table

_PITCH, _GAP = 20.0, 21.0  # a row of a type; the room over a group for its name
_LEFT, _RIGHT = 74.0, 104.0  # widths of the enterprise's and the platforms' boxes
_NAME = 152.0
_BOX = 26.0


@themed()
def plot_landscape(table: Table, *, lang: Lang) -> Figure:
    """Draw which archive types of an enterprise are filed on which platforms; types that are filed nowhere end in the open.

    Parameters
    ----------
    table
        From `tabulate_links`.
    lang
        "zh" or "en".
    """
    frame = table.frame
    head = Head(
        headline_landscape(table, lang),
        Text(
            "一家重金属企业的环保档案按规定向哪里报送（所示为定义，不是答卷）",
            "Where a heavy-metal enterprise is to file its environmental archives (definitions, no answers)",
        ).of(lang),
        _key(lang),
    )
    if not len(frame):
        return finish(empty(head, lang), table, lang)
    types, groups, height = _type_rows(frame)
    platforms = _platform_rows(frame, types, height)
    page = Page(head, height=height)
    axes = page.axes(0, 0, page.width, height)
    axes.set(xlim=(0, page.width), ylim=(height, 0), xticks=[], yticks=[])
    axes.set_frame_on(False)
    start, end = _LEFT + 30, _LEFT + 30 + _NAME
    right = page.width - _RIGHT
    middle = height / 2
    _box(axes, 0, middle, _LEFT, 40.0, theme.MAIN, Text("重金属\n企业", "Heavy-metal\nenterprise").of(lang), bold=True)  # fmt: skip
    nowhere = set(frame.loc[frame["link"] == "nowhere", "type"])
    for group, y in groups.items():
        axes.text(start, y, own(label(table, "group", group, lang)), size=8.5, weight="bold", color=theme.SOFT, va="center_baseline", zorder=theme.WORDS, gid="group")  # fmt: skip
    ends = {}
    for code, y in types.items():
        _curve(axes, (_LEFT, middle), (start - 4, y), theme.QUIET, 0.8, gid="has")
        lines = wrap(own(label(table, "type", code, lang)), 8.5, _NAME, lines=2)
        ends[code] = start + max(width(line, 8.5) for line in lines) + 8
        name = "\n".join(lines)
        colour = theme.ACCENT if code in nowhere else theme.INK
        axes.text(start, y, name, size=8.5, color=colour, va="center_baseline" if len(lines) == 1 else "center", linespacing=1.0, zorder=theme.WORDS, gid="type")  # fmt: skip
    for code, link, place, platform in zip(frame["type"], frame["link"], frame["place"], frame["platform"], strict=True):  # fmt: skip
        if link == "nowhere":
            axes.plot([ends[code], ends[code] + 12], [types[code]] * 2, color=theme.ACCENT, linewidth=1.2, zorder=theme.MARKS, gid="nowhere")  # fmt: skip
            axes.plot([ends[code] + 12], [types[code]], marker="|", color=theme.ACCENT, markersize=7, zorder=theme.MARKS)  # fmt: skip
            continue
        colour = theme.MAIN if place == "six" else "#8A8A8A"
        style = ":" if link == "shows" else "-"
        bend = end + 4 if link == "files" else ends[code] + 16
        lead = ends[code] if link == "files" else bend
        _curve(axes, (bend, types[code]), (right - 1, platforms[platform]), colour, 1.3, style=style, gid=link, lead=lead)  # fmt: skip
    alternates = set(frame.loc[frame["place"] == "alternate", "platform"])
    for code, y in platforms.items():
        words = "\n".join(wrap(own(label(table, "platform", code, lang)), 9, _RIGHT - 8, lines=2))
        fill = theme.PAPER if code in alternates else theme.BOX
        _box(axes, right, y, _RIGHT, _BOX, fill, words, dashed=code in alternates)
    shown = Text("点线：内容在该平台公开，不是报送。", "Dotted: shown on that platform, not filed there.").of(lang)
    dotted = (shown,) if (frame["link"] == "shows").any() else ()
    notes = (*dotted, *(note.of(lang) for note in table.notes))
    return finish(page, table, lang, notes=notes)


def headline_landscape(table: Table, lang: Lang) -> str:
    """Say how many archive types have a platform, and how many have none."""
    frame = table.frame
    types = list(dict.fromkeys(frame["type"]))
    filed = frame[frame["link"] == "files"]
    n_filed, n_platforms = filed["type"].nunique(), filed["platform"].nunique()
    n_other = filed.loc[filed["place"] == "alternate", "platform"].nunique()
    if not types:
        return Text("没有档案类型", "There are no archive types").of(lang)
    none = len(types) - n_filed
    other_zh, other_en = (f"（{n_other} 个为备选）", f" ({n_other} of them alternates)") if n_other else ("", "")
    zh = f"{len(types)} 类环保档案中，{n_filed} 类分散报送到 {n_platforms} 个平台{other_zh}"
    en = f"{n_filed} of {len(types)} archive types are filed, scattered over {n_platforms} platforms{other_en}"
    if none:
        zh += f"，{none} 类没有找到平台"
        en += f"; for {none} no platform was found"
    return Text(zh, en).of(lang)


def _key(lang: Lang) -> tuple[KeyItem, ...]:
    return (
        KeyItem(Text("所取六个平台", "The six platforms taken").of(lang), theme.BOX, edge=theme.MAIN),
        KeyItem(Text("备选平台", "Alternates").of(lang), theme.PAPER, edge="#8A8A8A"),
        KeyItem(Text("没有找到平台的类型", "Types without a platform").of(lang), theme.ACCENT),
    )


def _type_rows(frame: pd.DataFrame) -> tuple[dict[str, float], dict[str, float], float]:
    """Return the height of every type and of every group's name, and of the whole."""
    types: dict[str, float] = {}
    groups: dict[str, float] = {}
    y = 0.0
    for group, part in frame.groupby("group", sort=True):
        groups[str(group)] = y + _GAP / 2 + 1
        y += _GAP
        for code in dict.fromkeys(part["type"]):
            types[code] = y + _PITCH / 2
            y += _PITCH
        y += 4
    return types, groups, y


def _platform_rows(frame: pd.DataFrame, types: Mapping[str, float], height: float) -> dict[str, float]:
    """Return the heights of the platforms: near their types, in the order that crosses least, none over another."""
    linked = frame[frame["platform"] != ""]
    near = {
        code: float(np.mean([types[t] for t in linked.loc[linked["platform"] == code, "type"]]))
        for code in dict.fromkeys(linked["platform"])
    }
    order = sorted(near, key=lambda code: (near[code], code))
    step = height / max(1, len(order))
    return {code: (place + 0.5) * step for place, code in enumerate(order)}


def _curve(
    axes: Axes,
    start: tuple[float, float],
    end: tuple[float, float],
    colour: str,
    wide: float,
    *,
    style: str = "-",
    gid: str,
    lead: float | None = None,
) -> None:
    half = (start[0] + end[0]) / 2
    points = [start, (half, start[1]), (half, end[1]), end]
    codes = [Path.MOVETO, Path.CURVE4, Path.CURVE4, Path.CURVE4]
    if lead is not None:
        points, codes = [(lead, start[1]), *points], [Path.MOVETO, Path.LINETO, *codes[1:]]
    curve = PathPatch(Path(points, codes), facecolor="none", edgecolor=colour, linewidth=wide, linestyle=style, zorder=theme.MARKS, gid=gid)  # fmt: skip
    axes.add_patch(curve)


def _box(
    axes: Axes,
    left: float,
    middle: float,
    wide: float,
    high: float,
    fill: str,
    words: str,
    *,
    bold: bool = False,
    dashed: bool = False,
) -> None:
    box = FancyBboxPatch(
        (left + 1, middle - high / 2),
        wide - 2,
        high,
        boxstyle="round,pad=0,rounding_size=3",
        facecolor=fill,
        edgecolor="#8A8A8A" if dashed else theme.MAIN,
        linestyle="--" if dashed else "-",
        linewidth=0.9,
        zorder=theme.FILLS,
        gid="box",
    )
    axes.add_patch(box)
    axes.text(left + wide / 2, middle, words, size=9, weight="bold" if bold else "normal", color=theme.ink_on(fill), ha="center", va="center_baseline" if "\n" not in words else "center", linespacing=1.1, zorder=theme.WORDS, gid="platform")  # fmt: skip


__all__ = ["headline_landscape", "plot_landscape"]
