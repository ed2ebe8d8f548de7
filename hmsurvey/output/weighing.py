"""The section on weights: what other weights give to the areas, and how many enterprises change stage under them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from hmsurvey.analysis.tabulation import need_scores
from hmsurvey.analysis.weight_choices import tabulate_weight_choices, tabulate_weight_spread, weight_alternatives
from hmsurvey.errors import Text
from hmsurvey.expert_weights import weigh_experts
from hmsurvey.judging import Judgements
from hmsurvey.output.charts_weights import plot_weights
from hmsurvey.output.content import Block, Content, Job, Section, blocks_of
from hmsurvey.output.headlines import Noun
from hmsurvey.output.phrases import decimal, number
from hmsurvey.provenance import NATURE_WORDS
from hmsurvey.statistics.ahp import CR_LIMIT
from hmsurvey.study import Analysis, SurveyResult
from hmsurvey.tables import Table


def tell_weights(content: Content) -> Section | None:
    """Build the section on weights; None where no survey has an index whose weights can be varied, and stages."""
    weighed = [result for result in content.results if can_be_reweighted(result)]
    if content.analysis.study.units != "enterprises" or not weighed:
        return None
    blocks: list[Block] = [
        Text(
            "权重是人定的。这里让同样的答卷、同样的界限，只换各方面的权重，看有多少企业的阶段跟着变。",
            "Somebody has to set the weights. Here the answers and the cut-offs stay, only the weights of the areas change, and we count whose stage changes with them.",
        )
    ]
    annex = []
    for result in weighed:
        others, notes = weight_alternatives(result)
        choices = tabulate_weight_choices(result, *others, notes=notes)
        blocks += [*content.heading(result), _sentence(content, choices), choices]
        experts = _experts_on_areas(result)
        if experts is not None:
            blocks.append(_experts_sentence(experts))
        annex.append(tabulate_weight_spread(choices, experts))
    title = Text("权重不同的影响", "What other weights would change")
    return Section("weights", title, blocks_of(*blocks), tuple(annex), part="technical")


def weight_jobs(analysis: Analysis, result: SurveyResult, *, noun: Noun) -> Iterator[Job]:
    """Yield the figure of the section."""
    if analysis.study.units == "enterprises" and can_be_reweighted(result):
        others, notes = weight_alternatives(result)
        choices = partial(tabulate_weight_choices, result, *others, notes=notes)
        yield f"weight_choices_{result.plan.code}", choices, partial(plot_weights, noun=noun)


def can_be_reweighted(result: SurveyResult) -> bool:
    """Tell whether a survey has stages and an index whose total is a mean or a sum of several parts."""
    if result.scores is None or result.stages is None:
        return False
    system = result.scores.system
    total = system.node(system.total)
    nodes = {node.code for node in system.nodes}
    plain = total.aggregate in ("arithmetic", "geometric", "harmonic", "sum")
    return plain and len(total.children) > 1 and set(total.children) <= nodes


def _experts_on_areas(result: SurveyResult) -> Judgements | None:
    """Return the experts of a survey if it is the areas of the total that they compared."""
    system, found = need_scores(result).system, result.judgements
    return found if found is not None and (found.node or system.total) == system.total else None


def _experts_sentence(judgements: Judgements) -> Text:
    group = weigh_experts(judgements)
    n, over = len(judgements.experts), int((group.cr > CR_LIMIT).sum())
    kind = NATURE_WORDS[judgements.provenance.nature]
    return Text(
        f"{number(n)} 位专家作了两两比较（{kind.zh}），合并判断后 CR 为 {group.joined.cr:.2f}，有 {number(over)} 位的 CR 高于 0.10（A105、A106）；各人的权重用 hmsurvey weigh 查看。",
        f"{number(n)} {'expert' if n == 1 else 'experts'} compared the areas in pairs ({kind.en}); with judgements joined CR is {group.joined.cr:.2f}, and {number(over)} of them {'has a CR' if over == 1 else 'have CRs'} over 0.10 (A105, A106). `hmsurvey weigh` shows each one's weights.",
    )


def _sentence(content: Content, choices: Table) -> Text:
    frame = choices.frame.iloc[1:]
    n = int(choices.frame["n"].iloc[0])
    if not len(frame):
        return Text("由这些答卷得不出别的权重。", "No other weighting can be computed from these answers.")
    low, high = int(frame["n_moved"].min()), int(frame["n_moved"].max())
    most = frame.iloc[int(frame["n_moved"].to_numpy().argmax())]
    label = choices.column("alternative").labels[most["alternative"]]
    units, share = content.units, decimal(100 * high / n) if n else "0"
    counter, noun = units.counter, units.noun
    if high == 0:
        return Text(
            f"试了 {len(frame)} 种权重，{units.count(n).zh}的阶段都没有变。",
            f"Under none of {len(frame)} other weightings does any of {units.count(n).en} change stage.",
        )
    return Text(
        f"试了 {len(frame)} 种权重，阶段改变的{noun}在 {number(low)} 至 {number(high)} {counter}之间（共 {number(n)} {counter}）；最多的是“{label.zh}”，占 {share}%。",
        f"Under {len(frame)} other weightings {number(low)} to {number(high)} of {units.count(n).en} change stage; the most, {share}%, under “{label.en}”.",
    )


__all__ = ["can_be_reweighted", "tell_weights"]
