"""The sections on method: how stages are made, in short and in full, and what cannot be said."""

from __future__ import annotations

import pandas as pd

from hmsurvey.analysis.words import ALL, UNKNOWN, groups_of
from hmsurvey.errors import NOTHING, Text
from hmsurvey.output.assumptions import assumptions_in_use, tabulate_assumptions
from hmsurvey.output.citing import facts_of, tell_citation
from hmsurvey.output.content import Block, Content, Heading, Section, area_level, blocks_of
from hmsurvey.output.phrases import Units, counted, join, number, sentences
from hmsurvey.output.wave_words import NO_CAUSE, NO_CAUSE_WAVES
from hmsurvey.provenance import Provenance
from hmsurvey.rules import Rule, describe
from hmsurvey.study import SurveyResult
from hmsurvey.systems import IndicatorSystem, Node
from hmsurvey.tables import Column, Table

FEW = 20  # below this many answers a group's rank is called unreliable
STATUS_WORDS = {
    "published": Text("已公布", "published"),
    "guideline": Text("出自《指南》", "from the Guidelines"),
    "assumed": Text("假定", "assumed"),
}
_POLICY_WORDS = {
    "propagate": Text("按缺失处理，不当作 0", "count as missing, not as 0"),
    "drop": Text("不计入分母", "leave the denominator"),
    "zero": Text("记 0 分", "earn 0 points"),
    "credit": Text("记满分", "earn full points"),
}
_SILENCE_WORDS = {
    "missing": Text("未答的", "blanks"),
    "na": Text("不适用的", "not-applicables"),
    "dk": Text("“不清楚”的", "don't-knows"),
    "skipped": Text("按规则不必回答的", "questions rightly skipped"),
}


def tell_method(content: Content) -> Section:
    """Build the short section on method: how a stage is found, and what an index is made of; tables and assumptions stand in `tell_foundations`."""
    blocks: list[Block] = []
    for result in content.results:
        if result.stages is None and result.scores is None:
            continue
        blocks += content.heading(result)
        if result.stages is not None:
            blocks += rule_texts(content.units, result.stages.rule, _scored_by(result))
        if result.scores is not None:
            blocks.append(score_sentence(result.scores.system))
    return Section("method", Text("阶段的确定方法", "How stages are made"), blocks_of(*blocks))


def tell_foundations(content: Content) -> Section | None:
    """Build the section that lists rules, weights and assumptions in full, with the paragraph to copy; None where a study has none of them."""
    blocks: list[Block] = []
    for result in content.results:
        tables: list[Block] = []
        if result.stages is not None:
            rule, made = result.stages.rule, result.stages.provenance
            tables.append(tabulate_rule(rule, _scored_by(result), survey=result.plan.code, provenance=made))
        if result.scores is not None:
            system, made = result.scores.system, result.scores.provenance
            weights = tabulate_weights(system, survey=result.plan.code, provenance=made)
            tables += [weights] if len(weights.frame) else []
        blocks += [*content.heading(result), *tables] if tables else []
    blocks += tell_citation(facts_of(content.analysis), content.analysis.provenance)
    used = assumptions_in_use(content.analysis)
    if used:
        n = number(len(used))
        blocks += [
            Heading(Text("所用的假定", "Assumptions used")),
            Text(
                f"下表列出本次结果所依据的全部 {n} 条假定。每条都有编号，改动只需改相应的定义文件；改了哪条，重新运行就能看到哪些结果随之变化。",
                f"The table below lists {'the one assumption' if len(used) == 1 else f'all {n} assumptions'} that these results rest on. Each has its number and is changed in one definition file; running again shows which results "
                "move with it.",
            ),
            tabulate_assumptions(used, content.analysis.provenance),
        ]
    title = Text("规则、权重与假定", "Rules, weights and assumptions in full")
    return Section("foundations", title, blocks_of(*blocks), part="technical") if blocks else None


