"""The sections of results: scores, stages, needs and distance, carriers. Each falls away where a study has nothing for it."""

from __future__ import annotations

import pandas as pd

from hmsurvey.analysis.carriers import tabulate_carriers
from hmsurvey.analysis.distance import tabulate_distance_bands
from hmsurvey.analysis.filing import has_filing, tabulate_filing
from hmsurvey.analysis.tabulation import (
    need_stages,
    tabulate_areas,
    tabulate_distance,
    tabulate_needs,
    tabulate_stages,
    tabulate_units,
)
from hmsurvey.analysis.words import ALL, stage_labels
from hmsurvey.errors import NOTHING, Text
from hmsurvey.output.content import (
    Block,
    Content,
    Drawing,
    Section,
    area_level,
    blocks_of,
    cut_for_page,
    row_of,
    rows_of,
    with_group,
)
from hmsurvey.output.phrases import number, percent, sentences
from hmsurvey.output.saying import has_shares
from hmsurvey.output.summary import (
    area_sentence,
    compare_groups,
    known_indicators,
    majority,
    need_sentence,
    stage_sentence,
)
from hmsurvey.provenance import combine
from hmsurvey.rules import UNSTAGED
from hmsurvey.study import SurveyResult
from hmsurvey.tables import Column, Table

TWO_YARDSTICKS = Text(
    "问卷看环保档案以什么载体保存，指标体系看数字档案馆（室）建设得怎样。",
    "The questionnaire looks at the carriers on which environmental archives are kept, the index at how far digital archives have been built.",
)
FILING_IS_DUTY = Text(
    "在平台报送是法定义务，不等于本单位的档案实现了信息化，所以定阶段只看怎样保存，不看报送到哪里。",
    "Filing on a platform is a duty and does not make one's own archive informatised; stages look at keeping only, never at filing.",
)


def tell_scores(content: Content) -> Section | None:
    """Build the section on scores by area."""
    scored = [result for result in content.results if result.scores is not None]
    if not scored:
        return None
    blocks: list[Block] = []
    beyond: list[Block] = []
    annex = []
    for result in scored:
        blocks += [*_heading(content, result, scored), area_sentence(content, result)]
        blocks.append(with_group(tabulate_areas(result, level=_level(result)), content))
        whole = known_indicators(result)
        annex.append(whole)
        if has_shares(whole):
            blocks.append(_indicator_sentence(whole))
            beyond.append(Drawing(whole.code))
    many, noun = content.units.many, content.units.noun
    blocks.append(
        Text(
            f"平均只取有得分的{noun}；缺答过多的不计入，也不按 0 分算，因此各列所含的{noun}数可以不同。",
            f"Means are over the {many} that have the score; those with too many gaps are left out and never count as 0, so the columns may rest on different numbers.",
        )
    )
    if content.analysis.study.units == "enterprises":
        blocks.append(
            Text(
                "表中的平均分只说答卷企业；各市总分平均的区间（假定 A100、A115）见工作簿。",
                "The means speak of those who answered; intervals of the cities' mean totals (A100, A115) are in the workbook.",
            )
        )
    title = Text("各方面得分", "Scores by area")
    return Section("scores", title, blocks_of(*blocks), tuple(annex), beyond=tuple(beyond))


def _heading(content: Content, result: SurveyResult, shown: list[SurveyResult]) -> tuple[Block, ...]:
    return content.heading(result) if len(shown) > 1 else ()


def _level(result: SurveyResult) -> str:
    return area_level(result.scores.system) if result.scores is not None else ""


def _indicator_sentence(table: Table) -> Text:
    row = rows_of(table.frame.sort_values("mean_share_pct", kind="stable").head(1))[0]
    label = table.column("indicator").labels[row["indicator"]]
    n, share = number(row["n_scored"]), percent(row["mean_share_pct"])
    return Text(
        f"得分率最低的指标是“{label.of('zh')}”，平均只得到满分的 {share}（n = {n}），其中 {number(row['n_zero'])} 个得 0 分。",
        f"The lowest indicator is “{label.of('en')}”: {share} of its maximum on average (n = {n}), with {number(row['n_zero'])} at zero.",
    )


