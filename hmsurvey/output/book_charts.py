"""The sheet of charts: each drawn by Excel itself from the cells beside it, in the colours of the house.

A chart's cells are its own, sorted as the chart is and without rows whose numbers are not all shown: what is not shown can then not be drawn as zero. Which charts
there are follows from which tables there are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from hmsurvey.analysis.words import ALL, UNKNOWN
from hmsurvey.errors import Text
from hmsurvey.output import theme
from hmsurvey.output.book_sheets import SOFT, Desk, both, write_head
from hmsurvey.output.rows import ranked
from hmsurvey.output.theme import ink_on
from hmsurvey.rules import UNSTAGED
from hmsurvey.tables import Table

CHARTS = "图表 Charts"
CHARTS_TITLE = Text("图表（由 Excel 按右侧数据绘制）", "Charts, drawn by Excel from the cells at their right")
_LEFT_COLUMNS = 11  # columns under a chart; its cells begin after them
_COLUMN_WIDTH, _PIXELS, _ROW, _HEAD = 9.6, 72, 20, 52
_MOST_NEEDS = 12
_FONT = "Microsoft YaHei"
_AXES = {"n": Text("个数", "Number"), "": Text("平均得分", "Mean score")}  # percentages say it at every mark
_DARK, _PALE = theme.stage_colours(("top",))["top"], "#9DBBCF"


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart: what it is called, its cells (first column: categories), its series, and what is said under its title.

    `series` are (column, colour, kind): "part" of a stack, "bar", "dot", "whole" (the mark of all), "line", "low" and "high" (distances of an interval from the dot before).
    """

    title: Text
    heads: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    series: tuple[tuple[int, str, str], ...]
    unit: str
    note: Text
    upright: bool = False


def charts_of(tables: Sequence[Table], colours: dict[str, str]) -> list[Chart]:
    """Return the charts that a workbook's tables have numbers for, stages first."""
    found: list[tuple[int, Chart]] = []
    for table in tables:
        begin = next((begin for begin in _KINDS if table.code.startswith(begin)), "")
        chart = _KINDS[begin](table, colours) if begin and not table.personal else None
        found += [(_ORDER.index(_KINDS[begin]), chart)] if chart is not None and chart.rows else []
    return [chart for _, chart in sorted(found, key=lambda one: one[0])]


def _label(table: Table, column: str, code: Any, between: str = " ") -> str:
    label = table.column(column).labels.get(code)
    return both(label, between) if label is not None else str(code)


def _shown(table: Table, frame: pd.DataFrame, columns: Sequence[str]) -> tuple[pd.DataFrame, int, int]:
    """Return the rows whose numbers are all there, and how many are left out: not shown, and without numbers."""
    hidden = [any((row, code) in table.hidden for code in columns) for row in frame.index]
    empty = frame[list(columns)].isna().any(axis=1).to_numpy()
    kept = frame[[not (h or e) for h, e in zip(hidden, empty, strict=True)]]
    return kept, sum(hidden), len(frame) - len(kept) - sum(hidden)


def _left_out(hidden: int, empty: int) -> Text:
    zh = [f"{hidden} 行有隐去的数" if hidden else "", f"{empty} 行没有数据" if empty else ""]
    en = [
        f"{hidden} {'row' if hidden == 1 else 'rows'} with numbers not shown" if hidden else "",
        f"{empty} without numbers" if empty else "",
    ]
    if not hidden and not empty:
        return Text("", "")
    return Text("未画：" + "，".join(filter(None, zh)) + "。", "Left out: " + ", ".join(filter(None, en)) + ".")


def _joined(first: Text, second: Text) -> Text:
    return Text(first.zh + second.zh, f"{first.en} {second.en}".strip())


def _stages(table: Table, colours: dict[str, str]) -> Chart | None:
    """Stacked shares of the stages by group, sorted by the highest stage, all first."""
    columns = [c for c in table.columns if c.code.startswith("share_") and c.code[6:-4] in colours]
    if not columns or "group" not in table.frame:
        return None
    codes = [c.code for c in columns]
    kept, hidden, empty = _shown(table, table.frame, codes)
    order = [code for code in codes if code[6:-4] != UNSTAGED]
    frame = ranked(kept, order) if len(kept) else kept
    rows = tuple(
        (f"{_label(table, 'group', group)}  n = {n:.0f}", *values)
        for group, n, values in zip(
            frame["group"], frame["n"], frame[codes].itertuples(index=False, name=None), strict=True
        )
    )
    heads = ("城市 City", *(both(c.label, " ") for c in columns))
    series = tuple((place, colours[code[6:-4]], "part") for place, code in enumerate(codes, start=1))
    said = Text("占本行企业的百分比，按最高阶段的占比排列。", "Per cent of the row; sorted by the highest stage.")
    return Chart(table.title, heads, rows, series, "%", _joined(said, _left_out(hidden, empty)))


