"""The section on real cases: how many published results the same engine gives back."""

from __future__ import annotations

from hmsurvey.errors import Text
from hmsurvey.output.content import Block, Content, Section
from hmsurvey.output.phrases import number, percent
from hmsurvey.provenance import KIND_WORDS
from hmsurvey.study import Analysis
from hmsurvey.tables import Column, Table


def tell_cases(content: Content) -> Section | None:
    """Build the section on real cases: how many published results the same engine gives back."""
    cases = [case for case in (content.analysis, *content.cases) if case.reproduction is not None]
    if not cases:
        return None
    said = [
        Text(
            "同一套程序，不改一行代码，只换定义文件，用两家机构公开的真实数据重新计算，与其公布的结果逐个比对。这一节的数据是真实的，与本报告其他部分的数据无关。"
            if content.cases
            else "用同一套程序重新计算，与公布的结果逐个比对。",
            "The same program, with not a line of it changed and only other definition files, recomputed real data that their publishers have put in the open, and the results were "
            "compared one by one with those published. The data of this section are real and have nothing to do with those of the rest of this report."
            if content.cases
            else "The same program recomputed the published results, and the two were compared one by one.",
        )
    ]
    blocks: list[Block] = [*said]
    for case in cases:
        table = tabulate_reproduction(case)
        frame = table.frame.dropna(subset=["n_equal"])
        equal, published = frame["n_equal"].sum(), frame["n_published"].sum()
        name = case.study.label
        verdict = Text("全部一致", "all agree") if equal == published else Text("并非全部一致", "not all agree")
        blocks.append(
            Text(
                f"{name.of('zh')}：公布的 {number(published)} 个数中，一致的有 {number(equal)} 个（{percent(100.0 * equal / published)}），{verdict.zh}。",
                f"{name.of('en')}: of {number(published)} published values, {number(equal)} ({percent(100.0 * equal / published)}) are equal: {verdict.en}.",
            )
        )
        blocks.append(table)
    return Section("cases", Text("真实案例的复现", "Real cases reproduced"), tuple(blocks), part="technical")


def tabulate_reproduction(case: Analysis) -> Table:
    """List, for a case, what was compared: published values, equal ones, the largest difference."""
    traced = case.reproduction
    if traced is None:
        raise TypeError("the study has no published results")
    frame = traced.frame[["what", "n_published", "n_equal", "largest_difference", "given"]].copy()
    frame["largest_difference"] = [
        None if value != value else "0" if value == 0 else f"{value:.0e}" for value in frame["largest_difference"]
    ]
    frame["given"] = ["yes" if given else "" for given in frame["given"]]
    labels: dict[str, Text] = {"stage": Text("阶段", "stage")}
    for result in case.results.values():
        if result.scores is not None:
            system = result.scores.system
            labels |= {item.code: item.label for item in system.indicators}
            labels |= {item.code: item.label for item in system.nodes}
    columns = (
        Column("what", Text("结果", "Result"), "code", labels=labels),
        Column("n_published", Text("公布的个数", "Published"), "count"),
        Column("n_equal", Text("一致的个数", "Equal"), "count"),
        Column(
            "largest_difference",
            Text("最大差值", "Largest difference"),
            meaning=Text("差值不超过 1e-9 视为一致", "a difference of up to 1e-9 counts as equal"),
        ),
        Column(
            "given",
            Text("直接采用", "Taken as published"),
            "code",
            Text("该值直接采用公布数，不作比对", "the published value was taken over and not compared"),
            labels={"yes": Text("是", "yes"), "": Text("", "")},
        ),
    )
    kind = KIND_WORDS[traced.provenance.kind]
    title = Text(f"{case.study.label.of('zh')}（{kind.zh}）", f"{case.study.label.of('en')} ({kind.en})")
    return Table(frame.astype(object), traced.provenance, f"case_{case.study.id}", title, columns)
