"""What a score card says, in one language: every number as it is printed, every place on a scale as a share of it.

It decides words and rounding only. A number that misses a bound never reads as if it met it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from hmsurvey.analysis.chances import SURE, notes_of
from hmsurvey.analysis.plans import plan_notes
from hmsurvey.analysis.portrait import Gallery, Leaf, Portrait, Standing
from hmsurvey.analysis.shortfalls import Shortfall
from hmsurvey.analysis.words import stage_labels
from hmsurvey.errors import Lang, Text
from hmsurvey.output.card_next import next_words
from hmsurvey.output.page import nice_limits, spread, steps
from hmsurvey.output.pdf import front_of
from hmsurvey.output.phrases import NOTHING_SIGN, decimal, number, percent, sentences
from hmsurvey.output.press import lost_note
from hmsurvey.output.stamping import MARK_WORDS
from hmsurvey.output.theme import UNSTAGED_COLOUR, ink_on, stage_colours
from hmsurvey.output.typesetting import own, width
from hmsurvey.output.views import provenance_line, set_text
from hmsurvey.provenance import NATURE_WORDS
from hmsurvey.rules import UNSTAGED
from hmsurvey.staging import shown
from hmsurvey.study import Analysis

Data = dict[str, Any]

_NAMED = 8  # questions without an answer that are named
_PLOT = 80 * 72 / 25.4  # points of the scale
_INSIDE = Text(
    "本页说的是单个企业，仅供内部使用，不得对外提供。",
    "This page is about a single enterprise: for internal use only, not to be passed on.",
)
_WORDS = {
    "score": Text("得分", "Score"),
    "gap": Text("相差", "Difference"),
    "needs": Text("各项要求：已满足的和还差的", "Needs: met, and how far from met"),
    "none": Text("没有更高阶段的要求。", "No stage above asks for more."),
    "chances": Text("阶段有多稳", "How firm the stage is"),
    "weakest": Text("得分率最低的指标", "Weakest indicators"),
    "strongest": Text("得分率最高的指标", "Strongest indicators"),
    "silent": Text("没有答出的题", "What was left open"),
    "next": Text("下一步", "Next step"),
}
_SHORT = {
    "score": Text("还差 {} 分", "{} points short"),
    "points": Text("还差 {} 分", "{} points short"),
    "share": Text("还差 {} 个百分点", "{} percentage points short"),
    "count": Text("还差 {} 项", "{} short"),
    "step": Text("还差 {} 档", "{} steps short"),
}
_SPARE = {
    "score": Text("满足，高出 {} 分", "met, {} points to spare"),
    "points": Text("满足，高出 {} 分", "met, {} points to spare"),
    "share": Text("满足，高出 {} 个百分点", "met, {} percentage points to spare"),
    "count": Text("满足，多 {} 项", "met, {} to spare"),
    "step": Text("满足，高出 {} 档", "met, {} steps to spare"),
}


def shared_data(analysis: Analysis, gallery: Gallery, lang: Lang) -> Data:
    """Return what all cards of a gallery share: the kind of data, who may see them, the title of the file."""
    inside = analysis.study.units == "enterprises"
    label = gallery.result.plan.label
    title = Text(f"评分卡：{label.of('zh')}", f"Score cards: {label.of('en')}")
    front = front_of(gallery.provenance, "internal" if inside else "", lang, title=set_text(title, lang), more=_INSIDE)
    study = analysis.study
    return {**front, "program": f"{front['program']} · {study.id} {study.version} · {label.of(lang)}"}


def card_data(gallery: Gallery, portrait: Portrait, lang: Lang) -> Data:
    """Return one card as the template takes it, texts not yet fit for print."""
    rule = gallery.stages.rule
    colours, labels = stage_colours(rule.codes), stage_labels(rule)
    name, colour = labels[portrait.stage], colours[portrait.stage]
    places = _places(gallery)
    data: Data = {
        "title": portrait.name if portrait.name == portrait.unit else f"{portrait.name} ({portrait.unit})",
        "kind": NATURE_WORDS[gallery.provenance.nature].of(lang),
        "name": portrait.name,
        "name-size": next(
            (size for longest, size in ((26, 17), (50, 14), (110, 11)) if len(portrait.name) <= longest), 9
        ),
        "facts": _facts(gallery, portrait, lang),
        "stage": {"label": name.of(lang), "colour": colour, "ink": ink_on(colour)},
        "because": set_text(_because(gallery, portrait), lang),
        "words": _words(gallery, portrait, name, lang),
        "watermark": MARK_WORDS[gallery.provenance.nature].of(lang) if gallery.provenance.nature in MARK_WORDS else "",
        "next": next_words(gallery, portrait, lang),
        "ratio": 1.0,
        "needs": _needs(gallery, portrait, lang),
        "chances": [
            {
                "label": labels[code].of(lang),
                "colour": colours.get(code, UNSTAGED_COLOUR),
                "share": share,
                "words": percent(100 * share),
            }
            for code, share in portrait.chances
            if code != UNSTAGED or share > 0 or portrait.stage == UNSTAGED
        ],
        "firmness": _firmness(gallery, portrait, name, lang),
        "weakest": [_leaf(leaf, lang) for leaf in portrait.weakest],
        "strongest": [_leaf(leaf, lang) for leaf in portrait.strongest],
        "silent": _silent(portrait, lang),
        **_profile(gallery, portrait, lang, places, colours, colour),
    }
    notes = [*(set_text(note, lang) for note in _notes(gallery, portrait)), provenance_line(gallery.provenance, lang)]
    return {**data, "notes": [note for note in (*notes, lost_note(data, lang)) if note]}


def _words(gallery: Gallery, portrait: Portrait, stage: Text, lang: Lang) -> dict[str, str]:
    n = max((s.n for s in portrait.standings), default=0)
    if portrait.stage == UNSTAGED:
        peers = Text("全部企业", "all")
        title = Text(f"各方面得分，与全部企业相比（n = {n}）", f"Scores beside those of all (n = {n})")
    else:
        peers = Text(f"{stage.zh}", "its stage")
        title = Text(
            f"各方面得分，与同处{stage.zh}的企业相比（n = {n}）",
            f"Scores beside those of its stage, {stage.en} (n = {n})",
        )
    reading = Text(
        f"圆点：本企业；灰色竖线：{peers.zh}的中位数；灰框：居中的一半（上下四分位数之间）；彩色竖线：规则为各阶段所设的分数线和底线，颜色同该阶段。",
        f"Dot: this enterprise. Grey line: median of {peers.en}. Grey box: the middle half (between the quartiles). Coloured lines: what the rule asks for each stage, in the stage's colour.",
    )
    made = {"profile": title, "median": Text("中位数", "Median"), "reading": reading}
    if gallery.result.plan.rule is None or not portrait.standings:
        made = {key: Text("", "") for key in made}
    units = gallery.result.survey.codebook.unit
    said = {key: set_text(_of_units(text, units), lang) for key, text in made.items()}
    return {key: own(text.of(lang)) for key, text in _WORDS.items()} | said


def _of_units(text: Text, unit: str) -> Text:
    """Speak of units where a study is not about enterprises."""
    if unit == "enterprise":
        return text
    return Text(text.zh.replace("企业", "单位"), text.en.replace("enterprise", unit))


def _because(gallery: Gallery, portrait: Portrait) -> Text:
    """Say why a unit has its stage: the need that decided, how many others of the next stage are not met either, and what cannot be met at all.

    The need that decided is the first in the rule's order that is not met; where another one bars the way for good, it would mislead alone.
    """
    en = portrait.because.of("en")
    said = [Text(portrait.because.of("zh") + "。", en[:1].upper() + en[1:] + ".")]
    codes = list(gallery.stages.rule.codes)
    if portrait.stage in codes[1:]:
        above = codes[codes.index(portrait.stage) - 1]
        open_ = [need for need in portrait.needs if need.stage == above and not need.depth and not need.met]
        decided = str(gallery.stages.frame.loc[portrait.unit, "need"])
        n = sum(need.met is False and need.need != decided for need in open_)
        if n:
            said.append(
                Text(f"另有 {n} 项要求也未满足。", f"{n} other {'need is' if n == 1 else 'needs are'} not met either.")
            )
        step = gallery.steps.get(portrait.unit)
        barred = [need for need in open_ if step is not None and need.need in step.beyond and need.need != decided]
        if barred:
            words = Text("”“".join(b.words.zh for b in barred), "” and “".join(b.words.en for b in barred))
            said.append(
                Text(
                    f"可提高的全部提高，仍不能满足的是“{words.zh}”。",
                    f"Out of reach, even with everything raised that can be: “{words.en}”.",
                )
            )
    return sentences(*said)


def _facts(gallery: Gallery, portrait: Portrait, lang: Lang) -> list[str]:
    facts = [] if portrait.name == portrait.unit else [portrait.unit]
    if any(portrait.group):
        facts.append(portrait.group.of(lang))
    if portrait.rank:
        rank = Text(
            f"总分第 {portrait.rank} 名（有总分的共 {portrait.n_ranked} 个）",
            f"total: rank {portrait.rank} of {portrait.n_ranked} scored",
        )
        facts.append(set_text(rank, lang))
    return facts


def _profile(
    gallery: Gallery, portrait: Portrait, lang: Lang, places: int, colours: dict[str, str], colour: str
) -> Data:
    """Return the rows of the profile; every place is a share of the scale."""
    if not portrait.standings:
        return {"standings": [], "scale": [], "cuts": [], "levels": 0}
    bottom, top, step = _limits(gallery)

    def share(value: float) -> float:
        return round(min(1.0, max(0.0, (value - bottom) / (top - bottom))), 5)

    ticks = steps(bottom, top, step)
    total = portrait.standings[0]
    labels = stage_labels(gallery.stages.rule)
    marks = sorted(
        (share(bound), f"{labels[code].of(lang)} {bound:g}") for code, bound in total.lines if bound > bottom
    )
    levels = spread([(place * _PLOT, width(words, 7.0)) for place, words in marks])
    return {
        "standings": [_standing(s, share, ticks, places, colours, colour) for s in _labelled(portrait.standings, lang)],
        "scale": [(share(tick), f"{tick:g}") for tick in ticks],
        "cuts": [(place, words, level) for (place, words), level in zip(marks, levels, strict=True)],
        "levels": max(levels, default=0) + 1,
    }


def _labelled(standings: Sequence[Standing], lang: Lang) -> list[tuple[str, Standing]]:
    return [
        (s.label.of(lang) if s.label.of(lang) == s.node or k == 0 else f"{s.node} {s.label.of(lang)}", s)
        for k, s in enumerate(standings)
    ]


def _standing(
    labelled: tuple[str, Standing], share: Any, ticks: list[float], places: int, colours: dict[str, str], colour: str
) -> Data:
    label, one = labelled
    known, peers = not math.isnan(one.value), not math.isnan(one.median)
    gap = one.value - one.median
    return {
        "label": label,
        "ticks": [share(tick) for tick in ticks],
        "box": [share(one.low), share(one.high)] if peers else None,
        "lines": [(share(bound), colours[code]) for code, bound in one.lines if share(bound) > 0],
        "median": share(one.median) if peers else None,
        "value": share(one.value) if known else None,
        "colour": colour,
        "found": decimal(one.value, places) if known else NOTHING_SIGN,
        "middle": decimal(one.median, places) if peers else NOTHING_SIGN,
        "gap": ("+" if gap > 0 and float(f"{gap:.{places}f}") else "") + decimal(gap, places)
        if known and peers
        else NOTHING_SIGN,
    }


def _places(gallery: Gallery) -> int:
    bottom, top, _ = _limits(gallery) if gallery.result.scores is not None else (0.0, 100.0, 20.0)
    return 2 if top <= 1.5 and bottom >= -1.5 else 1


@lru_cache(maxsize=8)
def _limits(gallery: Gallery) -> tuple[float, float, float]:
    """Return the scale that all cards of a survey share."""
    scores = gallery.result.scores
    codes = {s.node for p in gallery.portraits[:1] for s in p.standings}
    values = scores.values[sorted(codes)].to_numpy(dtype=float) if scores is not None and codes else np.zeros(1)
    bounds = [bound for p in gallery.portraits[:1] for s in p.standings for _, bound in s.lines]
    found = [float(v) for v in (*values[np.isfinite(values)], *bounds)] or [0.0, 1.0]
    return nice_limits(min(found), max(found))


def _needs(gallery: Gallery, portrait: Portrait, lang: Lang) -> list[Data]:
    """Return the needs by stage: those of the stages above, the next one first; for the highest stage its own, with what there is to spare."""
    rule = gallery.stages.rule
    codes = list(rule.codes)
    if portrait.stage == UNSTAGED:
        wanted = codes[::-1]
    else:
        place = codes.index(portrait.stage)
        wanted = codes[:place][::-1] or codes[:1]
    labels, colours = stage_labels(rule), stage_colours(rule.codes)
    groups = []
    for code in wanted:
        mine = [need for need in portrait.needs if need.stage == code]
        listed = {need.need for need in mine if need.depth}
        needs = [_need(need, lang, alone=need.need not in listed) for need in mine]
        if needs:
            groups.append({"label": labels[code].of(lang), "colour": colours[code], "needs": needs})
    return groups


def _need(need: Shortfall, lang: Lang, *, alone: bool) -> Data:
    """Return a need as it is printed; where it is `alone`, no list of the areas that miss it follows."""
    found = ""
    if not math.isnan(need.found) and need.measure:
        value = f"{shown(100 * need.found)}%" if need.measure == "share" else shown(need.found, (("min", need.asked),))
        found = value if need.measure != "step" else ""
    state = "unknown" if need.met is None else "met" if need.met else "unmet"
    where = ""
    if need.met is False and alone and any(need.where):
        where = Text(f"（最低：{need.where.of('zh')}）", f" (lowest: {need.where.of('en')})").of(lang)
    words = set_text(need.words, lang)
    return {
        "words": words,
        "where": where,
        "depth": need.depth,
        "found": found,
        "state": state,
        "says": _says(need, lang),
    }


def _says(need: Shortfall, lang: Lang) -> str:
    """Say whether a need is met, and how far from its bound the unit is where that is a number."""
    if need.met is None:
        return Text("无法判断", "cannot be told").of(lang)
    far = abs(need.lacking) * (100 if need.measure == "share" else 1)
    plain = Text("满足", "met") if need.met else Text("未满足", "not met")
    fits = need.measure and not math.isnan(far) and far > 0 and (need.lacking > 0) != need.met
    if not fits:
        return plain.of(lang)
    whole = need.measure in ("points", "count", "step")
    digits = f"{far:g}" if whole else next(t for n in range(1, 10) if float(t := f"{far:.{n}f}") > 0)
    words = (_SPARE if need.met else _SHORT)[need.measure].of(lang)
    if digits == "1":
        words = words.replace("points", "point").replace("steps", "step")
    return set_text(Text(words.format(digits), words.format(digits)), lang)


def _firmness(gallery: Gallery, portrait: Portrait, stage: Text, lang: Lang) -> str:
    kept = dict(portrait.chances).get(portrait.stage)
    if kept is None or gallery.variations is None:
        return ""
    draws = number(gallery.variations.draws)
    firm = kept >= SURE - 1e-12
    zh = f"换一种取法，共试 {draws} 次，{percent(100 * kept)} 仍为{stage.zh}：" + (
        "阶段稳固。" if firm else "处在边缘，阶段要连同概率一起读。"
    )
    en = f"Under {draws} other choices it stays {stage.en} in {percent(100 * kept)}: " + (
        "firm." if firm else "on the edge; read the stage with its chance."
    )
    return set_text(Text(zh, en), lang)


def _leaf(leaf: Leaf, lang: Lang) -> Data:
    title = leaf.label.of(lang)
    return {
        "label": title if title == leaf.code else f"{leaf.code} {title}",
        "answer": set_text(leaf.answer, lang),
        "share": round(min(1.0, max(0.0, leaf.share)), 4),
        "words": f"{100 * leaf.share:.0f}%",
    }


def _silent(portrait: Portrait, lang: Lang) -> list[str]:
    lines = []
    for words, questions in (
        (Text("未答", "Not answered"), portrait.open),
        (Text("答“不清楚”", "Answered “don't know”"), portrait.unknown),
    ):
        if not questions:
            continue
        n, named = len(questions), [q.of(lang) for q in questions[:_NAMED]]
        more = n - len(named)
        tail = Text(f" 等 {n} 题" if more else "", f"; and {more} more" if more else "").of(lang)
        head = Text(f"{words.zh}（{n} 题）：", f"{words.en} ({n}): ").of(lang)
        lines.append(head + ("；" if lang == "zh" else "; ").join(named) + tail)
    return [set_text(Text(line, line), lang) for line in lines] or [
        Text("没有：各题都已答出。", "Nothing: every question has an answer.").of(lang)
    ]


def _notes(gallery: Gallery, portrait: Portrait) -> list[Text]:
    varied = list(notes_of(gallery.variations)) if gallery.variations is not None else []
    step = gallery.steps.get(portrait.unit)
    if step is not None and step.plans:
        return [*varied, plan_notes(gallery.provenance)[0]]
    return varied if gallery.steps or not any(gallery.steps_note) else [*varied, gallery.steps_note]
