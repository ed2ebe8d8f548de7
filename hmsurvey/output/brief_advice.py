"""What to do: proposals that follow from what stops most and what is weakest, through the problems that indicators and questions speak to.

The link from a weak score to a problem and on to a solution is an assumption (A145), and every sentence that rests on it says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatch

from hmsurvey.analysis.digest import Digest, Topic
from hmsurvey.errors import NOTHING, Text
from hmsurvey.output.content import Heading
from hmsurvey.output.coordination_words import say_gains
from hmsurvey.output.digest_words import (
    Weak,
    first_stop,
    known,
    staged_topics,
    stops,
    units_of_digest,
    weak_indicators,
)
from hmsurvey.output.document import Piece, Point
from hmsurvey.output.phrases import counted, join, number, percent, sentences
from hmsurvey.output.whatif_words import say_risen
from hmsurvey.problems import Agenda, Solution
from hmsurvey.rules import Need


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a solution is proposed: the indicators that speak to its problems (the weakest first), their mean share, and the needs that stop most and touch them."""

    solution: Solution
    weak: tuple[Weak, ...]
    share: float
    needs: tuple[Text, ...]


def reasons_of(digest: Digest, agenda: Agenda) -> tuple[Reason, ...]:
    """Return the solutions for which the digest gives a reason, the one for the weakest problems first."""
    found = []
    for solution in agenda.solutions:
        weak: list[Weak] = []
        needs: list[Text] = []
        for topic in staged_topics(digest):
            weak += [w for w in weak_indicators(digest, topic) if w.problem in solution.answers]
            needs += _needs_for(digest, topic, solution, agenda)
        if not weak and not needs:
            continue
        share = sum(w.share for w in weak) / len(weak) if weak else 100.0
        found.append(Reason(solution, tuple(sorted(weak, key=lambda w: w.share)), share, tuple(needs)))
    return tuple(sorted(found, key=lambda reason: (reason.share, reason.solution.code)))


def _needs_for(digest: Digest, topic: Topic, solution: Solution, agenda: Agenda) -> list[Text]:
    """Return the needs right above the lowest stage that most of those below do not meet and that touch the solution's problems, each with the share that does not."""
    if topic.rule is None or len(topic.rule.codes) < 2:
        return []
    by_code = {need.code: need for need in topic.rule.needs}
    majority = [s for s in stops(digest, topic, topic.rule.codes[-2]) if known(s.share) and s.share > 50]
    return [
        Text(f"“{s.label.zh}”的占 {percent(s.share)}", f"{percent(s.share)} do not meet “{s.label.en}”")
        for s in majority
        if set(_problems_of(by_code[s.code], topic, agenda)) & set(solution.answers)
    ]


def _problems_of(need: Need, topic: Topic, agenda: Agenda) -> set[str]:
    """Return the problems a need speaks to: that of its indicator, or those that ask about its question."""
    targets = {need.target, *(part.target for part in need.parts)} - {""}
    indicators = {i.code: dict(i.facts).get("problem", "") for i in topic.system.indicators} if topic.system else {}
    found = {indicators[target] for target in targets if indicators.get(target)}
    for problem in agenda.problems:
        if any(fnmatch(target, pattern) or target == pattern for target in targets for pattern in problem.asked):
            found.add(problem.code)
    return found


def first_advice(digest: Digest, agenda: Agenda) -> tuple[Text, Text]:
    """Return the advice for the box on top: its head and its sentence; nothing where there is no reason for any."""
    reasons = reasons_of(digest, agenda)
    if not reasons:
        return NOTHING, NOTHING
    names = join([Text(f"“{r.solution.label.zh}”", f"“{r.solution.label.en}”") for r in reasons[:2]])
    return (
        Text("先办两件事。" if len(reasons) > 1 else "先办一件事。", "Two things to do first." if len(reasons) > 1 else "One thing to do first."),
        Text(
            f"建议按得分最弱的问题排先后，先做{names.zh}。这是按假定 A145 推出的建议，不是调查结论。",
            f"Taking the weakest problems first, the proposal is to begin with {names.en}. This follows from assumption A145; it is not a finding.",
        ),
    )  # fmt: skip


def advise(digest: Digest, agenda: Agenda) -> tuple[Piece, ...]:
    """Return what to do, a solution after the other, each with its reason and who could act."""
    reasons = reasons_of(digest, agenda)
    if not reasons:
        stop = next((said for t in staged_topics(digest) if (said := first_stop(digest, t)) != NOTHING), NOTHING)
        return (
            sentences(
                Text(
                    "这里所用的指标和规则没有写明针对哪些问题，因此不列具体对策，只提示从未满足最多的要求入手。",
                    "The index and rule used here do not say which problems they speak to. No measures are proposed, but to begin with the need that stops most.",
                ),
                stop,
            ),
        )
    pieces: list[Piece] = [
        Text(
            "以下是建议，不是调查结论。先后按各问题所对应指标的平均得分率排，低的在前；指标对应问题、问题对应对策、由谁来办，都是假定（A73、A74、A145），须由业务部门定夺。",
            "These are proposals, not findings. The order follows the mean share of points earned on the indicators that speak to each problem, the lowest first. Which indicator speaks to which problem, "
            "which measure answers it and who acts are assumptions (A73, A74, A145), for those in charge to decide.",
        )
    ]
    pieces += [said for topic in staged_topics(digest) if (said := say_risen(digest, topic)) != NOTHING]
    pieces += [said for topic in staged_topics(digest) if (said := say_gains(digest, topic)) != NOTHING]
    parties = {party.code: party.label for party in agenda.parties}
    for reason in reasons:
        pieces.append(Heading(reason.solution.label))
        who = join([Text(p.zh, p.en[:1].lower() + p.en[1:]) for p in (parties[code] for code in reason.solution.by)])
        act = Text(f"建议由{who.zh}承办。", f"Who could act: {who.en}.") if any(who) else NOTHING
        pieces.append(_why(digest, reason, agenda))
        pieces.append(Point(Text("先办：", "First steps:"), sentences(reason.solution.proposal, act)))
    return tuple(pieces)


def _why(digest: Digest, reason: Reason, agenda: Agenda) -> Text:
    problems = [agenda.problem(code) for code in reason.solution.answers]
    named = join([Text(f"“{p.label.zh}”", f"“{p.label.en}”") for p in problems if p])
    parts = []
    if reason.weak:
        low = reason.weak[0]
        parts.append(
            Text(
                f"针对{named.zh}：对应的 {number(len(reason.weak))} 个指标平均得分率 {percent(reason.share)}，最低的是“{low.label.zh}”（{percent(low.share)}）。",
                f"For {named.en}: {counted(len(reason.weak), 'indicator')} that {'speaks' if len(reason.weak) == 1 else 'speak'} to it earn {percent(reason.share)} of their points on average, least “{low.label.en}” ({percent(low.share)}).",
            )
        )
    else:
        parts.append(Text(f"针对{named.zh}。", f"For {named.en}."))
    if reason.needs:
        units, needs = units_of_digest(digest), join(list(reason.needs))
        parts.append(
            Text(
                f"处在最低阶段的{units.noun}中，不满足{needs.zh}，也与此有关。",
                f"It also bears on what stops {units.many} at the lowest stage: {needs.en}.",
            )
        )
    return sentences(*parts)
