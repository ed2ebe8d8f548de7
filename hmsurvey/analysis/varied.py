"""A varied choice in words: what it varies and by how much, as every table of variations says it."""

from __future__ import annotations

from hmsurvey.errors import NOTHING, Text
from hmsurvey.indicators import reweight
from hmsurvey.scorings import Normalise
from hmsurvey.systems import IndicatorSystem
from hmsurvey.variation import Factor

_WORDS = {
    "arithmetic": Text("算术平均", "arithmetic mean"),
    "geometric": Text("几何平均", "geometric mean"),
    "harmonic": Text("调和平均", "harmonic mean"),
    "sum": Text("求和", "sum"),
    "ratio": Text("得分率", "ratio of points"),
    "min": Text("最小值", "minimum"),
    "max": Text("最大值", "maximum"),
    "propagate": Text("按缺失处理", "left missing"),
    "zero": Text("按零分计", "counted as zero"),
    "credit": Text("按满分计", "given full credit"),
    "drop": Text("剔除", "left out"),
    "worst": Text("按最坏计", "taken at worst"),
    "best": Text("按最好计", "taken at best"),
    "donor": Text("借用其他企业的答案", "filled from another enterprise"),
}


def _choice_words(choice: object) -> Text:
    if isinstance(choice, Normalise):
        low, high = (f"{value:g}" for value in choice.to)
        return {
            "minmax": Text(f"极差标准化到 {low}–{high}", f"min-max to {low}–{high}"),
            "zscore": Text(f"z 分数（均值 {low}、标准差 {high}）", f"z-scores (mean {low}, sd {high})"),
            "rank": Text("名次（最低为 1）", "ranks (1 the lowest)"),
            "percentile": Text(f"百分位 {low}–{high}", f"percentile ranks {low}–{high}"),
        }[choice.method]
    return _WORDS.get(str(choice), Text(str(choice), str(choice)))


def describe_factor(factor: Factor, system: IndicatorSystem | None = None) -> Text:
    """Return in words what a factor varies and by how much.

    With the `system` at hand, weightings that put a node together in another way are named too: cut-offs do not follow them.
    """
    of = ", ".join(factor.of)
    zh_of, n = "、".join(factor.of), len(factor.of)
    if n > 12:
        zh_of, of = f"{n} 项", f"{n} codes"
    amount = f"{factor.amount:g}"
    if factor.kind == "noise":
        pct = f"{100 * factor.amount:g}"
        return Text(
            f"{factor.label.zh}：{zh_of} 的权重各自在 ±{pct}% 内均匀变动",
            f"{factor.label.en}: each weight of {of} by up to ±{pct}%, uniform",
        )
    if factor.kind == "dirichlet":
        return Text(f"{factor.label.zh}：{zh_of} 的权重围绕给定值变动（狄利克雷分布，集中度 {amount}）", f"{factor.label.en}: weights of {of} around the given ones (Dirichlet, concentration {amount})")  # fmt: skip
    if factor.kind == "cut":
        # the label names a single cut-off, and several that move as one: their codes tell a reader nothing
        if n == 1:
            return Text(
                f"{factor.label.zh}：在 ±{amount} 内均匀变动", f"{factor.label.en}: by up to ±{amount}, uniform"
            )
        if factor.together:
            return Text(
                f"{factor.label.zh}：{n} 条线同步在 ±{amount} 内均匀变动",
                f"{factor.label.en}: the {n} cut-offs all together by up to ±{amount}, uniform",
            )
        return Text(
            f"{factor.label.zh}：{zh_of} 的分数线各自在 ±{amount} 内均匀变动",
            f"{factor.label.en}: the cut-offs of {of} each by up to ±{amount}, uniform",
        )
    if factor.kind == "vectors":
        k = len(factor.choices)
        return Text(
            f"{factor.label.zh}：{zh_of} 的权重取 {k} 组给定值之一",
            f"{factor.label.en}: weights of {of} from {k} given sets",
        )
    among = [_choice_words(choice) for choice in factor.choices]
    tail = _follow_words(factor) if system is None or factor.kind != "weighting" else _remade_words(factor, system)
    where = Text(f"{zh_of} ", f"{of} by ") if factor.kind == "aggregate" and n > 1 else NOTHING
    zh, en = "".join(f"“{words.zh}”" for words in among), ", ".join(words.en for words in among[:-1])
    return Text(
        f"{factor.label.zh}：{where.zh}在{zh}中任取一种{tail.zh}",
        f"{factor.label.en}: {where.en}{en} or {among[-1].en}{tail.en}",
    )


def _remade_words(factor: Factor, system: IndicatorSystem) -> Text:
    """Say which nodes the weightings put together differently: their scores move with that, while cut-offs stay."""
    ways = [{n.code: (n.aggregate, n.children_as) for n in reweight(system, str(c)).nodes} for c in factor.choices]
    remade = [n.code for n in system.nodes if len(n.children) > 1 and len({way[n.code] for way in ways}) > 1]
    if not remade:
        return NOTHING
    many = len(remade) > 12
    zh = f"{len(remade)} 个节点" if many else "、".join(remade)
    en = f"{len(remade)} nodes" if many else ", ".join(remade)
    return Text(
        f"；这些方案对 {zh} 的汇总方式也不相同，得分随之升降，分数线却不随之移动",
        f"; they also put {en} together in different ways, which moves scores, while cut-offs stay where they are",
    )


def _follow_words(factor: Factor) -> Text:
    if factor.kind not in ("aggregate", "normalise"):
        return NOTHING
    words = {
        "none": Text("；分数线不动", "; cut-offs stay"),
        "shares": Text(
            "；分数线随之移动，使达线企业的占比不变", "; cut-offs move so that the shares that meet them are kept"
        ),
        "mean_sd": Text("；分数线按均值和标准差换算到新尺度", "; cut-offs restated by mean and standard deviation"),
        "range": Text("；分数线按最低分和最高分换算到新尺度", "; cut-offs restated by lowest and highest score"),
    }[factor.follow]
    if factor.kind != "aggregate" or not {"geometric", "harmonic"} & set(factor.choices):
        return words
    zero = (
        Text(
            f"；低于 {factor.floor:g} 的分按 {factor.floor:g} 计",
            f"; scores below {factor.floor:g} count as {factor.floor:g}",
        )
        if factor.zero == "floor"
        else Text("；有一个 0 分，结果就是 0", "; one zero makes the result zero")
        if factor.zero == "zero"
        else Text("；遇到 0 分报错", "; a zero is an error")
    )
    return Text(words.zh + zero.zh, words.en + zero.en)
