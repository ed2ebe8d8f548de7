"""The brief for the head of a bureau, in four to six pages: what was found, which cities, what stops them, what to do, how sure we are, and whether these data are real.

It is put together from a digest, so that a brief for outside and one for the house come from the same words. `word` sets it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hmsurvey.analysis.attention import Attention, attention_of
from hmsurvey.analysis.digest import Digest, Topic
from hmsurvey.errors import NOTHING, Lang, Text
from hmsurvey.output.brief_advice import advise, first_advice
from hmsurvey.output.brief_body import tell_certainty, tell_cities, tell_method, tell_needs
from hmsurvey.output.brief_tables import stages_side_by_side
from hmsurvey.output.coordination_words import say_gains_in_short
from hmsurvey.output.digest_words import (
    as_inside,
    certainty,
    commonest_stage,
    counted_stages,
    first_cities_in_short,
    first_stop,
    known,
    staged_topics,
    stops,
    units_of_digest,
    usable,
    weak_indicators,
    weakest_area,
)
from hmsurvey.output.document import Document, Notice, Piece, Point, Top
from hmsurvey.output.edition import Edition, Visibility
from hmsurvey.output.phrases import date_words, how_many, join, number, sentences
from hmsurvey.output.problem_words import say_landscape, say_severest, say_use
from hmsurvey.output.views import VISIBILITY_WORDS
from hmsurvey.output.wave_words import say_moves_of
from hmsurvey.output.word import write_word
from hmsurvey.problems import Agenda
from hmsurvey.provenance import NATURE_WORDS

REAL = {
    "synthetic": (
        Text("这些数据不是真的。", "These data are not real."),
        Text(
            "本简报的数字全部由程序编造的模拟答卷算出，只演示做法，与任何企业、任何城市的实际情况无关，不得引用或据以决策。",
            "Every number in this brief is computed from answers made up by a program, to show how the work is done. Nothing here is about any real enterprise or city: do not quote it and decide nothing by it.",
        ),
    ),
    "mixed": (
        Text("这些数据只有一部分是真的。", "Only some of these data are real."),
        Text(
            "一部分数字由程序编造的模拟资料算出，另一部分出自真实资料：请按保密资料对待，不要据合计下任何结论。",
            "Some numbers come from files made up by a program, others from real ones. Treat everything as confidential and conclude nothing from the totals.",
        ),
    ),
    "undeclared": (
        Text("这些数据是否真实，未经说明。", "Whether these data are real is not declared."),
        Text("答卷没有来源卡片，引用之前请先核实来源。", "The answers have no provenance card: find out where they come from before quoting a number."),
    ),
    "real": (
        Text("这些数据是真实数据。", "These data are real."),
        Text("来源卡片说明答卷真实，内容与卡片上的校验值一致；来源列在文末。", "Their cards declare them so, and the files agree with the checksums on the cards; the sources stand at the end."),
    ),
}  # fmt: skip


def write_brief(edition: Edition, folder: Path, *, digest: Digest, lang: Lang) -> Path:
    """Write the brief as `brief.zh.docx` or `brief.en.docx`.

    Parameters
    ----------
    edition
        What its readers may see: who they are, and the figures.
    folder
        Where to.
    digest
        Whole for readers in the house, protected for others.
    lang
        The language.
    """
    document = compose_brief(
        digest, visibility=edition.visibility, issued=(edition.study.issued_by, edition.study.issued_on)
    )
    return write_word(document, folder / f"brief.{lang}.docx", lang=lang, pictures=edition.pictures.get(lang, ()))


def compose_brief(
    digest: Digest, *, visibility: Visibility, agenda: Agenda | None = None, issued: tuple[Text, str] = (NOTHING, "")
) -> Document:
    """Put the brief together; the agenda of problems and solutions is the digest's unless another is given; `issued`: by whom, and on which day."""
    agenda = digest.landscape.agenda if agenda is None else agenda
    topics = staged_topics(digest)
    attention = [found for topic in topics if (found := attention_of(digest, topic)) is not None]
    # Made-up answers never speak before real ones.
    attention.sort(key=lambda found: digest[f"stages_{found.topic.code}"].provenance.nature == "synthetic")
    kind, circle = NATURE_WORDS[digest.provenance.nature], VISIBILITY_WORDS[visibility]
    enterprises = digest.units == "enterprises"
    parts: list[tuple[Text, Sequence[Piece]]] = [
        (Text("主要结论", "Main findings"), _findings(digest, topics, attention, agenda)),
        (
            Text("各市情况", "The cities") if enterprises else Text("各组情况", "The groups"),
            tell_cities(digest, topics, attention),
        ),
        (
            Text("企业差在哪里" if enterprises else "差在哪里", "What stops them"),
            tell_needs(digest, topics, agenda),
        ),
        (Text("与另一期相比", "Compared with the other wave"), [say_moves_of(digest, topic) for topic in topics]),
        (Text("平台与问题", "Platforms and problems"), _platforms_and_problems(digest, topics)),
        (Text("对策建议", "What to do"), advise(digest, agenda)),
        (Text("结论的把握程度", "How sure we are"), tell_certainty(digest, topics, attention)),
        (Text("方法与数据来源", "Method and data"), tell_method(digest, topics)),
    ]
    pieces: list[Piece] = [Notice(*REAL[digest.provenance.nature])]
    for title, told in parts:
        there = [piece for piece in told if piece != NOTHING]
        pieces += [Top(title), *there] if there else []
    return Document(
        title=Text(f"{digest.label.zh}\n情况简报", f"{digest.label.en}: a brief"),
        subtitle=_subtitle(digest, topics),
        imprint=_imprint(digest, *issued),
        running=Text(f"{kind.zh} · {circle.zh}", f"{kind.en} · {circle.en}"),
        provenance=digest.provenance,
        pieces=tuple(pieces),
        subject=Text("问卷与现状调查结果简报", "Survey results in brief"),
    )


