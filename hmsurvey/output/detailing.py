"""The technical report's section of tables that a bulletin quotes and has no room for: carriers in full, tests of every question with many answers, the questions most often left blank."""

from __future__ import annotations

from dataclasses import replace

from hmsurvey.analysis.carriers import tabulate_carriers, tabulate_type_stages
from hmsurvey.analysis.coverage import tabulate_nonresponse
from hmsurvey.analysis.filing import has_filing, tabulate_filing
from hmsurvey.analysis.multianswer import many_questions
from hmsurvey.analysis.multiquestions import tabulate_many
from hmsurvey.errors import Text
from hmsurvey.output.content import Block, Content, Section, without_figure
from hmsurvey.output.phrases import counted
from hmsurvey.study import SurveyResult
from hmsurvey.tables import Table

MOST_ITEMS = 10  # questions most often left blank that a page lists


def tell_details(content: Content) -> Section | None:
    """Build the section; None where a study has none of these tables."""
    blocks: list[Block] = []
    annex: list[Table] = []
    for result in content.results:
        carriers = _of_carriers(result)
        found = [*map(without_figure, carriers), *_of_types(result), *_of_many(content, result), *_of_blanks(result)]
        blocks += [*content.heading(result), *found] if found else []
        annex += carriers
    title = Text("公报所依据的详表", "Tables behind the bulletin")
    return Section("details", title, tuple(blocks), tuple(annex), part="technical") if blocks else None


def _of_carriers(result: SurveyResult) -> list[Table]:
    """Return the carriers in full; the bulletin has their figure."""
    staged = result.stages is not None and result.stages.rule.per_answer is not None
    return [tabulate_carriers(result)] if staged else []


def _of_types(result: SurveyResult) -> list[Table]:
    if result.stages is None or result.stages.rule.per_answer is None:
        return []
    filing = [tabulate_filing(result)] if has_filing(result) else []
    return [tabulate_type_stages(result), *filing]


def _of_many(content: Content, result: SurveyResult) -> list[Table]:
    if content.analysis.study.units != "enterprises" or not many_questions(result) or not len(result.survey.answers):
        return []
    return [tabulate_many(content.analysis, result.plan.code)]


def _of_blanks(result: SurveyResult) -> list[Table]:
    table = tabulate_nonresponse(result)
    return [_most_missing(table)] if (table.frame["n_missing"] > 0).any() else []


def _most_missing(table: Table) -> Table:
    """Return the questions most often left blank."""
    frame = table.frame[table.frame["n_missing"] > 0]
    frame = frame.sort_values(["missing_pct", "n_missing"], ascending=False, kind="stable").head(MOST_ITEMS)
    keep = ["question", "n_asked", "n_missing", "n_dk", "missing_pct"]
    title = Text(
        f"未答最多的 {len(frame)} 题{_after_colon(table.title.zh, '：')}",
        f"The {counted(len(frame), 'question')} most often left blank{_after_colon(table.title.en, ': ')}",
    )
    return replace(
        table,
        frame=frame[keep].reset_index(drop=True),
        columns=tuple(table.column(code) for code in keep),
        code=f"{table.code}_most",
        title=title,
        notes=(Text("全部题目见工作簿。", "The workbook has all questions."),),
    )


def _after_colon(title: str, mark: str) -> str:
    return mark + title.split(mark, 1)[1] if mark in title else ""