def _carriers(table: Table, colours: dict[str, str]) -> Chart | None:
    """Stacked shares of the carrier levels by archive type, the highest level first, what is not known last."""
    codes = [c.code for c in table.columns if c.code.startswith("share_")][::-1]
    if not codes or "question" not in table.frame or "group" in table.frame:
        return None
    kept, hidden, empty = _shown(table, table.frame, codes)
    frame = kept.sort_values(codes, ascending=False, kind="stable")
    rows = tuple(
        (_label(table, "question", code), *values, max(0.0, round(100.0 - sum(values), 6)))
        for code, values in zip(frame["question"], frame[codes].itertuples(index=False, name=None), strict=True)
    )
    ladder = theme.ladder_colours(codes)
    heads = ("档案类型 Archive type", *(both(table.column(c).label, " ") for c in codes), "不清楚或未答 Not known (%)")
    series = [(place, ladder[code], "part") for place, code in enumerate(codes, start=1)]
    series.append((len(codes) + 1, theme.UNSTAGED_COLOUR, "part"))
    said = Text("占该类档案应有企业的百分比。", "Per cent of the enterprises to which the type applies.")
    return Chart(table.title, heads, rows, tuple(series), "%", _joined(said, _left_out(hidden, empty)))


def _areas(table: Table, colours: dict[str, str]) -> Chart | None:
    """Means of the areas as dots: every group pale, all dark."""
    codes = [c.code for c in table.columns if c.unit == "score" and c.code not in ("total", "deviation")]
    if len(codes) < 2 or "group" not in table.frame:
        return None
    groups = [group for group in table.frame["group"] if group not in (ALL, UNKNOWN)]
    groups += [ALL] if ALL in set(table.frame["group"]) else []
    by = table.frame.set_index("group")
    rows = []
    for code in codes:
        values = by.loc[groups, code].astype(float).tolist()
        rows.append((both(table.column(code).label, "\n"), *(None if v != v else v for v in values)))
    heads = ("方面 Area", *(_label(table, "group", group) for group in groups))
    series = tuple(
        (place, _DARK if group == ALL else _PALE, "whole" if group == ALL else "dot")
        for place, group in enumerate(groups, start=1)
    )
    said = Text(
        "深色菱形为合计，浅色圆点为各市；指着圆点可见市名。没有或隐去的均分不画。",
        "Dark diamonds: all; pale dots: cities (hover to see which). Means that are missing or not shown are not drawn.",
    )
    return Chart(table.title, heads, tuple(rows), series, "", said, upright=True)


def _needs(table: Table, colours: dict[str, str]) -> Chart | None:
    """Bars of the needs that are not met, and of those that stop an enterprise first; the commonest on top."""
    codes = [c for c in ("n_unmet", "n_decisive") if c in table.frame]
    if len(codes) < 2 or "group" in table.frame:
        return None
    kept, hidden, empty = _shown(table, table.frame, codes)
    frame = kept.sort_values(codes, ascending=False, kind="stable").head(_MOST_NEEDS)
    stage = table.column("stage").labels
    rows = tuple(
        (f"{stage[s].of('zh')}：{_side(table, need, 'zh')}\n{stage[s].of('en')}: {_side(table, need, 'en')}", *values)
        for s, need, values in zip(
            frame["stage"], frame["need"], frame[codes].itertuples(index=False, name=None), strict=True
        )
    )
    heads = ("要求 Need", *(both(table.column(c).label, " ") for c in codes))
    said = Text("企业数；只数阶段低于该要求的企业。", "Enterprises whose stage is below the need's.")
    series = ((1, theme.QUIET, "bar"), (2, theme.MAIN, "bar"))
    return Chart(table.title, heads, rows, series, "n", _joined(said, _left_out(hidden, empty)))


def _side(table: Table, need: Any, lang: str) -> str:
    label = table.column("need").labels.get(need)
    return str(need) if label is None else label.of("zh" if lang == "zh" else "en")


