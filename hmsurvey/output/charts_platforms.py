"""Charts of who files where: archive types against platforms, and which platforms are used together."""

from __future__ import annotations

import math

import numpy as np
from matplotlib.colors import Normalize, to_hex
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from hmsurvey.analysis.platform_use import NOWHERE
from hmsurvey.errors import Lang, Text
from hmsurvey.output import theme
from hmsurvey.output.charts_multianswer import plot_overlap
from hmsurvey.output.headlines import ENTERPRISES, Noun, header, label, lead
from hmsurvey.output.page import Head, KeyItem, Page
from hmsurvey.output.rows import Cell, Row, draw_cells, draw_names, empty, lay_rows
from hmsurvey.output.stamping import finish
from hmsurvey.output.theme import themed
from hmsurvey.output.typesetting import number, percent, width, wrap
from hmsurvey.tables import Table

_SIZE = 8.5


@themed()
def plot_types_filed(table: Table, *, lang: Lang, noun: Noun = ENTERPRISES) -> Figure:
    """Draw the share of enterprises that file each archive type on each platform; the cells where a type belongs are framed.

    Parameters
    ----------
    table
        From `tabulate_types_filed`.
    lang
        "zh" or "en".
    noun
        What the units are called.
    """
    frame = table.frame
    codes = [c.code[6:-4] for c in table.columns if c.code.startswith("share_")]
    what = Text(
        f"在该平台报送的{noun.zh}占比（%），以说明了该类档案报送情况的{noun.zh}为分母（n）",
        f"% of {noun.en} that file the type on the platform, of those that said where it is filed (n)",
    )
    norm = Normalize(0, 100)
    key = (
        *(KeyItem(f"{v}%", to_hex(theme.SEQUENTIAL(norm(v)))) for v in (0, 25, 50, 75, 100)),
        KeyItem(Text("应报平台（本项目的对照）", "Where it belongs (by this project)").of(lang), theme.PAPER, edge=theme.INK),
    )  # fmt: skip
    head = Head(headline_types_filed(table, lang, noun=noun), what.of(lang)[:1].upper() + what.of(lang)[1:], key)
    if not len(frame) or not frame["n_answered"].sum():
        return finish(empty(Head(head.title, head.subtitle), lang), table, lang)
    rows = [Row(f"{code} {label(table, 'type', code, lang)}", f"n = {n:.0f}") for code, n in zip(frame["type"], frame["n_answered"], strict=True)]  # fmt: skip
    grid = lay_rows(rows, pitch=17.0, even=False)
    wide = (theme.TEXT_WIDTH - grid.left - 8) / len(codes)
    names = {code: _platform_name(table, code, lang) for code in codes}
    upright = any(width(word, _SIZE) > wide - 3 for name in names.values() for word in (name.split() if lang == "en" else [name[:3]]))  # fmt: skip
    lines = {code: wrap(name, _SIZE, 76.0 if upright else wide - 3, lines=2 if upright else 3) for code, name in names.items()}  # fmt: skip
    top = (max(width(line, _SIZE) for part in lines.values() for line in part) if upright else 11.0 * max(len(p) for p in lines.values())) + 8  # fmt: skip
    page = Page(head, height=top + grid.height + 2)
    draw_names(page, grid, top=top)
    axes = page.axes(grid.left, top, page.width - grid.left, grid.height)
    axes.set(xlim=(0, page.width - grid.left), ylim=(grid.height, 0), xticks=[], yticks=[])
    axes.set_frame_on(False)
    boxes = []
    for place, code in enumerate(codes):
        x = place * wide + (8 if code == NOWHERE else 0)
        page.text(grid.left + x + wide / 2, top - 5, "\n".join(lines[code]), size=_SIZE, ha="center", va="bottom", rotation=90 if upright else 0, gid="column")  # fmt: skip
        for y, pitch, share, home in zip(grid.centres, grid.pitches, frame[f"share_{code}_pct"], frame["belongs"], strict=True):  # fmt: skip
            there = not math.isnan(float(share))
            colour = to_hex(theme.SEQUENTIAL(norm(float(share)))) if there else theme.NOTHING_COLOUR
            belongs = code in str(home).split("+") and code != NOWHERE
            boxes.append(Cell(x + 0.7, y - pitch / 2 + 0.7, wide - 1.4, pitch - 1.4, colour))
            if belongs:
                axes.add_patch(Rectangle((x + 1.4, y - pitch / 2 + 1.4), wide - 2.8, pitch - 2.8, facecolor="none", edgecolor=theme.INK, linewidth=1.1, zorder=theme.MARKS, gid="belongs"))  # fmt: skip
            if there and (share > 0 or belongs):
                axes.text(x + wide / 2, y, number(float(share), 0) if share >= 0.5 or share == 0 else "<1", size=_SIZE, ha="center", va="center_baseline", color=theme.ink_on(colour), zorder=theme.WORDS, gid="value")  # fmt: skip
    draw_cells(axes, boxes, gid="cell")
    return finish(page, table, lang, notes=tuple(note.of(lang) for note in table.notes[:1]))


