"""What a digest says of measures, in a sentence: of everybody, and of one city where the digest is whole."""

from __future__ import annotations

from hmsurvey.analysis.digest import Digest, Topic
from hmsurvey.analysis.words import ALL
from hmsurvey.errors import NOTHING, Text
from hmsurvey.measures import basis_of
from hmsurvey.output.digest_words import as_inside, units_of_digest
from hmsurvey.output.phrases import decimal, number, percent
from hmsurvey.tables import Table


def _assumed(table: Table) -> Text:
    basis = basis_of(table.provenance.definitions)
    return Text(
        f"措施的内容、参与率和有效率都是设定的（{basis.zh}），不是预测。",
        f"What the measures raise, how many take part and how often it works is assumed ({basis.en}); it is no forecast.",
    )


def say_risen(digest: Digest, topic: Topic) -> Text:
    """Say how many would rise with all measures of a survey, of everybody; nothing where the digest does not know."""
    code = f"what_if_{topic.code}"
    if code not in digest:
        return NOTHING
    row = digest[code].frame.iloc[0]
    units = units_of_digest(digest)
    title = digest[code].title
    exact = _exact(digest, topic)
    mean, low, high = exact or tuple(number(float(row[c])) for c in ("lifted", "low", "high"))
    assumed = _assumed(digest[code])
    coarse = NOTHING if exact else Text("（各数已取整）", " (numbers are rounded)")
    return Text(
        f"{title.zh}：参加“{topic.label.zh}”的{units.noun}中，平均约有 {mean} {units.counter}{units.noun}进入更高阶段，95% 的模拟结果在 {low} 至 {high} {units.counter}之间{coarse.zh}。{assumed.zh}",
        f"{title.en}: of those in the {as_inside(topic.label.en)}, about {mean} {units.many} would rise to a higher stage on average, {low} to {high} in 95% of the simulations{coarse.en}. {assumed.en}",
    )


def _exact(digest: Digest, topic: Topic) -> tuple[str, str, str] | None:
    """Return mean and ends as the bulletin has them, where the digest is whole."""
    code = f"what_if_by_city_{topic.code}"
    if code not in digest:
        return None
    rows = digest[code].frame[digest[code].frame["group"].astype(str) == ALL]
    if not len(rows):
        return None
    mean, low, high = (number(float(rows[c].iloc[0])) for c in ("lifted", "lifted_low", "lifted_high"))
    return mean, low, high


def say_risen_here(digest: Digest, topic: Topic, group: str) -> Text:
    """Say how many of one city would rise; nothing where the digest is protected or nobody there has a stage."""
    code = f"what_if_by_city_{topic.code}"
    if code not in digest or group == ALL:
        return NOTHING
    rows = digest[code].frame[digest[code].frame["group"].astype(str) == group]
    if not len(rows) or not rows["n_staged"].iloc[0]:
        return NOTHING
    row, units = rows.iloc[0], units_of_digest(digest)
    basis = basis_of(digest[code].provenance.definitions)
    words = digest[code].column("above_before_pct").label
    zh, en = words.zh.partition("占比")[0], words.en.partition(":")[0]
    n, low, high = number(float(row["n_staged"])), number(float(row["lifted_low"])), number(float(row["lifted_high"]))
    before, after = percent(float(row["above_before_pct"])), percent(float(row["above_after_pct"]))
    return Text(
        f"措施试算：按所设措施（{basis.zh}）全部推行，{n} {units.counter}中平均 {decimal(float(row['lifted']))} {units.counter}上升（{low} 至 {high}），{zh}占比由 {before} 变为 {after}。不是预测。",
        f"What if: with all measures assumed ({basis.en}), {decimal(float(row['lifted']))} of {n} would rise ({low} to {high}), and the share at {en} goes from {before} to {after}. No forecast.",
    )