def _platforms_and_problems(digest: Digest, topics: Sequence[Topic]) -> list[Piece]:
    """Tell the norms and platforms around, which platforms are used, and which problems may be the severest."""
    severest = [_after(_by(t, topics), said) for t in topics if (said := say_severest(digest, t)) != NOTHING]
    how = Text(
        "问题的严重度从 0（没有缺失）到 100（一项都没有），按指标失分、问卷事实和企业自述的影响分别算，不相加（A180）；凡说“最重”，都有 95% 的把握。",
        "The severity of a problem runs from 0 (nothing is lacking) to 100 (nothing is there); the measures are never added up (A180), and “the severest” is said only where that is 95% sure.",
    )
    return [
        say_landscape(digest),
        *(say_use(digest, topic) for topic in topics),
        sentences(how, *severest) if severest else NOTHING,
    ]


def _imprint(digest: Digest, body: Text, day: str) -> Text:
    """Say who issues the brief, and when; without a day, as of which day its data are by their cards, never today."""
    latest = max((source.date for source in digest.provenance.sources if source.date), default="")
    when = date_words(day or latest)
    if not day and latest:
        when = Text(f"数据截至 {when.zh}", f"Data as of {when.en}")
    said = [part for part in (body, when) if any(part)]
    return Text("\u3000".join(part.zh for part in said), " · ".join(part.en for part in said))


def _subtitle(digest: Digest, topics: Sequence[Topic]) -> Text:
    said = []
    for topic in topics:
        n = usable(digest, topic)
        counted_n = Text(f"{number(n)} 份", number(n)) if known(n) else Text("份数隐去", "number not shown")
        said.append(Text(f"{topic.label.zh} {counted_n.zh}", f"{topic.label.en} ({counted_n.en})"))
    if not said:
        return NOTHING
    listed = join(said)
    return Text(f"依据：{listed.zh}", f"From: {listed.en}")


def _findings(digest: Digest, topics: Sequence[Topic], attention: Sequence[Attention], agenda: Agenda) -> list[Piece]:
    pieces: list[Piece] = []
    if topics:
        counts = [_after(_by(t, topics), counted_stages(digest, t)) for t in topics]
        pieces.append(Point(_majority(digest, topics), sentences(*counts)))
    if attention:
        pieces.append(Point(_first(attention), _first_by_all(digest, attention)))
    stopping = [_after(_by(t, topics), said) for t in topics if (said := first_stop(digest, t, short=True)) != NOTHING]
    if stopping:
        pieces.append(Point(_stop_lead(digest, topics), sentences(*stopping)))
    areas = [said for topic in topics if (said := weakest_area(digest, topic)) != NOTHING]
    if areas:
        pieces.append(Point(Text("各方面发展不平衡。", "The areas are uneven."), sentences(*areas)))
    lead, advice = first_advice(digest, agenda)
    if any(lead):
        pieces.append(Point(lead, advice))
    together = [said for topic in topics if (said := say_gains_in_short(digest, topic)) != NOTHING]
    if together:
        pieces.append(
            Point(Text("三方协同，能提高的最多。", "Three parties together could do most."), sentences(*together))
        )
    table = stages_side_by_side(digest, topics)
    return [*pieces, *([table] if table is not None else [])]


def _by(topic: Topic, topics: Sequence[Topic]) -> Text:
    """Return "按“……”，" in front of a sentence, where there is more than one survey."""
    return Text(f"按“{topic.label.zh}”，", f"{topic.label.en}: ") if len(topics) > 1 else NOTHING


def _after(head: Text, rest: Text) -> Text:
    return Text(head.zh + rest.zh, head.en + rest.en)


