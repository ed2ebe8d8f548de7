"""Charts of filing by stage and by city: how often one document goes to several platforms, how much is on none, and which archive types."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.colors import Normalize, to_hex
from matplotlib.figure import Figure

from hmsurvey.analysis.platform_use import NOWHERE
from hmsurvey.analysis.words import ALL, UNKNOWN
from hmsurvey.errors import NOTHING, Lang, Text
from hmsurvey.output import theme
from hmsurvey.output.headlines import ENTERPRISES, Noun, label, lead
from hmsurvey.output.page import Head, KeyItem, Page
from hmsurvey.output.rows import Cell, Grid, Row, draw_cells, draw_names, empty, lay_rows
from hmsurvey.output.stamping import finish
from hmsurvey.output.theme import themed
from hmsurvey.output.typesetting import number, own, percent, width, wrap
from hmsurvey.rules import UNSTAGED
from hmsurvey.statistics.contingency import independence
from hmsurvey.tables import Table

_SIZE = 8.5
SURE = 0.05


def _ordered(table: Table) -> pd.DataFrame:
    """Return the rows with all together first, then the stages and cities; a stage or city without answers has no row."""
    frame = table.frame
    there = frame.groupby("group")["n_answered"].transform("max") > 0
    return pd.concat([frame[(frame["group"] == ALL) & there], frame[(frame["group"] != ALL) & there]])


def _names(table: Table, groups: list[str], n: dict[str, float], lang: Lang) -> list[Row]:
    """Return a row a group: all of them bold, the first stage and the first city set apart."""
    stages = _stages_of(table)
    starts = {next((g for g in groups if g in stages), ""), next((g for g in groups if g not in stages and g != ALL), "")}  # fmt: skip
    return [Row(label(table, "group", g, lang), f"n = {n[g]:.0f}", apart=g in starts, bold=g == ALL) for g in groups]


def _stages_of(table: Table) -> list[str]:
    """Return the codes of the stages among the groups: they stand before "unstaged" in the labels, as in every table by stage and city."""
    codes = list(table.column("group").labels)
    return codes[: codes.index(UNSTAGED) + 1] if UNSTAGED in codes else []


def cities_of(table: Table) -> list[str]:
    """Return the codes of the cities among the groups of a table by stage and city."""
    others = {ALL, UNKNOWN, *_stages_of(table)}
    return [code for code in table.column("group").labels if code not in others]


@themed()
def plot_filing_load(table: Table, *, lang: Lang, noun: Noun = ENTERPRISES) -> Figure:
    """Draw, for all, every stage and every city, how many platforms are used, how often one document goes to several, and how much is on none.

    Parameters
    ----------
    table
        From `tabulate_filing_load` with by="both".
    lang
        "zh" or "en".
    noun
        What the units are called.
    """
    what = Text(
        f"左：平均每家平台数；中：说同一份材料报到两个以上平台的{noun.zh}占比与 95% 区间；右：企业×档案类型中，不在任何平台的占比（实心）和既不报送又只存纸质的占比（空心）",
        f"Left: platforms on average; middle: % of {noun.en} that say one document goes to several, with 95% interval; right: % of types, over all {noun.en}, on no platform (full dot), and on none and on paper alone (hollow)",
    )
    head = Head(headline_filing_load(table, lang), what.of(lang))
    frame = _ordered(table)
    if not len(frame):
        return finish(empty(head, lang), table, lang)
    counts = dict(zip(frame["group"], frame["n_answered"], strict=True))
    grid = lay_rows(_names(table, list(frame["group"]), counts, lang))
    top, gap = 16.0, 20.0
    wide = (theme.TEXT_WIDTH - grid.left - 2 * gap - 6) / 4
    page = Page(head, height=top + grid.height + 18)
    draw_names(page, grid, top=top)
    most = max(1.0, float(np.ceil(frame["mean_platforms"].max() + 0.5)))
    panels = (
        (Text("平均平台数", "Platforms"), wide, most, "mean_platforms", ""),
        (Text("同一份材料重复报送", "One document to several"), 2 * wide, 100.0, "repeated_pct", ""),
        (Text("不在任何平台", "On no platform"), wide, 50.0 if frame["pairs_none_pct"].max() <= 50 else 100.0, "pairs_none_pct", "pairs_paper_pct"),
    )  # fmt: skip
    left = grid.left
    for words, across, high, column, inside in panels:
        page.text(left, 5, words.of(lang), weight="bold", size=_SIZE, gid="panel")
        axes = page.axes(left, top, across, grid.height)
        axes.set(xlim=(0, high), ylim=(grid.height, 0))
        ticks = [0.0, high / 2, high]
        axes.set_xticks(ticks, [own(number(v, 0 if v == int(v) else 1) + ("%" if column != "mean_platforms" else "")) for v in ticks])  # fmt: skip
        axes.get_xticklabels()[0].set_horizontalalignment("left")
        axes.get_xticklabels()[-1].set_horizontalalignment("right")
        whole = frame.loc[frame["group"] == ALL, column]
        if len(whole) and pd.notna(whole.iloc[0]):
            axes.axvline(float(whole.iloc[0]), color=theme.SOFT, linewidth=0.8, linestyle=(0, (4, 3)), zorder=theme.MARKS - 0.1, gid="all")  # fmt: skip
        for y, (_, row) in zip(grid.centres, frame.iterrows(), strict=True):
            colour = theme.INK if row["group"] == ALL else theme.SOFT if row["note"] else theme.MAIN
            if column == "repeated_pct" and pd.notna(row["ci_low_pct"]):
                axes.plot([row["ci_low_pct"], row["ci_high_pct"]], [y, y], color=colour, linewidth=2.2, alpha=0.75, solid_capstyle="butt", zorder=theme.MARKS, gid="interval")  # fmt: skip
            for name, fill in ((column, colour), (inside, theme.PAPER)):
                if name and pd.notna(row[name]):
                    axes.plot([row[name]], [y], marker="o", markersize=5.0, color=fill, markeredgecolor=colour, markeredgewidth=0.8, linestyle="none", clip_on=False, zorder=theme.MARKS + 0.1, gid="share" if name == column else "paper")  # fmt: skip
        left += across + gap
    return finish(page, table, lang, notes=_few_note(frame, table, lang))


def _few_note(frame: pd.DataFrame, table: Table, lang: Lang) -> tuple[str, ...]:
    """Name the groups about which the shares say little."""
    thin = frame.drop_duplicates("group")
    thin = thin[(thin["note"] != "") & (thin["n_answered"] > 0)]
    if not len(thin):
        return ()
    names = [Text(label(table, "group", g, "zh"), label(table, "group", g, "en")) for g in thin["group"]]
    said = table.column("note").labels[str(thin["note"].iloc[0])]
    return (Text(f"{'、'.join(n.zh for n in names)}：{said.zh}", f"{', '.join(n.en for n in names)}: {said.en[:1].lower()}{said.en[1:]}").of(lang),)  # fmt: skip


def told_apart(table: Table) -> float:
    """Return the chance that cities which are all alike would differ so much in how many file one document repeatedly (Fisher's test on random tables); NaN with fewer than two to compare."""
    frame = table.frame[table.frame["group"].isin(cities_of(table))]
    counts = np.column_stack([frame["n_repeated"], frame["n_told"] - frame["n_repeated"]])
    if (counts.sum(axis=1) > 0).sum() < 2 or (counts.sum(axis=0) > 0).sum() < 2:
        return float("nan")
    return independence(counts, method="monte_carlo").p


def headline_filing_load(table: Table, lang: Lang) -> str:
    """Say what share files one document repeatedly, and whether cities differ in it by more than chance."""
    frame = table.frame
    whole = frame[frame["group"] == ALL]
    if not len(whole) or not whole["n_told"].iloc[0]:
        return lead(Text("没有可用的答卷", "there are no usable answers").of(lang), table.provenance.nature, lang)
    share, p = percent(float(whole["repeated_pct"].iloc[0]), lang), told_apart(table)
    zh, en = (
        f"{share} 的企业说同一份材料要报到两个以上平台",
        f"{share} say that one document goes to two platforms or more",
    )
    if not np.isnan(p):
        zh += "，各市有差别" if p < SURE else "，各市之间看不出差别"
        en += ", and cities differ in it" if p < SURE else "; cities cannot be told apart in it"
    return lead(Text(zh, en).of(lang), table.provenance.nature, lang)


@themed()
def plot_types_unfiled(table: Table, *, lang: Lang, noun: Noun = ENTERPRISES) -> Figure:
    """Draw, for all, every stage and every city, the share that files each archive type on no platform.

    Parameters
    ----------
    table
        From `tabulate_types_filed` with by="both".
    lang
        "zh" or "en".
    noun
        What the units are called.
    """
    what = Text(
        f"不在任何平台报送该类档案的{noun.zh}占比（%）；n 为答得最多的一类的答卷数",
        f"% of {noun.en} that file the type on no platform; n: answers to the type that most answered",
    )
    norm = Normalize(0, 100)
    key = tuple(KeyItem(f"{v}%", to_hex(theme.SEQUENTIAL(norm(v)))) for v in (0, 25, 50, 75, 100))
    head = Head(headline_types_unfiled(table, lang, noun=noun), what.of(lang), key)
    frame = _ordered(table)
    if not len(frame):
        return finish(empty(Head(head.title, head.subtitle), lang), table, lang)
    groups, types = list(dict.fromkeys(frame["group"])), list(dict.fromkeys(frame["type"]))
    most = {str(g): float(n) for g, n in frame.groupby("group")["n_answered"].max().items()}
    grid: Grid = lay_rows(_names(table, groups, most, lang))
    wide = (theme.TEXT_WIDTH - grid.left) / len(types)
    names = {code: f"{code} {label(table, 'type', code, lang)}" for code in types}
    lines = {code: wrap(name, 7.5, 108.0, lines=2) for code, name in names.items()}
    top = 8.0 + max(width(line, 7.5) for found in lines.values() for line in found)
    page = Page(head, height=top + grid.height + 2)
    draw_names(page, grid, top=top)
    axes = page.axes(grid.left, top, page.width - grid.left, grid.height)
    axes.set(xlim=(0, page.width - grid.left), ylim=(grid.height, 0), xticks=[], yticks=[])
    axes.set_frame_on(False)
    cells = dict(zip(zip(frame["group"], frame["type"], strict=True), frame.to_dict("records"), strict=True))
    boxes = []
    for place, code in enumerate(types):
        x = place * wide
        page.text(grid.left + x + wide / 2, top - 4, "\n".join(lines[code]), size=7.5, ha="center", va="bottom", rotation=90, gid="column")  # fmt: skip
        for y, pitch, group in zip(grid.centres, grid.pitches, groups, strict=True):
            cell = cells[group, code]
            share, there = float(cell[f"share_{NOWHERE}_pct"]), not cell["note"]
            colour = to_hex(theme.SEQUENTIAL(norm(share))) if there else theme.PAPER
            edge = "none" if there else theme.NOTHING_COLOUR
            boxes.append(Cell(x + 0.6, y - pitch / 2 + 0.6, wide - 1.2, pitch - 1.2, colour, edge))
            if cell["n_answered"]:
                axes.text(x + wide / 2, y, number(share, 0), size=7.5, ha="center", va="center_baseline", color=theme.ink_on(colour) if there else theme.SOFT, zorder=theme.WORDS, gid="value")  # fmt: skip
    draw_cells(axes, boxes, gid="cell")
    thin = [str(v) for v in frame.loc[frame["n_answered"] > 0, "note"] if v]
    grey = table.column("note").labels[thin[0]] if thin else NOTHING
    words = Text(f"灰字：该类{grey.zh}", f"Grey: {grey.en[:1].lower()}{grey.en[1:]}") if thin else NOTHING
    return finish(page, table, lang, notes=(words.of(lang),) if thin else ())


def headline_types_unfiled(table: Table, lang: Lang, *, noun: Noun = ENTERPRISES) -> str:
    """Say which types most file nowhere in every stage and city that has answers enough."""
    frame = table.frame
    whole = frame[(frame["group"] == ALL) & (frame["n_answered"] > 0)]
    if not len(whole):
        return lead(Text("没有可用的答卷", "there are no usable answers").of(lang), table.provenance.nature, lang)
    enough = frame[(frame["note"] == "") & (frame["group"] != ALL)]
    off = [str(code) for code in whole.loc[whole[f"share_{NOWHERE}_pct"] > 50, "type"]]
    always = [code for code in off if (enough.loc[enough["type"] == code, f"share_{NOWHERE}_pct"] > 50).all()]
    if not off:
        words = Text(
            f"没有一类档案多数{noun.zh}不在任何平台报送", f"there is no archive type that most {noun.en} file nowhere"
        )
    elif always:
        words = Text(
            f"{len(off)} 类档案多数{noun.zh}不在任何平台报送，其中 {'、'.join(always)} 各阶段、各市都如此",
            f"most {noun.en} file {len(off)} types on no platform, {', '.join(always)} in every stage and city",
        )
    else:
        words = Text(
            f"{len(off)} 类档案多数{noun.zh}不在任何平台报送，但没有一类各阶段、各市都如此",
            f"most {noun.en} file {len(off)} types on no platform, none of them so in every stage and city",
        )
    return lead(words.of(lang), table.provenance.nature, lang)


__all__ = [
    "SURE",
    "cities_of",
    "headline_filing_load",
    "headline_types_unfiled",
    "plot_filing_load",
    "plot_types_unfiled",
    "told_apart",
]
