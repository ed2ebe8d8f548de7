"""Charts of the fieldwork: who exists and was reached, what became of the questionnaires, what visits found.

What the registry does not record is drawn as not recorded, never as zero.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.colors import Normalize, to_hex
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from hmsurvey.analysis.words import ALL
from hmsurvey.errors import Lang, Text
from hmsurvey.output import theme
from hmsurvey.output.charts import group_names
from hmsurvey.output.headlines import (
    ENTERPRISES,
    Noun,
    header,
    label,
    subtitle,
)
from hmsurvey.output.headlines_fieldwork import headline_coverage, headline_sample_flow, headline_visits
from hmsurvey.output.page import Head, KeyItem, Page, nice_limits
from hmsurvey.output.rows import Grid, Row, draw_names, empty, lay_rows, ranked, row_axes
from hmsurvey.output.stamping import finish
from hmsurvey.output.theme import themed
from hmsurvey.output.typesetting import number, percent, width, wrap
from hmsurvey.tables import Table

_STEPS = ("in_production", "sent", "returned", "usable", "staged")


@themed()
def plot_coverage(table: Table, *, lang: Lang, noun: Noun = ENTERPRISES) -> Figure:
    """Draw, by city, how many units are in production and closed, and what share of the former each survey reached.

    Parameters
    ----------
    table
        From `tabulate_coverage`.
    lang
        "zh" or "en".
    noun
        What the units are called.
    """
    codes = [column.code for column in table.columns]
    surveys = [code.removeprefix("n_usable_") for code in codes if code.startswith("n_usable_")]
    stock: list[str] = [code for code in ("n_in_production", "n_closed") if code in codes]
    key = [KeyItem(header(table, code, lang), *look) for code, look in zip(("n_in_production", "n_closed"), _STOCK, strict=True) if code in stock]  # fmt: skip
    key.append(KeyItem(Text("有效答卷", "Usable answers").of(lang), theme.MAIN))
    shown = Text(f"{noun.zh}数与覆盖率（有效答卷 ÷ 在产{noun.zh}）", f"number of {noun.en}, and coverage (usable answers over {noun.en} in production)")  # fmt: skip
    if not stock:
        shown = Text(
            f"有效答卷数，按城市，共 {len(surveys)} 项调查",
            f"usable answers by group, {len(surveys)} survey{'' if len(surveys) == 1 else 's'}",
        )
    head = Head(headline_coverage(table, lang), subtitle(table, lang, shown), tuple(key))
    if not len(table.frame):
        return finish(empty(head, lang), table, lang)
    order: list[str] = stock[:1] or [f"n_usable_{surveys[0]}"]
    frame = ranked(table.frame, order)
    names = group_names(table, lang)
    rows = [
        Row(names[code], apart=place > 0 and frame["group"].iloc[place - 1] == ALL, bold=code == ALL)
        for place, code in enumerate(frame["group"])
    ]
    grid = lay_rows(rows, room=110)
    panels = ([""] if stock else []) + surveys
    gap = 18.0
    wide = (theme.TEXT_WIDTH - grid.left - gap * (len(panels) - 1)) / len(panels)
    titles = [wrap(_panel_title(table, panel, lang), 8.5, wide, lines=3) for panel in panels]
    top = 11.5 * max(len(lines) for lines in titles) + 6
    page = Page(head, height=top + grid.height + 4)
    draw_names(page, grid, top=top)
    for place, (panel, lines) in enumerate(zip(panels, titles, strict=True)):
        left = grid.left + place * (wide + gap)
        page.text(left, top - 5, "\n".join(lines), size=8.5, va="bottom", color=theme.SOFT, gid="panel")
        if panel:
            _coverage_panel(page, grid, frame, panel, box=(left, left + wide, top), lang=lang)
        else:
            _stock_panel(page, grid, frame, stock, box=(left, left + wide, top))
    return finish(page, table, lang)


_STOCK = (("#8FA2AE",), (theme.PAPER, "/////"))


def _panel_title(table: Table, panel: str, lang: Lang) -> str:
    if not panel:
        return Text("登记企业数", "In the registry").of(lang)
    words = header(table, f"n_usable_{panel}", lang)
    return words.split("：" if lang == "zh" else ": ", 1)[-1]


def _stock_panel(
    page: Page, grid: Grid, frame: pd.DataFrame, stock: list[str], *, box: tuple[float, float, float]
) -> None:
    left, right, top = box
    alone = frame[frame["group"] != ALL]
    most = float((alone if len(alone) else frame)[stock].sum(axis=1).max()) or 1.0
    axes = row_axes(page, grid, left=left, right=right, limits=(0, most * 1.32), top=top)
    axes.set_xticks([])
    start = np.zeros(len(frame))
    bars = np.where(frame["group"] == ALL, 0.0, 1.0)  # the total has numbers only: its bar would dwarf the others
    for code, look in zip(stock, _STOCK, strict=False):
        values = frame[code].astype(float).fillna(0.0).to_numpy() * bars
        axes.barh(
            grid.centres, values, left=start, height=grid.bar, color=look[0], hatch=look[1] if len(look) > 1 else None,
            edgecolor="#8FA2AE", linewidth=[0.6 if value else 0.0 for value in values], zorder=theme.FILLS, gid=code,
        )  # fmt: skip
        start = start + values
    for y, end, row in zip(grid.centres, start, frame[stock].to_numpy(dtype=float), strict=True):
        words = " + ".join("–" if np.isnan(n) else number(n, 0) for n in row)
        axes.text(end + most * 0.03, y, words, size=8.5, va="center_baseline", zorder=theme.WORDS, gid="stock")


def _coverage_panel(
    page: Page, grid: Grid, frame: pd.DataFrame, survey: str, *, box: tuple[float, float, float], lang: Lang
) -> None:
    left, right, top = box
    usable = frame[f"n_usable_{survey}"].astype(float)
    share_code = f"coverage_{survey}_pct"
    known = share_code in frame
    values = frame[share_code].astype(float) if known else usable
    alone = values[frame["group"] != ALL]
    _, high, _ = nice_limits(0, 100.0 if known else float(alone.max() if len(alone) else values.max()))
    axes = row_axes(
        page, grid, left=left, right=right, limits=(0, max(high, float(values.max() or 0) if known else high)), top=top
    )
    axes.set_xticks([])
    drawn = values.fillna(0.0) if known else values.where(frame["group"] != ALL, 0.0)
    if known:
        axes.barh(
            grid.centres, np.full(len(frame), 100.0), height=grid.bar, color="#EDF1F4", zorder=theme.FILLS, gid="whole"
        )
    axes.barh(
        grid.centres,
        drawn,
        height=grid.bar,
        color=theme.MAIN,
        zorder=theme.FILLS,
        gid=share_code if known else "usable",
    )
    room = (right - left) / axes.get_xlim()[1]
    for y, n, value, group in zip(grid.centres, usable, values, frame["group"], strict=True):
        if n == 0:
            words = Text("无答卷", "no answers").of(lang)
        elif known and not np.isnan(value):
            words = f"{percent(value, lang)}  n = {n:.0f}"
        else:
            words = f"n = {n:.0f}"
        shown = 0.0 if np.isnan(value) or (not known and group == ALL) else float(value)
        inside = shown * room > width(words, 8.5) + 8
        colour = theme.PAPER if inside else theme.SOFT if n == 0 else theme.INK
        x = shown - 4 / room if inside else shown + 4 / room
        axes.text(x, y, words, size=8.5, ha="right" if inside else "left", va="center_baseline", color=colour, zorder=theme.WORDS, gid="coverage")  # fmt: skip


@themed()
def plot_sample_flow(table: Table, *, lang: Lang, noun: Noun = ENTERPRISES) -> Figure:
    """Draw each survey's way from the registry to the staged: in production, sent, returned, usable, staged.

    Parameters
    ----------
    table
        From `tabulate_sample_flow`.
    lang
        "zh" or "en".
    noun
        What the units are called.
    """
    shown = Text(f"{noun.zh}数；括号内为占上一步的百分比", f"number of {noun.en}; in brackets, % of the step before")
    head = Head(headline_sample_flow(table, lang), subtitle(table, lang, shown))
    if not len(table.frame):
        return finish(empty(head, lang), table, lang)
    rows, values, before = [], [], []
    for place, survey in enumerate(table.frame["survey"]):
        earlier = np.nan
        for step in _STEPS:
            first = step == _STEPS[0]
            over = label(table, "survey", survey, lang) if first else ""
            rows.append(Row(header(table, step, lang), apart=first and place > 0, head=over))
            value = float(table.frame[step].iloc[place])
            values.append(value)
            before.append(np.nan if first else earlier)
            earlier = value
    grid = lay_rows(rows)
    page = Page(head, height=grid.height)
    draw_names(page, grid)
    most = float(np.nanmax(values)) if not np.isnan(values).all() else 1.0
    axes = row_axes(page, grid, left=grid.left, right=page.width, limits=(0, most * 1.25 or 1.0))
    axes.set_xticks([])
    for y, value, earlier in zip(grid.centres, values, before, strict=True):
        if np.isnan(value):
            words = Text("未登记", "not recorded").of(lang)
            axes.add_patch(Rectangle((0, y - grid.bar / 2), most * 0.05, grid.bar, facecolor=theme.NOTHING_COLOUR, edgecolor="#A8A8A8", hatch="/////", linewidth=0, zorder=theme.FILLS, gid="not recorded"))  # fmt: skip
            axes.text(most * 0.06, y, words, va="center_baseline", color=theme.SOFT, zorder=theme.WORDS, gid="flow")
            continue
        axes.barh([y], [value], height=grid.bar, color=theme.MAIN, zorder=theme.FILLS, gid="flow")
        bracket = (
            Text(f"（{percent(100 * value / earlier, lang)}）", f" ({percent(100 * value / earlier, lang)})").of(lang)
            if earlier > 0
            else ""
        )
        axes.text(
            value + most * 0.01, y, number(value, 0) + bracket, va="center_baseline", zorder=theme.WORDS, gid="flow"
        )
    return finish(page, table, lang)


@themed()
def plot_visits(table: Table, *, lang: Lang, noun: Noun = ENTERPRISES) -> Figure:
    """Draw the stage before the visits against the stage after them; what stayed is on the diagonal.

    Parameters
    ----------
    table
        From `tabulate_visit_changes`.
    lang
        "zh" or "en".
    noun
        What the units are called.
    """
    codes = [code for code in table.frame["stage_before"]]
    counts = table.frame[[f"n_after_{code}" for code in codes]].to_numpy(dtype=float)
    key = (
        KeyItem(Text("走访后不变", "Unchanged by the visit").of(lang), "#DCE7EE", edge=theme.INK),
        KeyItem(Text("走访后改变", "Changed by the visit").of(lang), theme.ACCENT),
    )
    shown = Text(
        f"走访的{noun.zh}数，行为走访前、列为走访后的阶段",
        f"number of visited {noun.en}: rows before, columns after the visit",
    )
    head = Head(headline_visits(table, lang, noun=noun), subtitle(table, lang, shown), key)
    if not len(table.frame) or not counts.sum():
        return finish(empty(Head(head.title, head.subtitle), lang), table, lang)
    rows = [
        Row(label(table, "stage_before", code, lang), f"n = {n:.0f}")
        for code, n in zip(codes, table.frame["n"], strict=True)
    ]
    grid = lay_rows(rows, pitch=30.0)
    wide = min(90.0, (theme.TEXT_WIDTH - grid.left) / len(codes))
    heads = [wrap(label(table, "stage_before", code, lang), theme.NOTE, wide - 4, even=True) for code in codes]
    top = 12.0 * max(len(lines) for lines in heads) + 6
    page = Page(head, height=top + grid.height + 2)
    draw_names(page, grid, top=top)
    axes = row_axes(
        page, grid, left=grid.left, right=grid.left + wide * len(codes), limits=(0, wide * len(codes)), top=top
    )
    axes.set_xticks([])
    norm = Normalize(0, max(1.0, counts.max()))
    changed = theme.accent_tints()
    for column, lines in enumerate(heads):
        page.text(grid.left + (column + 0.5) * wide, top - 5, "\n".join(lines), ha="center", va="bottom", gid="column")
        for row, y in enumerate(grid.centres):
            n, same = counts[row, column], row == column
            colour = theme.PAPER if n == 0 else to_hex((theme.SEQUENTIAL if same else changed)(norm(n) * 0.7 + 0.1))
            axes.add_patch(
                Rectangle(
                    (column * wide + 1.2, y - grid.pitch / 2 + 1.2), wide - 2.4, grid.pitch - 2.4, facecolor=colour,
                    edgecolor=theme.INK if same else theme.FAINT, linewidth=0.9 if same else 0.5, zorder=theme.FILLS, gid=f"{codes[row]}/{codes[column]}",
                )
            )  # fmt: skip
            axes.text((column + 0.5) * wide, y, number(n, 0) if n else "–", ha="center", va="center_baseline", size=theme.LABEL, color=theme.ink_on(colour) if n else theme.SOFT, zorder=theme.WORDS, gid="count")  # fmt: skip
    return finish(page, table, lang)


__all__ = ["plot_coverage", "plot_sample_flow", "plot_visits"]
