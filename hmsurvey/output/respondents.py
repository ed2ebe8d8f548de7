"""Two sections before any result: what data these are, and who answered."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from hmsurvey.analysis.coverage import tabulate_coverage, tabulate_nonresponse, tabulate_sample_flow
from hmsurvey.analysis.words import ALL
from hmsurvey.errors import NOTHING, Text
from hmsurvey.output.content import Block, Content, Drawing, Section, blocks_of, with_group, with_note, without_figure
from hmsurvey.output.phrases import counted, date_words, join, number, percent, sentences
from hmsurvey.output.summary import sample_sentence
from hmsurvey.provenance import KIND_WORDS, Provenance
from hmsurvey.study import Analysis
from hmsurvey.tables import Column, Table

DATA_SENTENCES = {
    "synthetic": Text(
        "原研究的答卷没有公开。这里的答卷由程序按公布的样本数随机生成，用来演示从问卷到阶段的全过程：企业、城市、得分、阶段都不是真的，"
        "不能引用，也不能据以判断辽宁省的情况。换上真实工作簿和它的来源卡片，重新运行，全部标记会随之改变。",
        "The study's own answers are not published. These were drawn at random by a program at the published sample sizes, to show the whole way from "
        "questionnaire to stage: enterprises, cities, scores and stages are not real, must not be quoted, and say nothing about Liaoning. Put real workbooks with "
        "their cards in their place, run again, and every mark changes by itself.",
    ),
    "mixed": Text(
        "下列文件有的由程序随机生成，有的按其来源卡片涉及真实企业。凡用到真实文件的数字都应保密；两种文件合在一起算出的数字不说明任何企业、城市或省份。"
        "每张表、每幅图下面写明其所依据的数据；只有写着“真实数据”的才全部出自真实文件。其余文件也换成真实工作簿后重新运行，标记会随之改变。",
        "Some of the files below were drawn at random by a program; others, by their cards, are about real enterprises. Whatever rests on a real file is confidential; what "
        "rests on both kinds together describes no enterprise, city or province. Under every table and figure stands what it rests on; only those that say “real data” rest on "
        "real files alone. Put real workbooks in the place of the others, run again, and the marks change.",
    ),
    "undeclared": Text(
        "下列文件中有的没有来源卡片，程序无从知道答卷是真实的还是编造的，因此处处标明“来源未说明”。",
        "Some of the files below have no provenance card. The program cannot know whether they are real, and marks everything as of undeclared origin.",
    ),
    "real": Text(
        "数据来自下列文件，来源卡片说明其为真实数据，文件内容与卡片上的校验值一致。",
        "The data come from the files below. Their cards declare them real, and the files' contents agree with the checksums on the cards.",
    ),
}


def tell_data(content: Content) -> Section:
    """Build the section on where the data come from."""
    provenance = content.analysis.provenance
    paragraphs: list[Block] = [DATA_SENTENCES[provenance.nature]]
    kinds = {source.kind for source in provenance.sources}
    if len(kinds) > 1:
        named = join([KIND_WORDS[kind] for kind in sorted(kinds)])
        paragraphs.append(
            Text(
                f"各文件的性质不一（{named.zh}），合在一起时按最弱的一种标记。",
                f"The files differ in kind ({named.en}); together they bear the mark of the weakest.",
            )
        )
    if content.analysis.study.units == "enterprises":
        paragraphs.append(
            Text(
                "本报告为内部资料：表中有人数很少的格子，尚未作披露控制，请勿公开或转发。单个企业的得分和阶段不在本报告中，另存于内部工作簿。",
                "This report is internal: small cells have not been through disclosure control, so please neither publish nor forward it. Scores and stages of "
                "single enterprises are not in it; they are kept in the internal workbook.",
            )
        )
    for result in content.results:
        findings = result.survey.findings
        counts = {level: sum(f.level == level for f in findings) for level in ("error", "warning", "note")}
        if any(counts.values()):
            name = result.plan.label
            paragraphs.append(
                Text(
                    f"读入“{name.of('zh')}”时，核对出错误 {counts['error']} 处、警告 {counts['warning']} 处、提示 {counts['note']} 处；警告和提示只列出，不改动答案。",
                    f"Reading “{name.of('en')}”, the checks found {counted(counts['error'], 'error')}, {counted(counts['warning'], 'warning')} and {counted(counts['note'], 'note')}; "
                    "warnings and notes are listed and change no answer.",
                )
            )
    paragraphs += list(provenance.notes)
    blocks = blocks_of(*paragraphs, tabulate_sources(provenance))
    return Section("data", Text("数据来源", "What data these are"), blocks)


def tabulate_sources(provenance: Provenance) -> Table:
    """List the files behind a result: kind, title, producer, date, licence, checksum."""
    rows = [[s.file, s.kind, s.title, s.producer, s.date, s.licence, s.sha256[:12]] for s in provenance.sources]
    columns = (
        Column("file", Text("文件", "File")),
        Column("kind", Text("性质", "Kind"), "code", labels=dict(KIND_WORDS)),
        Column("title", Text("名称", "Title")),
        Column("producer", Text("制作者", "Producer")),
        Column(
            "date",
            Text("日期", "Date"),
            "code",
            labels={s.date: date_words(s.date) for s in provenance.sources if s.date},
        ),
        Column("licence", Text("许可", "Licence")),
        Column(
            "sha256", Text("校验值", "Checksum"), meaning=Text("SHA-256 的前 12 位", "first 12 digits of the SHA-256")
        ),
    )
    frame = pd.DataFrame(rows, columns=[column.code for column in columns], dtype=object)
    return Table(frame, provenance, "sources", Text("数据文件", "Data files"), columns)


def tell_respondents(content: Content) -> Section:
    """Build the section on who exists, who was asked and who answered."""
    analysis = content.analysis
    flow = _flow(analysis)
    coverage = with_group(tabulate_coverage(analysis), content)
    blocks: list[Block] = [sample_sentence(content)]
    if len(content.results) > 1:
        blocks.append(
            Text(
                "几项调查是分开进行的，样本各是各的，因此不把一项的数目除以另一项；得分和阶段也不跨调查合并。两项调查编号相同的企业，只用来对照两边的阶段是否一致（假定 A130）。",
                "The surveys are separate, each with its own sample, so the number of one is never divided by that of another, and scores and stages are not merged across them. Enterprises with the same "
                "id in two surveys serve only to hold the two stages against each other (assumption A130).",
            )
        )
    annex: list[Table] = [coverage]
    beyond: list[Block] = []
    if analysis.registry is None:
        blocks.append(flow)
    else:
        blocks += [without_figure(flow), _without_answers(content, coverage), Drawing(coverage.code)]
        annex.insert(0, flow)
        beyond += [Drawing(flow.code), without_figure(coverage)]
    for result in content.results:
        whole = tabulate_nonresponse(result)
        annex.append(whole)
        blocks += [*content.heading(result), _missing_sentence(whole)]
    return Section(
        "respondents", Text("答卷情况", "Who answered"), blocks_of(*blocks), tuple(annex), beyond=tuple(beyond)
    )


def _flow(analysis: Analysis) -> Table:
    """Return the sample flow; without a registry only its last steps, since the first are not known."""
    flow = tabulate_sample_flow(analysis)
    if analysis.registry is not None:
        return with_note(flow, Text("“–”表示没有记录，不是零。", "– means not recorded, not zero."))
    columns = tuple(column for column in flow.columns if flow.frame[column.code].notna().any())
    return replace(flow, frame=flow.frame[[column.code for column in columns]], columns=columns)


def _without_answers(content: Content, coverage: Table) -> Text:
    frame = coverage.frame[coverage.frame["group"] != ALL]
    said = []
    for result in content.results:
        silent = frame.loc[frame[f"n_usable_{result.plan.code}"] == 0, "group"]
        if len(silent):
            names, n = join([coverage.column("group").labels[code] for code in silent]), number(len(silent))
            label = result.plan.label
            said.append(
                Text(
                    f"“{label.of('zh')}”在 {n} 个市没有有效答卷（{names.zh}），对这些市不作任何推断。",
                    f"“{label.of('en')}” has no usable answers from {n} {'city' if len(silent) == 1 else 'cities'} ({names.en}); nothing is inferred about them.",
                )
            )
    return sentences(*said)


def _missing_sentence(table: Table) -> Text:
    asked, missing, dk = (int(table.frame[column].sum()) for column in ("n_asked", "n_missing", "n_dk"))
    if not asked:
        return NOTHING
    blank, unknown = percent(100.0 * missing / asked), percent(100.0 * dk / asked)
    return Text(
        f"应答的题次中，未答占 {blank}，“不清楚”占 {unknown}；两者分开计，都不作填补。",
        f"Of all answers due, {blank} are missing and {unknown} are “don’t know”. The two are counted apart, and neither is filled in.",
    )