def _shares(table: Table, colours: dict[str, str]) -> Chart | None:
    """Shares by group as dots with their intervals, highest first, beside the share of all."""
    codes = ["share_pct", "ci_low_pct", "ci_high_pct"]
    if not {*codes, "group"} <= set(table.frame) or "stage" in table.frame:
        return None
    kept, hidden, empty = _shown(table, table.frame, codes)
    whole = kept.loc[kept["group"] == ALL, "share_pct"]
    frame = kept[~kept["group"].isin([ALL, UNKNOWN])].sort_values("share_pct", ascending=False, kind="stable")
    every = float(whole.iloc[0]) if len(whole) else None
    rows = tuple(
        (_label(table, "group", group, "\n"), share, share - low, high - share, every)
        for group, share, low, high in zip(frame["group"], *(frame[c] for c in codes), strict=True)
    )
    heads = (
        "城市 City",
        "占比 Share (%)",
        "至下限 Down to the lower limit",
        "至上限 Up to the upper limit",
        "合计 All (%)",
    )
    series: tuple[tuple[int, str, str], ...] = ((1, theme.MAIN, "interval"),)
    series += ((4, _DARK, "line"),) if every is not None else ()
    said = Text("竖线为 95% 区间；虚线为合计。", "Vertical lines: 95% intervals; dashed: all.")
    return Chart(table.title, heads, rows, series, "%", _joined(said, _left_out(hidden, empty)), upright=True)


_KINDS: dict[str, Callable[[Table, dict[str, str]], Chart | None]] = {
    "stages_by_city": _stages,
    "stages_": _stages,
    "scores_by_city": _areas,
    "areas_": _areas,
    "needs": _needs,
    "shares_": _shares,
    "reached_": _shares,
    "carriers": _carriers,
}
_ORDER = (_stages, _shares, _areas, _needs, _carriers)


