"""Documents that are written from definition files: the index system and the assumptions, as Markdown in both languages.

They are committed and a test holds them to their files, so that a reader on the web sees what the program uses.
"""

from __future__ import annotations

from collections.abc import Sequence

from hmsurvey.errors import Text
from hmsurvey.output.assumptions import AssumptionFile, read_assumptions
from hmsurvey.output.methods import STATUS_WORDS, count_leaves
from hmsurvey.questions import Codebook, Question
from hmsurvey.rules import Rule, describe
from hmsurvey.scorings import (
    AllOrItemise,
    Band,
    Bands,
    ByOption,
    CountBands,
    Deduct,
    Each,
    Given,
    Goalposts,
    Line,
    Normalise,
    Scoring,
)
from hmsurvey.systems import Indicator, IndicatorSystem, Node, Over, Weighting
from hmsurvey.wording import both, condition_words

NOTICE = "<!-- 由 tools/make_docs.py 生成，请勿手改。Written by tools/make_docs.py; do not edit. -->"
EVIDENCE_WORDS = {
    "G": Text("《指南》（多为转述）", "the Guidelines, mostly as restated by others"),
    "N": Text("相邻官方文件", "a neighbouring official text"),
    "K": Text("常识，未核实", "general knowledge, unverified"),
    "E": Text("本项目的环境保护补充", "this project's environmental addition"),
}


def index_document(
    system: IndicatorSystem,
    codebook: Codebook,
    rules: Sequence[Rule],
    assumptions: Sequence[AssumptionFile] | None = None,
) -> str:
    """Return the index system as Markdown: areas and items, every indicator, weightings, rules.

    Parameters
    ----------
    system, codebook
        The index and what it rests on.
    rules
        Staging rules, the default first.
    assumptions
        The numbered assumptions; read from the definitions unless given.
    """
    known = {a.code: a.text for file in assumptions or read_assumptions() for a in file.assumptions}
    lines = [NOTICE, "", f"# {both(system.label, between=' · ')}", ""]
    lines += _preface(system)
    lines += ["## 结构 Structure", "", *_structure(system), ""]
    lines += ["## 权重方案 Weightings", "", *_weightings(system), ""]
    lines += ["## 分阶段规则 Staging rules", ""]
    for rule in rules:
        lines += [*_rule(rule, system), ""]
    lines += ["## 指标 Indicators", ""]
    for area in system.level("area"):
        lines += [f"### {area.code} {both(area.label, between=' · ')}", ""]
        for item in (node for node in system.nodes if node.code in area.children):
            lines += [f"#### {item.code} {both(item.label, between=' · ')}", ""]
            for indicator in (i for i in system.indicators if i.code in item.children):
                lines += _indicator(indicator, codebook, known)
        for indicator in (i for i in system.indicators if i.code in area.children):
            lines += _indicator(indicator, codebook, known)
    return "\n".join(lines).rstrip() + "\n"


def _preface(system: IndicatorSystem) -> list[str]:
    scored = [indicator for indicator in system.indicators if indicator.scored]
    main = {letter: sum(i.fact("evidence").startswith(letter) for i in scored) for letter in EVIDENCE_WORDS}
    guideline = sum(i.status == "guideline" for i in scored)
    areas, items = system.level("area"), system.level("item")
    zh = (
        f"版本 {system.version}。{len(areas)} 个方面，{len(items)} 个二级指标，{len(scored)} 个计分指标。本体系由本项目按《企业数字档案馆（室）建设指南》（2017）的六个建设方面编制，"
        f"不是原研究未公布的指标表，也不是官方标准。以《指南》为主要依据的有 {main['G']} 个，其中 {guideline} 个标为“出自《指南》”，仅指内容；档次和分值一律是假定。"
    )
    en = (
        f"Version {system.version}: {len(areas)} areas, {len(items)} items, {len(scored)} scored indicators. This project drew it up along the six areas of the Guidelines for the Construction of "
        f"Enterprise Digital Archives (2017). It is not the study's own table, which is unpublished, and no official standard. {main['G']} indicators rest mainly on the Guidelines; "
        f"{guideline} of them are marked so, for their subject only. Levels and points are assumed throughout."
    )
    lines = [zh, "", en, "", "| 依据 Basis | 指标数 n | 含义 | Meaning |", "|---|--:|---|---|"]
    lines += [f"| {letter} | {main[letter]} | {words.zh} | {words.en} |" for letter, words in EVIDENCE_WORDS.items()]
    return [*lines, "", "两个字母时，前一个为主。Of two letters the first is the main one.", ""]


