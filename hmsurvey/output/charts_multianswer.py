"""Charts of a question with many answers: how often each option is ticked, and what is ticked together."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from hmsurvey.errors import Lang, Text
from hmsurvey.output import theme
from hmsurvey.output.charts_shares import draw_intervals
from hmsurvey.output.headlines import ENTERPRISES, Noun, label, lead
from hmsurvey.output.page import Head, Page, nice_limits, steps
from hmsurvey.output.rows import Row, columns_right, draw_names, empty, lay_rows, row_axes
from hmsurvey.output.stamping import finish
from hmsurvey.output.theme import themed
from hmsurvey.output.typesetting import given, number, own, percent, width, wrap
from hmsurvey.tables import Table

SHOWN = 12  # combinations drawn; the rest is counted in a note


def _asked(table: Table, lang: Lang, what: Text) -> str:
    """Return what was asked (the table's title after its first colon) and what is shown."""
    colon = "：" if lang == "zh" else ": "
    question = given(table.title.of(lang).split(colon, 1)[-1], lang)
    between = (" " if lang == "en" else "") if question.endswith(("？", "?")) else colon
    words = what.of(lang)
    return (
        question[:1].upper() + question[1:] + between + (words if between == colon else words[:1].upper() + words[1:])
    )


@themed()
def plot_options(table: Table, *, lang: Lang, noun: Noun = ENTERPRISES) -> Figure:
    """Draw the share of those who tick each option, with its interval, the most ticked first and "none of these" apart.

    Parameters
    ----------
    table
        From `tabulate_options`.
    lang
        "zh" or "en".
    noun
        What the units are called.
    """
    frame = table.frame[table.frame["share_pct"].notna()].reset_index(drop=True)
    n = int(table.frame["n_answered"].max()) if len(table.frame) else 0
    what = Text(f"勾选的{noun.zh}所占百分比（可多选）及 95% 区间，n = {n}", f"% of {noun.en} that tick it (several may be), 95% interval, n = {n}")  # fmt: skip
    head = Head(headline_options(table, lang, noun=noun), _asked(table, lang, what))  # fmt: skip
    if not len(frame) or not n:
        return finish(empty(head, lang), table, lang)
    frame = frame.assign(last=frame["kind"] == "none").sort_values(
        ["last", "share_pct"], ascending=[True, False], kind="stable"
    )
    frame = frame.reset_index(drop=True)
    rows = [
        Row(label(table, "option", code, lang), f"{count:.0f}", apart=bool(last))
        for code, count, last in zip(frame["option"], frame["n"], frame["last"], strict=True)
    ]
    grid = lay_rows(rows)
    page = Page(head, height=grid.height + 18)
    draw_names(page, grid)
    right = columns_right(page, grid, [("", [percent(float(v), lang) for v in frame["share_pct"]])])
    bottom, top, step = nice_limits(0, float(frame["ci_high_pct"].max()))
    axes = row_axes(page, grid, left=grid.left, right=right, limits=(bottom, min(100.0, top)))
    ticks = [tick for tick in steps(bottom, top, step) if tick <= 100]
    axes.set_xticks(ticks, [own(f"{number(tick, 0)}%") for tick in ticks])
    axes.get_xticklabels()[0].set_horizontalalignment("left")
    draw_intervals(axes, grid, frame, ("share_pct", "ci_low_pct", "ci_high_pct"))
    silent = table.frame[table.frame["kind"] == "silent"]
    comma, colon = Text("，", ", ").of(lang), Text("未计入：", "Not counted in: ").of(lang)
    words = [f"{label(table, 'option', code, lang).lower()} {count:.0f}" for code, count in zip(silent["option"], silent["n"], strict=True)]  # fmt: skip
    how = Text(
        "区间假定答卷企业如同随机抽取（A100）。", "Intervals take those who answered to be like a random sample (A100)."
    )
    notes = (colon + comma.join(words) + Text("。", ".").of(lang),) if words else ()
    return finish(page, table, lang, notes=(*notes, how.of(lang)))


def headline_options(table: Table, lang: Lang, *, noun: Noun = ENTERPRISES) -> str:
    """Say which option is ticked most often, and how many say none."""
    frame = table.frame[table.frame["share_pct"].notna() & (table.frame["kind"] != "none")]
    if not len(frame):
        return lead(Text("没有人回答这道题", "nobody answered this question").of(lang), table.provenance.nature, lang)
    row = frame.iloc[int(frame["share_pct"].to_numpy().argmax())]
    most, share = label(table, "option", row["option"], lang), percent(float(row["share_pct"]), lang)
    none = table.frame[(table.frame["kind"] == "none") & table.frame["share_pct"].notna()]
    tail = Text("", "")
    if len(none) and none["n"].iloc[0]:
        part = percent(float(none["share_pct"].iloc[0]), lang)
        code = str(none["option"].iloc[0])
        tail = Text(f"；{part} 答“{label(table, 'option', code, 'zh')}”", f'; {part} say "{label(table, "option", code, "en").lower()}"')  # fmt: skip
    words = Text(f"勾选最多的是“{most}”，占 {share}", f'{share} of {noun.en} tick "{most}", more than any other option')
    return lead(words.of(lang) + tail.of(lang), table.provenance.nature, lang)


@themed()
def plot_overlap(
    table: Table,
    *,
    lang: Lang,
    noun: Noun = ENTERPRISES,
    headline: str = "",
    what: Text | None = None,
    shown: int = SHOWN,
) -> Figure:
    """Draw what is ticked together: a row a combination, a dot a ticked option, a bar how many ticked just these.

    Parameters
    ----------
    table
        From `tabulate_overlap`.
    lang
        "zh" or "en".
    noun
        What the units are called.
    headline, what
        Other words for the finding and for what is shown, where the options were not ticked in one question.
    shown
        How many combinations are drawn.
    """
    frame = table.frame.head(shown)
    n = int(table.frame["n"].sum())
    ticked_words = Text(f"恰好勾选这些选项的{noun.zh}数，n = {n}", f"number of {noun.en} that tick just these, n = {n}")
    head = Head(headline or headline_overlap(table, lang, noun=noun), _asked(table, lang, what or ticked_words))
    if not n:
        return finish(empty(head, lang), table, lang)
    ticked = [row.split("+") for row in frame["combination"]]
    codes = [
        code for code in table.column("combination").labels if "+" not in code and any(code in row for row in ticked)
    ]
    order = {code: sum(frame["n"][i] for i, row in enumerate(ticked) if code in row) for code in codes}
    codes = sorted(codes, key=lambda code: -order[code])
    names = [wrap(label(table, "combination", code, lang), 8.5, 118.0, lines=2) for code in codes]
    cell = max(20.0, 11.0 * max(len(lines) for lines in names))
    top = max(width(line, 8.5) for lines in names for line in lines) + 8
    grid = lay_rows([Row("") for _ in range(len(frame))])
    page = Page(head, height=top + grid.height + 2)
    wide = cell * len(codes)
    for place, lines in enumerate(names):
        page.text((place + 0.5) * cell, top - 4, "\n".join(lines), size=8.5, rotation=90, ha="center", va="bottom", gid="column")  # fmt: skip
    matrix = row_axes(page, grid, left=0, right=wide, limits=(0, wide), top=top)
    matrix.set_xticks([])
    matrix.set_frame_on(False)
    for y, row in zip(grid.centres, ticked, strict=True):
        hits = [place for place, code in enumerate(codes) if code in row]
        for place in range(len(codes)):
            colour = theme.MAIN if place in hits else theme.FAINT
            matrix.plot([(place + 0.5) * cell], [y], marker="o", markersize=6, color=colour, linestyle="none", zorder=theme.MARKS + 0.1, gid="tick" if place in hits else "blank")  # fmt: skip
        if len(hits) > 1:
            matrix.plot([(hits[0] + 0.5) * cell, (hits[-1] + 0.5) * cell], [y, y], color=theme.MAIN, linewidth=1.6, zorder=theme.MARKS, gid="together")  # fmt: skip
    most = float(frame["n"].max())
    bars = row_axes(page, grid, left=wide + 12, right=page.width, limits=(0, most * 1.28), top=top)
    bars.set_xticks([])
    bars.barh(grid.centres, frame["n"], height=grid.bar, color=theme.MAIN, zorder=theme.FILLS, gid="n")
    for y, count, share in zip(grid.centres, frame["n"], frame["share_pct"], strict=True):
        bracket = Text(f"（{percent(share, 'zh')}）", f" ({percent(share, 'en')})").of(lang)
        bars.text(count + most * 0.015, y, f"{count:.0f}{bracket}", size=8.5, va="center_baseline", zorder=theme.WORDS, gid="count")  # fmt: skip
    rest = table.frame.iloc[len(frame) :]
    more = Text(
        f"另有 {len(rest)} 种组合，共 {rest['n'].sum():.0f} {noun.counter}{noun.zh}，未画出。",
        f"{len(rest)} more combinations, {rest['n'].sum():.0f} {noun.en} in all, are not drawn.",
    )
    return finish(page, table, lang, notes=(more.of(lang),) if len(rest) else ())


def headline_overlap(table: Table, lang: Lang, *, noun: Noun = ENTERPRISES) -> str:
    """Say how many tick several options at once."""
    frame = table.frame
    n = int(frame["n"].sum())
    if not n:
        return lead(Text("没有人回答这道题", "nobody answered this question").of(lang), table.provenance.nature, lang)
    many = int(frame.loc[frame["n_options"] > 1, "n"].sum())
    mean = number(float(np.average(frame["n_options"], weights=frame["n"])), 1)
    words = Text(
        f"{percent(100 * many / n, lang)} 的{noun.zh}勾选两项以上，平均每{noun.counter} {mean} 项",
        f"{percent(100 * many / n, lang)} of {noun.en} tick two options or more, {mean} on average",
    )
    return lead(words.of(lang), table.provenance.nature, lang)


__all__ = ["headline_options", "headline_overlap", "plot_options", "plot_overlap"]
