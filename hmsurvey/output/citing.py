"""A paragraph on method and the citation, ready to be pasted into a paper; put together from the study, never written down in advance.

It says what was asked of whom, which index and rule of which version, which intervals, which program. It carries the kind of the data itself, for a paragraph travels
without its report.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hmsurvey import __version__
from hmsurvey.analysis.digest import Digest
from hmsurvey.analysis.words import ALL
from hmsurvey.errors import NOTHING, Text
from hmsurvey.output.content import Block, Heading, Passage
from hmsurvey.output.phrases import counted, join, number, sentences
from hmsurvey.provenance import Provenance
from hmsurvey.rules import Rule
from hmsurvey.statistics.intervals import METHOD_LABELS
from hmsurvey.study import Analysis
from hmsurvey.systems import IndicatorSystem

# As CITATION.cff has it; a test holds the two to each other.
AUTHORS = "hmsurvey contributors"
TITLE = "hmsurvey: maturity surveys of organisations, from questionnaire to stages and report"
_UNITS = {"enterprises": Text("家企业", "enterprise"), "public": Text("个单位", "unit")}
_DATA_WORDS = {
    "synthetic": Text(
        "所用数据为模拟数据，由程序编造，只演示方法，不说明任何实际企业或地区。",
        "The data are synthetic: a program made them up to show the method, and they say nothing about any real enterprise or place.",
    ),
    "mixed": Text(
        "所用数据一部分为模拟数据，合计不可引用。",
        "Part of the data is synthetic; the totals must not be quoted.",
    ),
    "undeclared": Text("所用数据的来源未经说明。", "The origin of the data is not declared."),
    "real": NOTHING,
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What a paragraph on method says of one survey; `n` is None where it may not be said."""

    label: Text
    codebook: str
    n: int | None
    system: IndicatorSystem | None
    rule: Rule | None


@dataclass(frozen=True, slots=True)
class Told:
    """What a paragraph on method says of a study; `intervals`: whether shares by city come with intervals for the enterprises on a registry."""

    units: str
    study: str
    seed: int
    surveys: tuple[Facts, ...]
    intervals: bool


def facts_of(analysis: Analysis) -> Told:
    """Return what can be told of a study from its analysis."""
    study, results = analysis.study, analysis.results.values()
    surveys = tuple(
        Facts(
            result.plan.label,
            f"{result.survey.codebook.id} {result.survey.codebook.version}",
            len(result.survey.answers),
            result.scores.system if result.scores is not None else None,
            result.stages.rule if result.stages is not None else None,
        )
        for result in results
    )
    grouped = any(r.stages is not None and r.survey.codebook.group_question for r in results)
    intervals = analysis.registry is not None and study.units == "enterprises" and grouped
    return Told(study.units, f"{study.id} {study.version}", study.seed, surveys, intervals)


def facts_of_digest(digest: Digest) -> Told:
    """Return the same from tables about groups only; a number that is not shown is left out."""
    surveys = tuple(
        Facts(topic.label, topic.codebook, _count(digest, topic.code), topic.system, topic.rule)
        for topic in digest.topics
    )
    grouped = any(topic.rule is not None and topic.grouped for topic in digest.topics)
    intervals = digest.registered and digest.units == "enterprises" and grouped
    return Told(digest.units, f"{digest.study} {digest.version}", digest.seed, surveys, intervals)


def _count(digest: Digest, survey: str) -> int | None:
    code = f"stages_{survey}"
    if code not in digest:
        return None
    frame = digest[code].frame
    whole = frame.loc[frame["group"] == ALL, "n"]
    return int(whole.iloc[0]) if len(whole) and whole.notna().iloc[0] else None


def methods_paragraph(told: Told, provenance: Provenance) -> Text:
    """Return the paragraph on method.

    Parameters
    ----------
    told
        From `facts_of` or `facts_of_digest`.
    provenance
        Of all its numbers.
    """
    return sentences(
        _answers(told),
        *(_scoring(one) for one in told.surveys if one.system is not None),
        _staging([one for one in told.surveys if one.rule is not None]),
        _INTERVALS if told.intervals else NOTHING,
        _program(told),
        _DATA_WORDS[provenance.nature],
    )


def tell_citation(told: Told, provenance: Provenance) -> list[Block]:
    """Return the paragraph on method and the citation as blocks of a section."""
    head = Text("方法说明与引用格式（可直接复制）", "Method and citation, to be copied")
    return [Heading(head), Passage(*methods_paragraph(told, provenance)), Passage(*citation())]


