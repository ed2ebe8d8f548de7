"""The section on differences: do cities, and enterprises of other sizes, differ in scores and stages, and which of them can be told apart?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache, partial

from hmsurvey.analysis.comparison import tabulate_differences, tabulate_pairs
from hmsurvey.analysis.odds import tabulate_odds
from hmsurvey.errors import NOTHING, DataError, Text
from hmsurvey.output.charts_comparison import plot_odds, plot_pairs
from hmsurvey.output.content import Block, Content, Drawing, Job, Section, blocks_of, cut_for_page, ready, with_group
from hmsurvey.output.headlines import Noun
from hmsurvey.output.phrases import counted
from hmsurvey.study import Analysis, SurveyResult
from hmsurvey.tables import Table

SIZE = "size"  # the code under which codebooks ask for the size of an enterprise, smallest first
_FEW = Text(
    "检验回答的是：若各市其实一样，仅凭谁碰巧作答，会不会出现这样大的差别。看不出差别，不等于没有差别；有差别，也要看差别多大。所以每个检验都连同效应量和它的区间一起给出，并按检验的个数校正 p 值。",
    "A test asks: if cities were in truth alike, would chance in who answered make differences as large as these? No visible difference does not mean none; and a difference that is visible may be small. "
    "So every test stands with its effect and the interval of that, and p is adjusted for the number of tests.",
)
_ODDS = Text(
    "阶段的有序回归同时看城市和企业规模，免得把规模的差别当成城市的差别；两者以外的差别，它也分不清。",
    "The ordinal regression of stages looks at city and size together, so that a difference of sizes is not taken for one of cities; of what else may differ it knows nothing.",
)


def tell_differences(content: Content) -> Section | None:
    """Build the section on differences between groups; None where no survey has two groups to compare."""
    if content.analysis.study.units != "enterprises":
        return None  # the units of such studies are all there are, not a part of them
    blocks: list[Block] = []
    annex: list[Table] = []
    shown = [
        r
        for r in content.results
        if r.survey.codebook.group_question and (r.scores is not None or r.stages is not None)
    ]
    for result in shown:
        more, hidden = _of_one(content, result)
        if more:
            blocks += [*(content.heading(result) if len(shown) > 1 else ()), *more]
            annex += hidden
    if not blocks:
        return None
    title = Text("各市有没有差别", "Do cities differ?")
    return Section("differences", title, blocks_of(_FEW, *blocks), tuple(annex), part="technical")


def _of_one(content: Content, result: SurveyResult) -> tuple[list[Block], list[Table]]:
    """Return what one survey gives to the section and to its annex; nothing where only one group has answers."""
    analysis, code = content.analysis, result.plan.code
    try:
        differences = tabulate_differences(analysis, code)
    except DataError:
        return [], []
    blocks: list[Block] = [_told(differences), _numbers_of(with_group(differences, content))]
    annex: list[Table] = [differences]
    pairs, sizes, odds = _tables(analysis, result)
    if pairs is not None:
        blocks += [_told_pairs(pairs), Drawing(pairs.code)]
        annex.append(pairs)
    if sizes is not None:
        blocks += [_told(sizes), _numbers_of(sizes)]
        annex.append(sizes)
    if odds is not None:
        by_size = _ODDS if sizes is not None else NOTHING
        blocks += [by_size, *odds.notes[: odds.frame["question"].nunique()], Drawing(odds.code)]
        annex.append(odds)
    return blocks, annex


def _numbers_of(table: Table) -> Table:
    """Return a table of tests as a page has room for it: without the sentence that each row makes, and what a measure of effect means said once below it."""
    cut = cut_for_page(table, [column.code for column in table.columns if column.code != "meaning"])
    effect, used = cut.column("effect"), set(cut.frame["effect"])
    whole = {code: words for code, words in effect.labels.items() if code in used and " (" in words.en}
    short = {code: Text(words.zh.partition("（")[0], words.en.partition(" (")[0]) for code, words in whole.items()}
    columns = tuple(replace(c, labels={**c.labels, **short}) if c is effect else c for c in cut.columns)
    said = tuple(
        Text(words.zh.replace("（", "：").replace("）", "。"), words.en.replace(" (", ": ").replace(")", "."))
        for words in whole.values()
    )
    return replace(cut, columns=columns, notes=(*said, *cut.notes))


@lru_cache(maxsize=8)
def _tables(analysis: Analysis, result: SurveyResult) -> tuple[Table | None, Table | None, Table | None]:
    """Return pairs of cities, differences by size, and odds ratios, each None where it cannot be had; section and figures share them."""
    pairs = sizes = odds = None
    if result.scores is not None:
        with suppress(DataError):
            pairs = tabulate_pairs(result)
    if any(question.code == SIZE and question.kind == "one" for question in result.survey.codebook.questions):
        with suppress(DataError):
            sizes = tabulate_differences(analysis, result.plan.code, by=SIZE, ordered=True)
    if result.stages is not None:
        by = (result.survey.codebook.group_question, *((SIZE,) if sizes is not None else ()))
        with suppress(DataError):  # all at one stage, or size follows from the city
            odds = tabulate_odds(result, by=by)
    return pairs, sizes, odds


def difference_jobs(analysis: Analysis, result: SurveyResult, *, noun: Noun) -> Iterator[Job]:
    """Yield the figures of the section."""
    if analysis.study.units != "enterprises" or not result.survey.codebook.group_question:
        return
    pairs, _, odds = _tables(analysis, result)
    for table, plot in ((pairs, plot_pairs), (odds, plot_odds)):
        if table is not None:
            yield table.code, ready(table), partial(plot, noun=noun)


def _told(table: Table) -> Text:
    """Say in how many outcomes groups differ, and give the sentence of the first."""
    tested = table.frame[table.frame["p_holm"].notna()]
    words = table.column("meaning").labels
    first = words[table.frame["meaning"].iloc[0]]
    if len(table.frame) == 1:
        return first
    sure = int((tested["p_holm"] < 0.05).sum())
    return Text(
        f"比较的 {len(tested)} 项（总分、各方面得分、阶段）中，{f'{sure} 项看得出差别' if sure else '没有一项看得出差别'}。{first.zh}",
        f"Of {counted(len(tested), 'comparison')} (total, areas, stage) {sure if sure else 'not one'} {'shows' if sure < 2 else 'show'} a difference. {first.en}",
    )


def _told_pairs(table: Table) -> Text:
    """Say which pairs are told apart, as far as they can be counted on one hand."""
    told = table.frame[table.frame["p_holm"] < 0.05].sort_values("p_holm", kind="stable")
    of = len(table.frame)
    if not len(told):
        return Text(
            f"两两比较的 {of} 对中，没有一对分得出高低。",
            f"Of {counted(of, 'pair')} not one is told apart.",
        )
    words = table.column("meaning").labels
    shown = [words[w] for w in told["meaning"].head(3)]
    return Text(
        f"两两比较的 {of} 对中，{len(told)} 对分得出高低。" + "".join(w.zh for w in shown),
        f"Of {counted(of, 'pair')} {len(told)} {'is' if len(told) == 1 else 'are'} told apart. "
        + " ".join(w.en for w in shown),
    )
