"""What a digest says of moves between waves, in the brief and on a city's page. Sentences fall away with the numbers they need."""

from __future__ import annotations

from hmsurvey.analysis.digest import Digest, Topic
from hmsurvey.analysis.waves import ENTERED
from hmsurvey.analysis.words import ALL
from hmsurvey.errors import NOTHING, Text
from hmsurvey.output.content import rows_of
from hmsurvey.output.digest_words import known, number_at, row_at, units_of_digest
from hmsurvey.output.phrases import number, percent, sentences
from hmsurvey.tables import Table

NO_CAUSE = Text(
    "这是一次性调查，看得出高低，看不出升降，也看不出原因。",
    "This is a single survey: it shows levels, not rises or falls, and not why.",
)
NO_CAUSE_WAVES = Text(
    "只做过一期的调查看不出升降；做过两期的看得出升降，也看不出原因。",
    "A survey held once shows levels, not rises or falls; one held again shows these too, but not why.",
)


def no_cause_of(digest: Digest) -> Text:
    """Say what surveys of a digest cannot show: cause, and change where none was held again."""
    return NO_CAUSE_WAVES if any(f"moves_{topic.code}" in digest for topic in digest.topics) else NO_CAUSE


def waves_of_table(table: Table) -> tuple[Text, Text]:
    """Return what the two waves of a table of transitions are called."""
    first = table.column("before").label
    later = next(c for c in table.columns if c.code.startswith("n_to_")).label
    return (
        Text(first.zh.removesuffix("的阶段"), first.en.removeprefix("Stage in ")),
        Text(later.zh.split("：", 1)[0], later.en.split(": ", 1)[0]),
    )


def say_moves_of(digest: Digest, topic: Topic) -> Text:
    """Say in one paragraph what changed between the last two waves of a survey; nothing where it was held once."""
    code, rule = f"moves_{topic.code}", topic.rule
    if code not in digest or rule is None:
        return NOTHING
    table, units = digest[code], units_of_digest(digest)
    rows = {str(row["before"]): row for row in rows_of(table.frame)}
    before, after = waves_of_table(table)
    whole, entered, left = (
        number_at(rows[key], column) for key, column in ((ALL, "n"), (ENTERED, "n"), (ALL, "n_left"))
    )
    parts = []
    if known(whole) and known(entered) and known(left):
        parts.append(
            Text(
                f"{topic.label.of('zh')}：{before.zh}有 {number(whole - entered)} {units.counter}答卷，{after.zh}有 {number(whole - left)} {units.counter}：新参加的 {number(entered)} {units.counter}，未再参加的 {number(left)} {units.counter}。",
                f"The {topic.label.of('en')[:1].lower() + topic.label.of('en')[1:]} had {number(whole - entered)} answers in {before.en} and {number(whole - left)} in {after.en}: {number(entered)} {units.many} entered and {number(left)} left.",
            )
        )
        low = rule.codes[-1]
        old, new = number_at(rows[low], "n"), number_at(rows[ALL], f"n_to_{low}")
        label = rule.label_of(low)
        if known(old) and known(new):
            shares = percent(100 * old / (whole - entered)), percent(100 * new / (whole - left))
            parts.append(
                Text(
                    f"{label.of('zh')}占全部答卷的比例由 {shares[0]} 变为 {shares[1]}，其中有企业自身的变化，也有参加企业和未定家数不同的缘故。",
                    f"Of all answers {shares[0]} were at stage “{label.of('en')}” in {before.en} and {shares[1]} in {after.en}; part of that is change, part comes of others taking part and of other numbers unstaged.",
                )
            )
    if f"moves_by_city_{topic.code}" in digest:
        parts.append(_rose_and_fell(digest, topic))
    return sentences(*parts)


def _rose_and_fell(digest: Digest, topic: Topic) -> Text:
    row, units = row_at(digest[f"moves_by_city_{topic.code}"], ALL), units_of_digest(digest)
    n, up, down = (number_at(row, column) for column in ("n_staged", "n_up", "n_down"))
    if not known(n) or not n:
        return NOTHING
    low, high = percent(number_at(row, "up_low_pct")), percent(number_at(row, "up_high_pct"))
    return Text(
        f"两期都定了阶段的 {number(n)} {units.counter}中，上升 {number(up)} {units.counter}（{percent(100 * up / n)}，95% 区间 {low} 至 {high}），下降 {number(down)} {units.counter}。",
        f"Of {number(n)} with a stage in both waves {number(up)} rose ({percent(100 * up / n)}, 95% interval {low} to {high}) and {number(down)} fell.",
    )


def say_city_moves(digest: Digest, topic: Topic, group: str) -> Text:
    """Say in one line who rose, fell, entered and left in a city; nothing in a protected digest, or where a survey was held once."""
    code = f"moves_by_city_{topic.code}"
    if code not in digest or f"moves_{topic.code}" not in digest:
        return NOTHING
    row = row_at(digest[code], group)
    if not row:
        return NOTHING
    before, after = waves_of_table(digest[f"moves_{topic.code}"])
    n, up, down, entered, left = (
        number(number_at(row, c)) for c in ("n_staged", "n_up", "n_down", "n_entered", "n_left")
    )
    return Text(
        f"{before.zh}至{after.zh}：两期都有阶段的 {n} 家中上升 {up} 家、下降 {down} 家；新参加 {entered} 家，未再参加 {left} 家。",
        f"{before.en} to {after.en}: of {n} with a stage in both waves {up} rose and {down} fell; {entered} entered, {left} left.",
    )