def citation() -> Text:
    """Return the entry for a list of references: by GB/T 7714 in Chinese, in the manner of APA in English.

    >>> citation().zh.endswith("[CP].")
    True
    """
    return Text(
        f"{AUTHORS}. {TITLE}（版本 {__version__}）[CP].",
        f"{AUTHORS}. {TITLE} (Version {__version__}) [Computer software].",
    )


def _answers(told: Told) -> Text:
    facts = told.surveys
    units = _UNITS["enterprises" if told.units == "enterprises" else "public"]
    said = [
        Text(
            f"“{one.label.of('zh')}”（问卷 {one.codebook}）"
            + (f"有效答卷 {number(one.n)} 份" if one.n is not None else ""),
            f"“{one.label.of('en')}” (questionnaire {one.codebook})"
            + (f", n = {number(one.n)}" if one.n is not None else ""),
        )
        for one in facts
    ]
    zh, en = "；".join(one.zh for one in said), "; ".join(one.en for one in said)
    return Text(
        f"本研究采用以下调查：{zh}。每份答卷对应一{units.zh}。",
        f"The study rests on {counted(len(facts), 'survey')}: {en}. Each answer is that of one {units.en}.",
    )


def _scoring(one: Facts) -> Text:
    system = one.system
    if system is None:
        return NOTHING
    scored = [indicator for indicator in system.indicators if indicator.scored]
    weighting = next((w for w in system.weightings if w.id == system.weighting), None)
    weighed = (
        Text(f"，权重方案为“{weighting.label.of('zh')}”", f", weighted by “{weighting.label.of('en')}”")
        if weighting is not None
        else NOTHING
    )
    return Text(
        f"得分按指标体系“{system.label.of('zh')}”（{system.id} {system.version}）计算，共 {number(len(scored))} 个计分指标{weighed.zh}；缺失不作插补，也不当作 0，除非该体系另有规定。",
        f"Scores follow the index “{system.label.of('en')}” ({system.id} {system.version}) with {counted(len(scored), 'scored indicator')}{weighed.en}; missing answers are neither imputed "
        "nor counted as zero unless the index says so.",
    )


def _staging(facts: Sequence[Facts]) -> Text:
    """Say once how a stage is found, then by which rule in each survey, and how much of it is assumed."""
    if not facts:
        return NOTHING
    said = [
        Text(
            "阶段由高到低逐级判断，首个全部要求均得到满足的阶段即为所处阶段，恰好达到分数线视为达到；无法判断的记为“未定”。",
            "Stages are tried from the highest down, and the first whose needs are all met counts, the minimum being enough; where that cannot be told, no stage is given.",
        )
    ]
    for one in facts:
        rule = one.rule
        if rule is None:
            continue
        names = join([rule.label_of(code) for code in rule.codes])
        said.append(
            Text(
                f"“{one.label.of('zh')}”按规则“{rule.label.of('zh')}”（{rule.id} {rule.version}）分为{names.zh}{_assumed(rule).zh}。",
                f"The stages of “{one.label.of('en')}” are {names.en}, by the rule “{rule.label.of('en')}” ({rule.id} {rule.version}){_assumed(rule).en}.",
            )
        )
    return sentences(*said)


def _assumed(rule: Rule) -> Text:
    n, assumed = len(rule.needs), sum(need.status == "assumed" for need in rule.needs)
    if not assumed:
        return NOTHING
    if assumed == n:
        return Text(
            f"，其 {number(n)} 项要求的数值或内容均为假定",
            f", whose {counted(n, 'need')} all rest on assumptions"
            if n > 1
            else ", whose one need rests on an assumption",
        )
    return Text(
        f"，{number(n)} 项要求中有 {number(assumed)} 项的数值或内容为假定",
        f", of whose {counted(n, 'need')} {number(assumed)} {'rests on an assumption' if assumed == 1 else 'rest on assumptions'}",
    )


_EXACT = METHOD_LABELS["hypergeometric"]
_INTERVALS = Text(
    f"各市占比以已定阶段的企业为分母，附 95% {_EXACT.zh}，以登记的在产企业数为有限总体，并假定答卷企业近似于本市的简单随机样本。",
    f"Shares by city are of the enterprises with a stage and come with 95% intervals, {_EXACT.en}, for the finite population of registered enterprises in production, taking those who answered "
    "to be like a simple random sample of their city.",
)


def _program(told: Told) -> Text:
    return Text(
        f"全部计算由 hmsurvey {__version__} 完成（研究文件 {told.study}，随机种子 {told.seed}），定义文件与结果文件的校验值见随附的 manifest.json。",
        f"All computations were done with hmsurvey {__version__} (study file {told.study}, random seed {told.seed}); the hashes of definition files and results are in manifest.json.",
    )