def _scored_by(result: SurveyResult) -> IndicatorSystem | None:
    """Return the system whose scores a survey's rule looks at; None where it looks at answers alone."""
    return result.stages.scores.system if result.stages is not None and result.stages.scores else None


def rule_texts(noun: Units, rule: Rule, system: IndicatorSystem | None) -> list[Text]:
    """Say how a rule is tried, and what each stage needs."""
    texts = [
        Text(
            f"规则“{rule.label.of('zh')}”（{rule.id} {rule.version}）从最高阶段往下逐级判断，第一个各项要求都满足的阶段就是该{noun.noun}的阶段；正好达到即算达到。",
            f"The rule “{rule.label.of('en')}” ({rule.id} {rule.version}) is tried from the highest stage down; the first stage whose needs are all met is the stage of the {noun.one}. "
            "Exactly the minimum is enough.",
        )
    ]
    needs_said = []
    for stage in rule.stages[:-1]:
        needs = [describe(need, system) for need in stage.needs]
        zh, en = "；".join(n.of("zh") for n in needs), "; ".join(n.of("en") for n in needs)
        needs_said.append(Text(f"{stage.label.of('zh')}要求：{zh}。", f"{stage.label.of('en')} needs: {en}."))
    lowest = rule.stages[-1].label
    needs_said.append(Text(f"其余为{lowest.of('zh')}。", f"All others are {lowest.of('en')}."))
    assumed = sum(need.status == "assumed" for need in rule.needs)
    if assumed:
        every = {1: "The one need rests", 2: "Both needs rest"}.get(assumed, f"All {number(assumed)} needs rest")
        needs_said.append(
            Text(f"全部 {number(assumed)} 项要求的数值或内容都是假定。", f"{every} on an assumption.")
            if assumed == len(rule.needs)
            else Text(
                f"{number(len(rule.needs))} 项要求中有 {number(assumed)} 项的数值或内容是假定。",
                f"Of {counted(len(rule.needs), 'need')}, {number(assumed)} {'rests' if assumed == 1 else 'rest'} on an assumption.",
            )
        )
    return [*texts, sentences(*needs_said)]


def tabulate_rule(rule: Rule, system: IndicatorSystem | None, *, survey: str, provenance: Provenance) -> Table:
    """List the needs of a rule: stage, need in words, where it comes from, number of the assumption."""
    rows = [[stage.code, need.code, need.status, need.assumption] for stage in rule.stages for need in stage.needs] + [
        [rule.codes[-1], "", rule.status, ""]
    ]
    words = {need.code: describe(need, system) for need in rule.needs}
    columns = (
        Column("stage", Text("阶段", "Stage"), "code", labels={code: rule.label_of(code) for code in rule.codes}),
        Column("need", Text("要求", "Need"), "code", labels=words | {"": Text("其余", "all others")}),
        Column("status", Text("依据", "Basis"), "code", labels=dict(STATUS_WORDS)),
        Column("assumption", Text("假定编号", "Assumption")),
    )
    frame = pd.DataFrame(rows, columns=[column.code for column in columns], dtype=object)
    title = Text(f"分阶段规则：{rule.label.of('zh')}", f"Staging rule: {rule.label.of('en')}")
    return Table(frame, provenance, f"rule_{survey}", title, columns)