def _structure(system: IndicatorSystem) -> list[str]:
    lines = ["| 代码 Code | 方面、二级指标 | Area, item | 指标数 n |", "|---|---|---|--:|"]
    for area in system.level("area"):
        lines.append(
            f"| **{area.code}** | **{_cell(area.label.zh)}** | **{_cell(area.label.en)}** | {count_leaves(system, area)} |"
        )
        for item in (node for node in system.nodes if node.code in area.children):
            lines.append(
                f"| {item.code} | {_cell(item.label.zh)} | {_cell(item.label.en)} | {count_leaves(system, item)} |"
            )
    return lines


def _weightings(system: IndicatorSystem) -> list[str]:
    areas: tuple[Node, ...] = system.level("area")
    head = " | ".join(area.code for area in areas)
    lines = [f"| 方案 Weighting | {head} | 依据 Basis | 假定 Assumption |", "|---|" + "--:|" * len(areas) + "---|---|"]
    for weighting in system.weightings:
        given = dict(weighting.weights)
        values = [given.get(area.code, area.weight) for area in areas]
        total = sum(values)
        shares = " | ".join(f"{100 * value / total:.1f}" for value in values)
        lines.append(
            f"| `{weighting.id}` {_cell(both(weighting.label, between=' / '))} | {shares} | {_basis(weighting)} | {_fact(weighting, 'assumption')} |"
        )
    return [*lines, "", "各方面占总分的百分比。Percent of the total."]


def _fact(item: Weighting, key: str) -> str:
    return dict(item.facts).get(key, "")


def _basis(weighting: Weighting) -> str:
    source, status = _fact(weighting, "source"), both(STATUS_WORDS[weighting.status], between=" ")
    return _cell(f"{status}；{source}" if source else status)


def _rule(rule: Rule, system: IndicatorSystem) -> list[str]:
    lines = [f"### `{rule.id}` {both(rule.label, between=' · ')}", ""]
    if rule.source:
        lines += [_cell(rule.source), ""]
    lines += ["| 阶段 Stage | 要求 | Need | 依据 Basis | 假定 Assumption |", "|---|---|---|---|---|"]
    for stage in rule.stages:
        name = _cell(both(stage.label, between=" / "))
        if not stage.needs:
            lines.append(f"| {name} | 其余 | all others | | |")
        for need in stage.needs:
            words = describe(need, system)
            status = both(STATUS_WORDS[need.status], between=" ")
            lines.append(
                f"| {name} | {_cell(words.of('zh'))} | {_cell(words.of('en'))} | {status} | {need.assumption} |"
            )
    return lines


def _indicator(indicator: Indicator, codebook: Codebook, known: dict[str, Text]) -> list[str]:
    question = codebook.question(indicator.question)
    lines = [f"**{indicator.code} {both(indicator.label, between=' · ')}**", ""]
    lines += [f"- 问 Question: {_line(both(question.label, between=' / '))}"]
    for option in question.options:
        meaning = both(option.anchor, between=" / ") if any(option.anchor) else ""
        label = both(option.label, between=" / ")
        earned = _points_of_option(indicator, question, option.code)
        name = f"`{option.code}`" + (f" {label}" if label != option.code else "")
        lines.append(f"  - {_line(name)}{_line('：' + meaning) if meaning else ''}{earned}")
    lines.append(f"- 计分 Points: {_line(both(scoring_words(indicator.scoring), between=' / '))}")
    for condition, scoring in indicator.when:
        when = condition_words(condition, codebook)
        words = scoring_words(scoring)
        lines.append(f"  - 若{_line(when.zh)}：{_line(words.zh)} / if {_line(when.en)}: {_line(words.en)}")
    if indicator.over is not None:
        lines.append(f"  - {_line(both(_over_words(indicator.over, codebook), between=' / '))}")
    if indicator.zero_denominator == "zero":
        lines.append("  - 分母为 0 的，记 0 分 / an empty denominator earns 0")
    if indicator.na_if is not None:
        allowed = condition_words(indicator.na_if, codebook)
        lines.append(f"- 不适用 Not applicable: 仅当{_line(allowed.zh)} / only if {_line(allowed.en)}")
    facts = [
        f"依据 Evidence: {indicator.fact('evidence')}",
        f"性质 Status: {both(STATUS_WORDS[indicator.status], between=' ')}",
    ]
    facts += [f"问题 Problem: {indicator.fact('problem')}"] if indicator.fact("problem") else []
    lines.append("- " + " · ".join(facts))
    if indicator.fact("source"):
        lines.append(f"- 来源 Source: {_line(indicator.fact('source'))}")
    code = indicator.fact("assumption")
    if code:
        words = known.get(code, Text("", ""))
        lines.append(f"- 假定 Assumption {code}: {_line(both(words, between=' / '))}")
    if any(indicator.note):
        lines.append(f"- 说明 Note: {_line(both(indicator.note, between=' / '))}")
    return [*lines, ""]


def _points_of_option(indicator: Indicator, question: Question, code: str) -> str:
    if question.kind != "one" or not isinstance(indicator.scoring, ByOption):
        return ""
    points = dict(indicator.scoring.points).get(code)
    return "" if points is None else f" — **{points:g}**"


