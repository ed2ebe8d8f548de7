"""The next step as a score card says it: the least effort, what to raise, and how the other plans differ."""

from __future__ import annotations

from typing import Any

from hmsurvey.analysis.plan_words import short_words
from hmsurvey.analysis.planner import BLOCKED, NextStep, Plan, Raise
from hmsurvey.analysis.portrait import Gallery, Portrait
from hmsurvey.analysis.words import stage_labels
from hmsurvey.errors import Lang, Text
from hmsurvey.output.phrases import decimal
from hmsurvey.output.views import set_text
from hmsurvey.rules import UNSTAGED

Data = dict[str, Any]
_ROOM = 20  # lines; a plan of more is told by what takes most


def next_words(gallery: Gallery, portrait: Portrait, lang: Lang) -> Data | None:
    """Return the next step of a unit as the template takes it; nothing where there is none, or where the card already says why."""
    step = gallery.steps.get(portrait.unit)
    if step is None or (not step.target and portrait.stage == UNSTAGED):
        return None
    labels = stage_labels(gallery.stages.rule)
    if step.plans:
        return _planned(gallery, step, labels[step.target], lang)
    if not step.why:
        return None
    target = labels.get(step.target, Text("", ""))
    head = Text(f"没有能到{target.zh}的办法。", f"There is no way to reach {target.en}.")
    if step.state != BLOCKED:
        head = Text("不能规划下一步。", "The next step cannot be planned.")
    lines = [_sentence(line, lang) for line in step.why]
    return {"head": set_text(head, lang), "lines": lines, "others": [], "wide": True}


def _sentence(line: Text, lang: Lang) -> str:
    return set_text(Text(line.zh, line.en[:1].upper() + line.en[1:]), lang)


def _planned(gallery: Gallery, step: NextStep, target: Text, lang: Lang) -> Data:
    best, row = step.plans[0], gallery.result.survey.answers.units.index(step.unit)
    n, total = len(best.raises), decimal(best.total, 2)
    head = Text(
        f"到{target.zh}最省的办法：提高 {n} 项答案，工作量 {best.effort:g}（相对数），届时总分 {total}。",
        f"The least effort that reaches {target.en}: raise {n} {'answer' if n == 1 else 'answers'}, effort {best.effort:g} (a relative number); the total would be {total}.",
    )
    shown, rest = _shown(best)
    lines = [set_text(short_words(gallery.result, row, one), lang) for one in shown]
    if rest:
        effort = sum(one.effort for one in rest)
        codes = [one.question for one in rest]
        more = Text(
            f"另有 {len(rest)} 项较省力的，工作量共 {effort:g}，见单户工作簿：{'、'.join(codes)}",
            f"and {len(rest)} lesser ones, effort {effort:g} together, in the workbook of single enterprises: {', '.join(codes)}",
        )
        lines.append(set_text(more, lang))
    return {
        "head": set_text(head, lang),
        "lines": lines,
        "others": [set_text(_other(best, plan), lang) for plan in step.plans[1:]],
        "wide": False,
    }


def _shown(plan: Plan) -> tuple[tuple[Raise, ...], tuple[Raise, ...]]:
    """Return the answers that a card has room for, those of most effort, and the others; both in the plan's order."""
    if len(plan.raises) <= _ROOM:
        return plan.raises, ()
    most = sorted(plan.raises, key=lambda one: -one.effort)[: _ROOM - 1]
    kept = {one.question for one in most}
    return (
        tuple(one for one in plan.raises if one.question in kept),
        tuple(one for one in plan.raises if one.question not in kept),
    )


def _other(best: Plan, plan: Plan) -> Text:
    """Say how another plan differs from the best one, by the codes of the answers."""
    before = {one.question: one.place for one in best.raises}
    after = {one.question: one.place for one in plan.raises}
    parts = (
        (Text("不做", "without"), [q for q in before if q not in after]),
        (Text("另做", "with"), [q for q in after if q not in before]),
        (Text("少做", "less of"), [q for q in after if q in before and after[q] < before[q]]),
        (Text("多做", "more of"), [q for q in after if q in before and after[q] > before[q]]),
    )
    zh = "；".join(f"{word.zh} {'、'.join(codes)}" for word, codes in parts if codes)
    en = "; ".join(f"{word.en} {', '.join(codes)}" for word, codes in parts if codes)
    return Text(f"另一方案，工作量 {plan.effort:g}：{zh}。", f"Another plan, effort {plan.effort:g}: {en}.")
