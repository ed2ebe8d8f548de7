"""Would another method draw other lines? The section of the report: rival stagings beside the rule, on whom all agree, and the two surveys' stages against each other."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from hmsurvey.analysis.contradictions import (
    NOT_AN_ERROR,
    tabulate_contradictions,
    tabulate_yardstick_moves,
    tabulate_yardsticks,
)
from hmsurvey.analysis.rivals import (
    rivals_of,
    tabulate_rival_agreement,
    tabulate_rival_consensus,
    tabulate_rival_movers,
    tabulate_rival_moves,
    tabulate_rivals,
)
from hmsurvey.errors import NOTHING, Text
from hmsurvey.output.charts_rivals import plot_rivals, plot_yardsticks
from hmsurvey.output.content import Block, Content, Drawing, Heading, Job, Section, blocks_of, ready, rows_of
from hmsurvey.output.headlines import Noun
from hmsurvey.output.phrases import number, percent
from hmsurvey.study import Analysis, SurveyResult
from hmsurvey.tables import Table


def tell_rivals(content: Content) -> Section | None:
    """Build the section on rival stagings and on enterprises that two surveys stage differently; None where there is neither."""
    if content.analysis.study.units != "enterprises":
        return None  # the stages of such studies are their publishers' own
    blocks: list[Block] = []
    annex: list[Table] = []
    scored = [result for result in content.results if can_have_rivals(result)]
    for result in scored:
        rivals = rivals_of(content.analysis, result.plan.code)
        if not rivals.others:
            continue
        table, moves, consensus = (
            tabulate_rivals(rivals),
            tabulate_rival_moves(rivals),
            tabulate_rival_consensus(rivals),
        )
        blocks += content.heading(result) if len(scored) > 1 else ()
        blocks += [
            _moved_sentence(content, table),
            _agreed_sentence(content, consensus),
            Drawing(moves.code),
            table,
            consensus,
        ]
        annex += [moves, tabulate_rival_movers(rivals), tabulate_rival_agreement(rivals)]
    pair = yardsticks_of(content.results)
    if pair is not None:
        one, two = pair[0].plan.code, pair[1].plan.code
        table, moves = (
            tabulate_yardsticks(content.analysis, one, two),
            tabulate_yardstick_moves(content.analysis, one, two),
        )
        if table.frame["n_both"].iloc[0]:
            blocks += [
                Heading(Text("两项调查对照", "The two surveys against each other")),
                _yardstick_sentence(content, table),
                NOT_AN_ERROR,
                Drawing(moves.code),
                table,
            ]
            annex += [moves, tabulate_contradictions(content.analysis, one, two)]
    if not blocks:
        return None
    title = Text("换用其他方法，界线是否一致", "Would another method draw other lines?")
    return Section("rivals", title, blocks_of(*blocks), tuple(annex), part="technical")


def rival_jobs(analysis: Analysis, result: SurveyResult, *, noun: Noun) -> Iterator[Job]:
    """Yield the figure of rule against rivals."""
    if analysis.study.units != "enterprises" or not can_have_rivals(result):
        return
    moves = tabulate_rival_moves(rivals_of(analysis, result.plan.code))
    if len(moves.frame):
        yield moves.code, ready(moves), partial(plot_rivals, noun=noun)


def yardstick_jobs(analysis: Analysis, *, noun: Noun) -> Iterator[Job]:
    """Yield the figure of the two surveys against each other."""
    pair = yardsticks_of(tuple(analysis.results.values()))
    if pair is None:
        return
    moves = tabulate_yardstick_moves(analysis, pair[0].plan.code, pair[1].plan.code)
    if moves.frame["n"].sum():
        yield moves.code, ready(moves), partial(plot_yardsticks, noun=noun)


def can_have_rivals(result: SurveyResult) -> bool:
    """Tell whether a survey has scores, stages and enough answers to stage them another way."""
    return (
        result.scores is not None
        and result.stages is not None
        and bool(result.stages.rule.needs)
        and result.scores.total.nunique() >= len(result.stages.rule.codes)
    )


def yardsticks_of(results: tuple[SurveyResult, ...]) -> tuple[SurveyResult, SurveyResult] | None:
    """Return the first two surveys whose stages have the same names; None where there are none."""
    staged = [result for result in results if result.stages is not None]
    for place, one in enumerate(staged):
        for two in staged[place + 1 :]:
            if one.stages is not None and two.stages is not None and one.stages.rule.codes == two.stages.rule.codes:
                return one, two
    return None


def _moved_sentence(content: Content, table: Table) -> Text:
    rows = rows_of(table.frame.iloc[1:].dropna(subset=["moved_pct"]))
    if not rows:
        return NOTHING
    least, most = min(rows, key=lambda row: row["n_moved"]), max(rows, key=lambda row: row["n_moved"])
    labels = table.column("method").labels
    counter, noun = content.units.counter, content.units.noun

    def said(row: dict[str, float]) -> Text:
        n, share = number(row["n_moved"]), percent(row["moved_pct"])
        kappa = (
            ""
            if row["kappa"] != row["kappa"]
            else f"{row['kappa']:.2f}（95% 区间 {row['ci_low']:.2f} 至 {row['ci_high']:.2f}）"
        )
        return Text(
            f"{n} {counter}（{share}）" + (f"，加权 kappa {kappa}" if kappa else ""),
            f"{n} ({share}) at another stage"
            + (
                f", weighted kappa {row['kappa']:.2f} (95% interval {row['ci_low']:.2f} to {row['ci_high']:.2f})"
                if kappa
                else ""
            ),
        )

    names = [labels[str(row["method"])] for row in (least, most)]
    words = [said(row) for row in (least, most)]
    # cut where the rule's own shares come out, that scale can only differ in order: its closeness must not pass for a proof
    built_in = (
        Text(
            "拉什量表按本规则各阶段的占比切分（A129），接近本规则有一部分是做法使然。",
            " The Rasch scale is cut at the rule's own shares (A129), so part of its closeness is built in.",
        )
        if str(least["method"]) == "rasch"
        else NOTHING
    )
    return Text(
        f"同样的答卷用另外 {len(rows)} 种方法分段：与本规则最接近的是“{names[0].zh}”，阶段不同的{noun}有 {words[0].zh}；差得最多的是“{names[1].zh}”，有 {words[1].zh}。"
        "自然断点和聚类按分数的疏密划线，不问够不够格；界线不同，不等于次序不同。" + built_in.zh,
        f"The same answers staged by {len(rows)} other methods: closest to the rule is “{names[0].en}”, which puts {words[0].en}; farthest is “{names[1].en}”, which puts {words[1].en}. "
        "Natural breaks and clusters draw their lines where scores are thin, and do not ask what is good enough; another line is not another order."
        + built_in.en,
    )


def _agreed_sentence(content: Content, table: Table) -> Text:
    rows = rows_of(table.frame)
    whole = rows[-1]
    if not whole["n"]:
        return NOTHING
    labels = table.column("stage").labels
    zh = "、".join(f"{labels[row['stage']].zh} {number(row['n_agreed'])}/{number(row['n'])}" for row in rows[:-1])
    en = ", ".join(f"{labels[row['stage']].en} {number(row['n_agreed'])} of {number(row['n'])}" for row in rows[:-1])
    counter, noun = content.units.counter, content.units.noun
    return Text(
        f"所有方法都一致的{noun}有 {number(whole['n_agreed'])} {counter}，占已定阶段的 {percent(whole['agreed_pct'])}（{zh}）；这些{noun}的阶段最不取决于方法。",
        f"All methods agree on {number(whole['n_agreed'])} of {content.units.count(whole['n']).en} with a stage, {percent(whole['agreed_pct'])} ({en}); their stages hang least on the method.",
    )


def _yardstick_sentence(content: Content, table: Table) -> Text:
    row = rows_of(table.frame)[0]
    counter, noun = content.units.counter, content.units.noun
    if not row["n_staged"]:
        return Text(
            f"两项调查都答了的{noun}有 {number(row['n_both'])} {counter}，但没有一{counter}两边都定了阶段。",
            f"{content.units.count(row['n_both']).en} answered both surveys, and none was staged by both.",
        )
    kappa = row["kappa"] == row["kappa"]
    point = kappa and row["ci_low"] == row["ci_high"]  # complete agreement: the formula's interval has no width
    within = Text("样本内完全一致，区间公式退化为一点，不给区间", "agreement is complete among these, and the formula gives no interval") if point else Text(f"95% 区间 {row['ci_low']:.2f} 至 {row['ci_high']:.2f}", f"95% interval {row['ci_low']:.2f} to {row['ci_high']:.2f}")  # fmt: skip
    zh = f"，加权 kappa {row['kappa']:.2f}（{within.zh}）" if kappa else ""
    en = f", weighted kappa {row['kappa']:.2f} ({within.en})" if kappa else ""
    return Text(
        f"{number(row['n_both'])} {counter}{noun}两项调查都答了，其中 {number(row['n_staged'])} {counter}两边都定了阶段：{number(row['n_same'])} {counter}（{percent(row['same_pct'])}）阶段相同{zh}；"
        f"{number(row['n_one_apart'])} {counter}差一级，{number(row['n_far'])} {counter}差两级。名单和各自的理由在内部工作簿里。",
        f"{content.units.count(row['n_both']).en} answered both surveys, and {number(row['n_staged'])} were staged by both: {number(row['n_same'])} ({percent(row['same_pct'])}) have the same stage{en}; "
        f"{number(row['n_one_apart'])} are one stage apart, {number(row['n_far'])} two. Who they are, and the reasons of either side, stand in the internal workbook.",
    )