def _over_words(over: Over, codebook: Codebook) -> Text:
    cases = [(condition_words(condition, codebook), value) for condition, value in over.when]
    zh = "".join(f"，{words.zh}的除以 {value:g}" for words, value in cases)
    en = "".join(f", by {value:g} if {words.en}" for words, value in cases)
    if over.at_most:
        most = codebook.question(over.at_most).label
        zh += f"；除数不超过“{most.of('zh')}”"
        en += f"; never by more than “{most.of('en')}”"
    return Text(f"先除以 {over.value:g}{zh}，化为百分比", f"first divided by {over.value:g}{en}, as a percentage")


def scoring_words(scoring: Scoring) -> Text:
    """Return in words how an answer earns points."""
    if isinstance(scoring, ByOption):
        pairs = [f"`{code}` {points:g}" for code, points in scoring.points]
        other = scoring.otherwise
        zh = "按档次：" + "，".join(pairs) + (f"，其他 {other:g}" if other is not None else "")
        return Text(zh, "by level: " + ", ".join(pairs) + (f", others {other:g}" if other is not None else ""))
    if isinstance(scoring, Each):
        named = ", ".join(f"`{code}` {points:g}" for code, points in scoring.points) or f"{scoring.every:g}"
        cap_zh = f"，至多 {scoring.cap:g}" if scoring.cap is not None else ""
        cap_en = f", at most {scoring.cap:g}" if scoring.cap is not None else ""
        return Text(f"每项得 {named}{cap_zh}", f"for each ticked {named}{cap_en}")
    if isinstance(scoring, AllOrItemise):
        return Text(
            f"选 `{scoring.full_if}` 得 {scoring.full:g}，否则每项 {scoring.each:g}",
            f"{scoring.full:g} if `{scoring.full_if}`, else {scoring.each:g} for each ticked",
        )
    if isinstance(scoring, Deduct):
        return Text(
            f"从 {scoring.start:g} 起，每缺一项扣 {scoring.each:g}，最低 {scoring.floor:g}",
            f"{scoring.start:g} less {scoring.each:g} for each not ticked, down to {scoring.floor:g}",
        )
    if isinstance(scoring, CountBands | Bands):
        bands = _band_words(scoring.bands)
        what = (
            Text("按选中项数：", "by number ticked: ")
            if isinstance(scoring, CountBands)
            else Text("按数值：", "by value: ")
        )
        return Text(what.zh + "，".join(bands), what.en + ", ".join(bands))
    return _number_words(scoring)


def _band_words(bands: tuple[Band, ...]) -> list[str]:
    return [f"{'>' if band.is_open else '≥'} {band.bound:g} → {band.points:g}" for band in bands]


def _number_words(scoring: Line | Goalposts | Normalise | Given) -> Text:
    if isinstance(scoring, Line):
        knots = [f"{x:g} → {y:g}" for x, y in scoring.knots]
        return Text("按直线折算：" + "，".join(knots), "along a line: " + ", ".join(knots))
    if isinstance(scoring, Goalposts):
        return Text(
            f"由 {scoring.low:g} 至 {scoring.high:g} 折算（{scoring.scale}）",
            f"from {scoring.low:g} to {scoring.high:g} ({scoring.scale})",
        )
    if isinstance(scoring, Normalise):
        return Text(f"样本内标准化（{scoring.method}）", f"normalised over the units ({scoring.method})")
    return Text("直接采用公布数", "taken as published")


def assumptions_document(files: Sequence[AssumptionFile] | None = None) -> str:
    """Return the numbered assumptions as Markdown, one table a file."""
    files = read_assumptions() if files is None else files
    total = sum(len(file.assumptions) for file in files)
    lines = [
        NOTICE,
        "",
        "# 假定 Assumptions",
        "",
        f"凡不是来源所公布、而由本项目选定的，都编号列在这里，共 {total} 条。改动一条，只需改它所在的定义文件。",
        "",
        f"What no source states and this project chose is numbered here, {total} in all. Each is changed in the definition file that rests on it.",
        "",
    ]
    for file in files:
        lines += [f"## {both(file.label, between=' · ')}", "", f"`definitions/assumptions/{file.name}.toml`", ""]
        for one in file.assumptions:
            lines += [f"### {one.code}", "", _line(one.text.zh), "", _line(one.text.en), ""]
            if any(one.why):
                lines += [f"- 理由：{_line(one.why.zh)}", f"- Why: {_line(one.why.en)}"]
            if one.where:
                lines.append("- " + ", ".join(f"`{where}`" for where in one.where))
            lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _line(text: str) -> str:
    """Return a text on one line, with no mark that Markdown would read as a tag."""
    return " ".join(text.split()).replace("<", "&lt;")


def _cell(text: str) -> str:
    return _line(text).replace("|", "\\|")