def score_sentence(system: IndicatorSystem) -> Text:
    """Say how many indicators an index has, on what they rest, how they are weighted, and what silence is worth."""
    scored = [indicator for indicator in system.indicators if indicator.scored]
    areas = system.level(area_level(system))
    parts = [
        Text(
            f"指标体系“{system.label.of('zh')}”（{system.id} {system.version}）有 {number(len(scored))} 个计分指标"
            + (f"，归入 {number(len(areas))} 个方面。" if areas else "。"),
            f"The index “{system.label.of('en')}” ({system.id} {system.version}) has {counted(len(scored), 'scored indicator')}"
            + (f" in {counted(len(areas), 'area')}." if areas else "."),
        )
    ]
    by_status = {status: sum(i.status == status for i in scored) for status in STATUS_WORDS}
    if by_status["guideline"]:
        named = join(
            [
                Text(f"{STATUS_WORDS[s].zh} {number(n)} 个", f"{number(n)} {STATUS_WORDS[s].en}")
                for s, n in by_status.items()
                if n
            ]
        )
        parts.append(
            Text(
                f"按依据分：{named.zh}；即使内容出自《指南》，档次和分值也是假定。",
                f"By basis: {named.en}; even where the subject is from the Guidelines, levels and points are assumed.",
            )
        )
    weighting = next((w for w in system.weightings if w.id == system.weighting), None)
    if weighting is not None:
        parts.append(Text(f"权重方案：{weighting.label.of('zh')}。", f"Weighting: {weighting.label.of('en')}."))
    if scored:
        policy = dict(scored[0].policy)
        said = [
            (_SILENCE_WORDS[s], _POLICY_WORDS[str(p)])
            for s, p in policy.items()
            if str(p) in _POLICY_WORDS and s in _SILENCE_WORDS
        ]
        if said:
            zh = "，".join(silence.zh + what.zh for silence, what in said)
            en = ", ".join(f"{silence.en} {what.en}" for silence, what in said)
            parts.append(Text(f"{zh}。", en[:1].upper() + en[1:] + "."))
    shares = {area.min_available for area in areas}
    if len(shares) == 1 and (share := shares.pop()) < 1:
        parts.append(
            Text(
                f"一个方面至少要答了适用权重的 {number(100 * share)}%，才有得分。",
                f"An area has a score only if at least {number(100 * share)}% of its applicable weight is answered.",
            )
        )
    return sentences(*parts)


def tabulate_weights(system: IndicatorSystem, *, survey: str, provenance: Provenance) -> Table:
    """List the areas with their weight as a share of the total, and how many indicators each holds."""
    areas = [node for node in system.level(area_level(system)) if node.code in system.node(system.total).children]
    total = sum(node.weight for node in areas)
    rows = [
        [node.code, node.code, 100.0 * node.weight / total if total else None, count_leaves(system, node)]
        for node in areas
    ]
    columns = (
        Column("code", Text("代码", "Code")),
        Column("area", Text("方面", "Area"), "code", labels={node.code: node.label for node in areas}),
        Column("weight_pct", Text("在总分中的权重（%）", "Weight in the total (%)"), "percent"),
        Column("n_indicators", Text("计分指标数", "Scored indicators"), "count"),
    )
    frame = pd.DataFrame(rows, columns=[column.code for column in columns])
    title = Text(f"各方面的权重：{system.label.of('zh')}", f"Weights of the areas: {system.label.of('en')}")
    return Table(frame, provenance, f"weights_{survey}", title, columns)


def count_leaves(system: IndicatorSystem, node: Node) -> int:
    """Return how many scored indicators a node holds, at any depth."""
    nodes = {n.code: n for n in system.nodes}
    scored = {i.code for i in system.indicators if i.scored}
    return sum(count_leaves(system, nodes[c]) if c in nodes else c in scored for c in node.children)