def write_charts(desk: Desk, charts: Sequence[Chart], line: Text) -> None:
    """Write the sheet of charts: each chart at the left, its cells at the right."""
    sheet = desk.book.add_worksheet(CHARTS)
    write_head(desk, sheet, CHARTS_TITLE, line, [_COLUMN_WIDTH] * _LEFT_COLUMNS)
    sheet.set_column(0, _LEFT_COLUMNS - 1, _COLUMN_WIDTH)
    sheet.set_column(_LEFT_COLUMNS, _LEFT_COLUMNS, 3)
    sheet.set_column(_LEFT_COLUMNS + 1, _LEFT_COLUMNS + 1, 44)
    sheet.set_column(_LEFT_COLUMNS + 2, _LEFT_COLUMNS + 20, 13)
    top, breaks = 5, []
    for number, chart in enumerate(charts, start=1):
        cells = _write_cells(desk, sheet, chart, number, top)
        options = {"object_position": 3, "x_offset": 4, "y_offset": 2, "description": both(chart.title)}
        sheet.insert_chart(top + 1, 0, _draw(desk, chart, top + 1), options)
        used = 2 + len(chart.rows)
        top += used + max(1, -(-(_height(chart) + 50 - cells) // _ROW))
        breaks += [top] if number % 2 == 0 and number < len(charts) else []
    sheet.set_h_pagebreaks(breaks)
    sheet.print_area(0, 0, top, _LEFT_COLUMNS - 1)  # the cells beside the charts are for the screen
    sheet.set_portrait()
    sheet.freeze_panes(4, 0)


def _rows_a_row(chart: Chart) -> int:
    return 2 if any("\n" in str(row[0]) for row in chart.rows) else 1


def _height(chart: Chart) -> int:
    if chart.upright:
        return 400
    return 150 + len(chart.rows) * (44 if _rows_a_row(chart) == 2 else 27)


def _write_cells(desk: Desk, sheet: Any, chart: Chart, number: int, top: int) -> int:
    """Write a chart's cells as a native table at its right, its note above the chart; return how high they are in pixels."""
    left = _LEFT_COLUMNS + 1
    sheet.write_string(top, 0, both(chart.note, "  "), desk.format(font_size=8, font_color=SOFT))
    head = desk.format(bold=True, text_wrap=True, bottom=1, top=2, bg_color="#E9EEF1", valign="vcenter", font_size=9)
    heads = [h if h not in chart.heads[:place] else f"{h} ({place})" for place, h in enumerate(chart.heads)]
    options = {
        "name": desk.table_name(f"chart_{number}"),
        "style": None,
        "autofilter": False,
        "columns": [{"header": words, "header_format": head} for words in heads],
    }
    sheet.add_table(top + 1, left, top + 1 + len(chart.rows), left + len(heads) - 1, options)
    sheet.set_row_pixels(top + 1, _HEAD)
    deep = _ROW * _rows_a_row(chart)
    look = desk.format(num_format="#,##0" if chart.unit == "n" else "#,##0.0", font_size=9)
    for r, (name, *values) in enumerate(chart.rows, start=top + 2):
        sheet.set_row_pixels(r, deep)
        sheet.write_string(r, left, str(name), desk.format(text_wrap=True, font_size=9))
        for place, value in enumerate(values, start=left + 1):
            if value is None:
                sheet.write_blank(r, place, None, look)
            else:
                sheet.write_number(r, place, float(value), look)
    return _ROW + _HEAD + deep * len(chart.rows)


def _draw(desk: Desk, chart: Chart, top: int) -> Any:
    """Return the chart as Excel draws it, from the cells under row `top`."""
    kinds = {kind for _, _, kind in chart.series}
    shape = (
        {"type": "line"} if chart.upright else {"type": "bar", **({"subtype": "stacked"} if "part" in kinds else {})}
    )
    drawn = desk.book.add_chart(shape)
    left, last = _LEFT_COLUMNS + 1, top + len(chart.rows)
    categories = [CHARTS, top + 1, left, last, left]
    for place, colour, kind in chart.series:
        column = left + place
        look: dict[str, Any] = {
            "name": [CHARTS, top, column],
            "categories": categories,
            "values": [CHARTS, top + 1, column, last, column],
        }
        look |= _series_look(desk, colour, kind, chart)
        if kind == "interval":
            ends = (f"='{CHARTS}'!{_cells(top + 1, last, column + k)}" for k in (2, 1))
            look["y_error_bars"] = {
                "type": "custom", "plus_values": next(ends), "minus_values": next(ends), "line": {"color": SOFT, "width": 1.25},
            }  # fmt: skip
        drawn.add_series(look)
    _set_words(desk, drawn, chart)
    return drawn


def _cells(first: int, last: int, column: int) -> str:
    letters, column = "", column + 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"${letters}${first + 1}:${letters}${last + 1}"


def _series_look(desk: Desk, colour: str, kind: str, chart: Chart) -> dict[str, Any]:
    if kind in ("part", "bar"):
        form = '[>=7]0;""' if kind == "part" else "0"
        ink = ink_on(colour) if kind == "part" else theme.INK
        look: dict[str, Any] = {
            "fill": {"color": colour}, "border": {"color": "#FFFFFF", "width": 0.5}, "gap": 38,
            "data_labels": {"value": True, "num_format": form, "font": {"color": ink, "size": 9, "name": _FONT}},
        }  # fmt: skip
        if colour == theme.UNSTAGED_COLOUR:
            look["pattern"] = {"pattern": "wide_upward_diagonal", "fg_color": "#8A8A8A", "bg_color": colour}
            del look["fill"]
        return look
    if kind == "line":
        return {"line": {"color": colour, "width": 1.25, "dash_type": "dash"}, "marker": {"type": "none"}}
    size, form = (10, "diamond") if kind == "whole" else (7, "circle")
    marker = {"type": form, "size": size, "fill": {"color": colour}, "border": {"color": "#FFFFFF", "width": 0.75}}
    return {"line": {"none": True}, "marker": marker}


def _set_words(desk: Desk, drawn: Any, chart: Chart) -> None:
    """Set title with the mark, axes, legend and size."""
    small = {"name": _FONT, "size": 9, "color": theme.INK, "bold": False}
    words = (
        f"{both(chart.title, chr(10))}\n{desk.mark.zh} | {desk.mark.en}"  # the mark goes along where a chart is copied
    )
    drawn.set_title(
        {"name": words, "name_font": {"name": _FONT, "size": 11, "bold": True, "color": theme.INK}, "overlay": False}
    )
    numbers: dict[str, Any] = {
        "num_font": small, "num_format": '0"%"' if chart.unit == "%" else "0", "line": {"none": True},
        "major_gridlines": {"visible": True, "line": {"color": "#DDDDDD", "width": 0.5}}, "min": 0,
    }  # fmt: skip
    if chart.unit == "%":
        numbers |= {"max": 100, "major_unit": 25}
    else:
        numbers |= {"name": both(_AXES[chart.unit]), "name_font": small}
    names: dict[str, Any] = {"num_font": small, "line": {"color": "#8A8A8A"}, "major_tick_mark": "none"}
    if chart.upright:
        drawn.set_x_axis(names)
        drawn.set_y_axis(numbers)
    else:
        drawn.set_x_axis(numbers)
        drawn.set_y_axis(names | {"reverse": True, "crossing": "max"})
    legend: dict[str, Any] = {"position": "bottom", "font": small}
    pale = [place for place, (_, _, kind) in enumerate(chart.series) if kind == "dot"]
    if pale:
        legend["delete_series"] = pale
    drawn.set_legend(legend)
    drawn.show_blanks_as("gap")
    drawn.set_size({"width": _LEFT_COLUMNS * _PIXELS - 10, "height": _height(chart)})
    drawn.set_chartarea({"border": {"color": "#DDDDDD"}})
