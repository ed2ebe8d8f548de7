"""The coordination mode in a sentence, from a digest: for the province in brief and public edition, for a city on its page."""

from __future__ import annotations

from typing import Any

from hmsurvey.analysis.digest import Digest, Topic
from hmsurvey.errors import NOTHING, Text
from hmsurvey.output.content import rows_of
from hmsurvey.output.digest_words import as_inside, known
from hmsurvey.output.phrases import number
from hmsurvey.tables import Table

AS_IT_IS = "as_it_is"  # the row of a table by city that is no coalition


def gains_of(digest: Digest, topic: Topic) -> Table | None:
    """Return the table of gains of a survey, if the digest has one."""
    code = f"coordination_{topic.code}"
    return digest.tables.get(code)


def say_gains(digest: Digest, topic: Topic) -> Text:
    """Say by how much single parties, pairs and all could lift the province; nothing where the digest does not know."""
    table = gains_of(digest, topic)
    if table is None or topic.rule is None:
        return NOTHING
    rows = rows_of(table.frame)
    ones, twos = ([r for r in rows if r["coalition"].count("+") == size] for size in (0, 1))
    one, two = (max(part, key=lambda r: float(r["gain_pct"])) for part in (ones, twos))
    stage = topic.rule.label_of(topic.rule.codes[-2])
    a, b, c = (_between(row) for row in (one, two, rows[-1]))
    labels = table.column("coalition").labels
    first, pair = labels[one["coalition"]], labels[two["coalition"]]
    return Text(
        f"主管部门、企业和行业协会三方，谁有权决定、谁能提供什么，都是假定（A160、A161）。据此和“{topic.label.zh}”的答卷推算，各方尽其所能，达到{stage.zh}及以上的企业占比，单独一方（{first.zh}）最多提高{a.zh}个百分点，两方（{pair.zh}）最多提高{b.zh}个百分点，三方协同提高{c.zh}个百分点。这是上限，由假定推出，不是调查结论，也不说明哪一方能力不足。",
        f"Who may decide and who can provide what, among authorities, enterprises and industry associations, is assumed (A160, A161). From that and the answers to the {as_inside(topic.label.en)}, if each party gave all it can, a single party ({first.en.lower()}) could raise the share at {stage.en} or above by {a.en} percentage points at most, a pair ({pair.en.lower()}) by {b.en}, all three by {c.en}. That is a ceiling and follows from assumptions; it is no finding of the surveys, and proves no party unable.",
    )


def say_gains_in_short(digest: Digest, topic: Topic) -> Text:
    """Say in one line, for the top of a brief, what one party and all three could lift at most."""
    table = gains_of(digest, topic)
    if table is None or topic.rule is None:
        return NOTHING
    rows = rows_of(table.frame)
    one = max((r for r in rows if "+" not in r["coalition"]), key=lambda r: float(r["gain_pct"]))
    a, c = _between(one), _between(rows[-1])
    stage = topic.rule.label_of(topic.rule.codes[-2])
    return Text(
        f"按“{topic.label.zh}”，主管部门、企业和行业协会协同，达到{stage.zh}及以上的企业占比最多提高{c.zh}个百分点，单独一方最多提高{a.zh}个百分点。这是按假定（A160、A161）推算的上限，不是调查结论。",
        f"By the {as_inside(topic.label.en)}, authorities, enterprises and industry associations together could raise the share at {stage.en} or above by {c.en} percentage points at most, a single party by {a.en}. This is a ceiling worked out from assumptions (A160, A161), not a finding.",
    )


def _between(row: dict[str, Any]) -> Text:
    low, high = float(row["gain_pct"]), float(row["below_pct"])
    if low <= 0:
        return Text(f"不到 {number(high)} ", f"less than {number(high)}")
    return Text(f" {number(low)}—{number(high)} ", f"{number(low)} to {number(high)}")


def say_city(digest: Digest, topic: Topic, group: str) -> Text:
    """Say how far a city could get alone and together; nothing in a protected digest, which has no such table."""
    code = f"coordination_by_city_{topic.code}"
    if code not in digest or topic.rule is None:
        return NOTHING
    rows = [row for row in rows_of(digest[code].frame) if row["group"] == group]
    if not rows or not known(rows[0]["n_staged"]) or not rows[0]["n_staged"]:
        return NOTHING
    now, rest = rows[0], rows[1:]
    one = max(int(r["n_reached"]) for r in rest if "+" not in r["coalition"])
    whole, stage = int(rest[-1]["n_reached"]), topic.rule.label_of(topic.rule.codes[-2])
    return Text(
        f"协同：按假定的矩阵（A160、A161）推算，已定阶段的 {number(now['n_staged'])} 家中，达到{stage.zh}及以上的现有 {number(now['n_reached'])} 家，单独一方最多带到 {number(one)} 家，三方协同 {number(whole)} 家。这是推算，不是调查结果。",
        f"Coordination: by assumed matrices (A160, A161), of the {number(now['n_staged'])} with a stage, {number(now['n_reached'])} are at {stage.en} or above now; one party alone could bring that to {number(one)} at most, all three to {number(whole)}. Worked out, not found.",
    )