def _majority(digest: Digest, topics: Sequence[Topic]) -> Text:
    units = units_of_digest(digest)
    found = [(topic, *commonest_stage(digest, topic)) for topic in topics]
    if any(not code for _, code, _ in found):
        return Text("各阶段的分布。", "Where they stand.")
    labels = {topic.rule.label_of(code) for topic, code, _ in found if topic.rule}
    least = min(share for *_, share in found)
    if len(labels) > 1:
        return Text("各项调查中最多的阶段不同。", "The surveys differ in which stage is most common.")
    label = labels.pop()
    where = Text(f"处在{label.zh}", f"at the stage “{label.en}”")
    if any(how := how_many(least)):
        return Text(f"{how.zh}的{units.noun}{where.zh}。", f"{how.en.capitalize()} {units.many} are {where.en}.")
    return Text(
        f"最多的是{label.zh}，但不到一半。" if least < 50 else f"一半处在{label.zh}。",
        f"{label.en} is the most common stage, without a majority.",
    )


def _lead_one(attention: Sequence[Attention]) -> Attention | None:
    return next((found for found in attention if found.first), None)


def _first(attention: Sequence[Attention]) -> Text:
    lead = _lead_one(attention)
    if lead is None:
        if any(found.hidden for found in attention):
            return Text("公布的数字分不出应优先关注哪两个市。", "The numbers shown do not single out two cities.")
        return Text("分不出应优先关注哪两个市。", "No two cities can be singled out.")
    names, sure = join([one.label for one in lead.first]), certainty(min(one.chance for one in lead.first))
    if lead.hidden:
        return Text(
            f"数字可比的市中，宜优先关注{names.zh}，{sure.zh}。",
            f"Of the cities whose numbers are shown, look first at {names.en}, {sure.en}.",
        )
    return Text(f"宜优先关注{names.zh}，{sure.zh}。", f"Look first at {names.en}, {sure.en}.")


def _first_by_all(digest: Digest, attention: Sequence[Attention]) -> Text:
    """Say the cities to look at first by every survey, and whether the surveys agree."""
    units = units_of_digest(digest)
    if len(attention) > 1 and all(found.hidden and not found.ranked for found in attention):
        stage = attention[0].stage
        return Text(
            f"各项调查中，各{units.group.zh}{stage.zh}占能定阶段{units.noun}的比例都不公布，无从比较。",
            f"For no survey are the {units.groups_en}' shares at stage “{stage.en}”, of {units.many} with a stage, shown; so they cannot be compared.",
        )
    ordered = [a for a in attention if a.first] + [a for a in attention if not a.first]
    said = [first_cities_in_short(found, units) for found in ordered]
    named = [found for found in ordered if found.first]
    if len(named) > 1:
        groups = [{one.group for one in found.first} for found in named]
        both = set.intersection(*groups)
        labels = [one.label for one in named[0].first if one.group in both]
        if labels:
            listed = join(labels)
            said.append(
                Text(
                    f"各项调查都列入的是{listed.zh}。",
                    f"All surveys name {listed.en}.",
                )
            )
        else:
            said.append(
                Text(
                    "两项调查所列的市没有重合，更不宜当作定论。"
                    if len(named) == 2
                    else "各项调查所列的市没有重合，更不宜当作定论。",
                    "The surveys do not name the same cities, one more reason not to take this as settled.",
                )
            )
    return sentences(*said)


def _stop_lead(digest: Digest, topics: Sequence[Topic]) -> Text:
    units = units_of_digest(digest)
    for topic in topics[::-1]:
        if topic.rule is None:
            continue
        weak = weak_indicators(digest, topic)
        if len(weak) > 3:
            # where each survey has needs of its own, the reader is told whose this is
            alone = sum(other.rule is not None for other in topics) == 1
            named = Text(
                "" if alone else f"按“{topic.label.zh}”，",
                "Most are stopped by" if alone else f"By the {as_inside(topic.label.en)}, most are stopped by",
            )
            return Text(
                f"{named.zh}拦住{units.noun}最多的是总分不够，最薄弱的一环是“{_bare(weak[0].label.zh)}”。"
                if _by_total(digest, topic)
                else f"最薄弱的一环是“{_bare(weak[0].label.zh)}”。",
                f"{named.en} too low a total; the weakest spot is “{_bare(weak[0].label.en)}”."
                if _by_total(digest, topic)
                else f"The weakest spot is “{_bare(weak[0].label.en)}”.",
            )
    return Text(f"拦住{units.noun}最多的要求。", "What stops most of them.")


def _by_total(digest: Digest, topic: Topic) -> bool:
    if topic.rule is None or topic.system is None:
        return False
    found = stops(digest, topic, topic.rule.codes[-2])
    needs = {need.code: need for need in topic.rule.needs}
    return bool(found) and known(found[0].unmet) and needs[found[0].code].target == topic.system.total


def _bare(label: str) -> str:
    """Return a label without the code in front: "C2.2 核心业务系统归档数" -> "核心业务系统归档数"."""
    head, _, rest = label.partition(" ")
    return rest if rest and any(char.isdigit() for char in head) else label