def _platform_name(table: Table, code: str, lang: Lang) -> str:
    return header(table, f"share_{code}_pct", lang).removesuffix("（%）").removesuffix(" (%)")


def headline_types_filed(table: Table, lang: Lang, *, noun: Noun = ENTERPRISES) -> str:
    """Say how many types most enterprises file nowhere, and how many many file on several platforms."""
    frame = table.frame[table.frame["n_answered"] > 0]
    if not len(frame):
        return lead(Text("没有可用的答卷", "there are no usable answers").of(lang), table.provenance.nature, lang)
    off = int((frame[f"share_{NOWHERE}_pct"] > 50).sum())
    twice = int((frame["several_pct"] >= 25).sum())
    of = len(frame)
    zh = f"{of} 类档案中有 {off} 类多数{noun.zh}不在任何平台报送"
    en = f"most {noun.en} file {off} of {of} archive types on no platform at all"
    if not off:
        zh = f"{of} 类档案，每类都有半数以上{noun.zh}在平台报送"
        en = f"at least half of {noun.en} file each of {of} archive types on some platform"
    if twice:
        zh += f"，{twice} 类有四分之一以上报到两个以上平台"
        en += f"; a quarter or more file {twice} on two or more"
    return lead(Text(zh, en).of(lang), table.provenance.nature, lang)


def plot_platform_overlap(table: Table, *, lang: Lang, noun: Noun = ENTERPRISES) -> Figure:
    """Draw which platforms are used together: a row a combination, a dot a platform, a bar how many use just these.

    Parameters
    ----------
    table
        From `tabulate_platform_overlap`.
    lang
        "zh" or "en".
    noun
        What the units are called.
    """
    n = int(table.frame["n"].sum())
    what = Text(f"恰好使用这些平台的{noun.zh}数，n = {n}", f"number of {noun.en} that use just these, n = {n}")
    return plot_overlap(table, lang=lang, noun=noun, headline=headline_platform_overlap(table, lang, noun=noun), what=what, shown=8)  # fmt: skip


def headline_platform_overlap(table: Table, lang: Lang, *, noun: Noun = ENTERPRISES) -> str:
    """Say how many platforms half of the enterprises use at least, and how varied the combinations are."""
    frame = table.frame
    n = int(frame["n"].sum())
    if not n:
        return lead(Text("没有可用的答卷", "there are no usable answers").of(lang), table.provenance.nature, lang)
    each = np.repeat(frame["n_options"].to_numpy(dtype=float), frame["n"].to_numpy(dtype=int))
    middle = float(np.floor(np.median(each)))
    share = percent(100.0 * float((each >= middle).mean()), lang)
    words = Text(
        f"{share} 的{noun.zh}要用 {number(middle, 0)} 个以上平台，共有 {len(frame)} 种组合",
        f"{share} of {noun.en} use {number(middle, 0)} platforms or more, in {len(frame)} combinations in all",
    )
    return lead(words.of(lang), table.provenance.nature, lang)


__all__ = ["headline_platform_overlap", "headline_types_filed", "plot_platform_overlap", "plot_types_filed"]