def tell_limits(content: Content) -> Section:
    """Build the section on what these results cannot say."""
    analysis, enterprises = content.analysis, content.analysis.study.units == "enterprises"
    points: list[Block] = []
    if analysis.provenance.nature == "mixed":
        points.append(
            Text(
                "任何由真实文件和模拟文件合在一起算出的数。这样的数一部分是编造的，不能引用；真实的那一部分又涉及具体企业，须保密。",
                "Anything in numbers that rest on real and made-up files together. Part of such a number is invented, so it must not be quoted; and part is about real enterprises, so it is "
                "confidential.",
            )
        )
    if analysis.provenance.nature == "synthetic":
        points.append(
            Text(
                "关于辽宁省的任何事。数据是模拟的：哪个市高、哪个市低、哪项要求拦住了谁，都由随机数决定。",
                "Anything about Liaoning. The data are made up: which city is high or low, and which need stops whom, was decided by random numbers.",
            )
        )
    if analysis.provenance.nature == "undeclared":
        points.append(
            Text(
                "数据是否真实。来源没有说明，程序也查不出来。",
                "Whether the data are real. Their origin is not declared, and no program can find out.",
            )
        )
    if enterprises and len(content.results) > 1:
        points.append(
            Text(
                "两项调查对同一家企业定的阶段不一致时，哪一项对。两把尺子量的东西不同，阶段也各有各的含义。",
                "Which survey is right where the two put one enterprise at different stages. They measure different things, and their stages mean different things.",
            )
        )
    statuses = {r.plan.rule.status for r in content.results if r.plan.rule is not None}
    if "assumed" in statuses:
        points.append(
            Text(
                "阶段的“真实”分界在哪里。这里的分数线是本项目的假定，没有公开的来源规定它们；换一条线，各阶段的家数就会变。",
                "Where the true boundary between stages lies. The cut-offs are this project's assumptions; no published source sets them. With another line the counts change.",
            )
            if enterprises
            else Text(
                "阶段的“真实”分界在哪里。分数线是假定的，换一条线，数目就会变。",
                "Where the true boundary between stages lies. The cut-offs are assumed; with another line the counts change.",
            )
        )
    if enterprises:
        points.append(
            Text(
                "企业实际做得怎样。除走访过的以外，答案都是自填的；自填的情况往往比实际好。",
                "What enterprises really do. Apart from those visited, the answers are self-reported, and self-reports tend to flatter.",
            )
        )
    points.append(_small_groups(content))
    again = any(len(waves) > 1 for waves in analysis.waves.values())
    no_cause = NO_CAUSE_WAVES if again else NO_CAUSE
    points.append(Text(f"变化和原因。{no_cause.zh}", f"Change and cause. {no_cause.en}"))
    unstaged = [(r, int((r.stages.stage == "unstaged").sum())) for r in content.results if r.stages is not None]
    for result, n in unstaged:
        if n:
            points.append(
                Text(
                    f"{_named(content, result).zh}未定的 {number(n)} {content.units.counter}究竟处在哪个阶段。答案缺得太多，不作猜测。",
                    f"At which stage the {number(n)} unstaged {_named(content, result).en}are. Too much is missing, and nothing is guessed.",
                )
            )
    return Section(
        "limits", Text("这些结果不能说明什么", "What these results cannot say"), blocks_of(*points), points=True
    )


def _named(content: Content, result: SurveyResult) -> Text:
    if len(content.results) < 2:
        return NOTHING
    return Text(f"“{result.plan.label.of('zh')}”中", f"of “{result.plan.label.of('en')}” ")


def _small_groups(content: Content) -> Text:
    said = []
    group, many = content.units.group, content.units.groups_en
    for result in content.results:
        sizes = groups_of(result.survey).value_counts().drop([ALL, UNKNOWN], errors="ignore")
        if n := int((sizes < FEW).sum()):
            survey, few = result.plan.label, counted(n, group.en, many)
            named = Text(f"“{survey.of('zh')}”有 {number(n)} 个", f"{few} in “{survey.of('en')}”")
            said.append(named if len(content.results) > 1 else Text(f"有 {number(n)} 个", few))
    if not said:
        return NOTHING
    listed = Text("，".join(part.zh for part in said), join(said).en)
    return Text(
        f"答卷少的{group.zh}之间的名次。有效答卷不足 {FEW} 份的{group.zh}，{listed.zh}；它们的占比误差很大，名次不可靠。",
        f"The order of small {many}. Fewer than {FEW} usable answers each came from {listed.en}; such shares are very uncertain and such ranks not reliable.",
    )