def tell_stages(content: Content) -> Section | None:
    """Build the section on stages, all units and by city."""
    staged = [result for result in content.results if result.stages is not None]
    if not staged:
        return None
    enterprises = content.analysis.study.units == "enterprises"
    blocks: list[Block] = []
    annex = []
    if len(staged) > 1:
        apart = Text(
            "各项调查用各自的尺子定阶段，同名的阶段含义不同；结果并列，不相加，也不平均。",
            "Each survey stages by its own yardstick, and stages of the same name mean different things; the results stand side by side and are neither added nor averaged.",
        )
        both = {result.survey.codebook.id for result in staged} == {"informatisation", "digital_archives"}
        blocks.append(sentences(apart, TWO_YARDSTICKS if both else NOTHING))
        overview = tabulate_side_by_side(staged)
        blocks += [overview] if overview is not None else []
    for result in staged:
        blocks += [
            *_heading(content, result, staged),
            sentences(stage_sentence(content, result), majority(result)),
            compare_groups(content, result),
            with_group(tabulate_stages(result), content),
            Drawing(f"enterprises_{result.plan.code}"),
        ]
        annex.append(with_group(tabulate_units(result, level=_level(result)), content))
    group, noun = content.units.group.zh, content.units.noun
    counter = content.units.counter
    blocks.append(
        Text(
            f"占比以全部有效答卷为分母，未定的也在内，所以各行相加为 100%。{noun}少的{group}，一两{counter}就会使比例大变，宜先看{noun}数。",
            f"Shares are of all usable answers, the unstaged included, so every row adds up to 100%. Where there are few {content.units.many}, one or two change the share a lot: look at n first.",
        )
    )
    title = Text("阶段与城市", "Stages and cities") if enterprises else Text("阶段", "Stages")
    return Section("stages", title, blocks_of(*blocks), tuple(annex))


def tabulate_side_by_side(results: list[SurveyResult]) -> Table | None:
    """Put the stages of several surveys beside each other; None where their stages are not called the same."""
    rules = [result.stages.rule for result in results if result.stages is not None]
    if len({rule.codes for rule in rules}) != 1:
        return None
    codes = [*rules[0].codes, UNSTAGED]
    labels = stage_labels(rules[0])
    rows = []
    for result in results:
        row = row_of(tabulate_stages(result), ALL)
        rows.append(
            [result.plan.code, row["n"], *(row[f"n_{c}"] for c in codes), *(row[f"share_{c}_pct"] for c in codes)]
        )
    columns = (
        Column("survey", Text("调查", "Survey"), "code", labels={r.plan.code: r.plan.label for r in results}),
        Column("n", Text("企业数", "n"), "count"),
        *(Column(f"n_{code}", labels[code], "count") for code in codes),
        *(
            Column(f"share_{code}_pct", Text(f"{labels[code].zh}占比（%）", f"{labels[code].en} (%)"), "percent")
            for code in codes
        ),
    )
    provenance = combine(*(result.stages.provenance for result in results if result.stages is not None))
    frame = pd.DataFrame(rows, columns=[column.code for column in columns])
    note = Text(
        "两项调查的尺子不同，同名阶段不可直接比较。",
        "The surveys use different yardsticks; stages of the same name cannot be compared directly.",
    )
    title = Text("各项调查的阶段（并列）", "Stages by survey, side by side")
    return Table(frame, provenance, "stages_side_by_side", title, columns, (note,))


def tell_needs(content: Content) -> Section | None:
    """Build the section on which needs stop whom, and on the distance to the next stage."""
    staged = [r for r in content.results if r.stages is not None and r.stages.rule.needs]
    if not staged:
        return None
    blocks: list[Block] = []
    annex = []
    for result in staged:
        codes = need_stages(result).rule.codes
        blocks += [
            *_heading(content, result, staged),
            *(need_sentence(content, result, c) for c in reversed(codes[:-1])),
        ]
        blocks.append(tabulate_needs(result))
        if _asks_total(result):
            bands = tabulate_distance_bands(result)
            blocks += [_distance_sentence(content, result, bands), Drawing(f"distance_{result.plan.code}"), bands]
            annex.append(tabulate_distance(result))
    blocks.append(
        Text(
            "“首先卡在此项”取上一级阶段中第一项未满足的要求，与规则文件里的先后有关；“其中未满足”和“仅差此项”与先后无关，判断轻重宜看这两列。",
            "“First to stop them” is the first unmet need of the next stage up and depends on the order in the rule file; “of them not met” and “only this lacking” do not, and are the "
            "ones to judge by.",
        )
    )
    title = Text("主要差距", "Which needs stop them, and how far they are")
    return Section("needs", title, blocks_of(*blocks), tuple(annex))


def _asks_total(result: SurveyResult) -> bool:
    if result.stages is None or result.scores is None:
        return False
    total = result.scores.system.total
    return any(need.subject == "score" and need.target == total for need in result.stages.rule.needs)


def _distance_sentence(content: Content, result: SurveyResult, bands: Table) -> Text:
    rule, labels, counter = need_stages(result).rule, bands.column("stage").labels, content.units.counter
    edge = bands.column("n_within_1").label.zh.split(" ")[1]
    several = {stage.code for stage in rule.stages if len(stage.needs) > 1}
    said = []
    for row in reversed(rows_of(bands.frame)):
        if not row["n"]:
            continue
        here, above, near, reached = (
            labels[row["stage"]],
            labels[row["next_stage"]],
            row["n_within_1"],
            row["n_reached"],
        )
        n, whole = number(row["n"]), content.units.count(row["n"]).en
        zh = f"处在{here.of('zh')}的 {n} {counter}中，"
        en = f"Of the {whole} at {here.of('en')}, "
        if row["next_stage"] in several:
            zh += f"总分已够{above.of('zh')}而被其他要求拦住的有 {number(reached)} {counter}，"
            en += f"{number(reached)} {'has' if reached == 1 else 'have'} the total for {above.of('en')} and {'is' if reached == 1 else 'are'} stopped by another need, and "
        zh += f"总分离{above.of('zh')}差 {edge} 分以内的有 {number(near)} {counter}。"
        en += f"{number(near)} {'is' if near == 1 else 'are'} up to {edge} points short of {above.of('en')}."
        said.append(Text(zh, en))
    return sentences(*said)


def tell_carriers(content: Content) -> Section | None:
    """Build the section on carriers by archive type, and on filing beside keeping."""
    shown = [r for r in content.results if r.stages is not None and r.stages.rule.per_answer is not None]
    if not shown:
        return None
    blocks: list[Block] = []
    for result in shown:
        carriers = tabulate_carriers(result)
        blocks += [*_heading(content, result, shown), _carrier_sentence(carriers)]
        blocks += [Drawing(carriers.code), _shares_alone(carriers)]
        if has_filing(result):
            blocks += [_filing_sentence(tabulate_filing(result)), FILING_IS_DUTY]
    return Section("carriers", Text("各类档案的载体", "Carriers by archive type"), blocks_of(*blocks))


def _shares_alone(carriers: Table) -> Table:
    """Return the columns that a bulletin has room for; the technical report has all of them."""
    codes = [c.code for c in carriers.columns if c.unit == "percent" or c.code in ("question", "n_applicable")]
    return cut_for_page(carriers, codes, part="_shares")


def _carrier_sentence(table: Table) -> Text:
    levels = [c.code.removeprefix("share_").removesuffix("_pct") for c in table.columns if c.code.startswith("share_")]
    rows = [row for row in rows_of(table.frame) if row["n_applicable"]]
    if not levels or not rows:
        return NOTHING
    top, bottom = levels[-1], levels[0]
    first = max(rows, key=lambda row: float(row[f"share_{top}_pct"]))
    last = min(rows, key=lambda row: float(row[f"share_{top}_pct"]))
    names = table.column("question").labels
    total = sum(int(row["n_applicable"]) for row in rows)
    low, high = (100.0 * sum(int(row[f"n_{level}"]) for row in rows) / total for level in (bottom, top))
    low_label, top_label = table.column(f"n_{bottom}").label, table.column(f"n_{top}").label
    best, worst = percent(first[f"share_{top}_pct"]), percent(last[f"share_{top}_pct"])
    return Text(
        f"把各企业应有的各类档案逐项数，共 {number(total)} 项（含不清楚和未答的），其中“{low_label.of('zh')}”占 {percent(low)}，“{top_label.of('zh')}”占 {percent(high)}。“{top_label.of('zh')}”的比例，"
        f"{names[first['question']].of('zh')}最高（{best}），{names[last['question']].of('zh')}最低（{worst}）。",
        f"Counting every archive type of every enterprise gives {number(total)} cases, unknown and unanswered ones included; {percent(low)} are “{low_label.of('en')}” and {percent(high)} “{top_label.of('en')}”. The share "
        f"of “{top_label.of('en')}” is highest for {names[first['question']].of('en')} ({best}) and lowest for {names[last['question']].of('en')} ({worst}).",
    )


def _filing_sentence(table: Table) -> Text:
    both, filed, captured = (int(table.frame[column].sum()) for column in ("n_both", "n_filed", "n_captured"))
    if not both:
        return NOTHING
    shares = percent(100.0 * filed / both), percent(100.0 * captured / both)
    return Text(
        f"两题都有答案的 {number(both)} 项中，在平台报送的占 {shares[0]}，在本单位由系统采集的占 {shares[1]}。",
        f"Of {number(both)} cases with an answer to both questions, {shares[0]} are filed on a platform and {shares[1]} are captured by a system of the enterprise's own.",
    )
