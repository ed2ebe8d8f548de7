"""What cannot be right between the workbooks of a study: more answers than enterprises, fewer returned than usable, visits to nobody who answered.

Each workbook passes its own check; only side by side do the numbers contradict. Nothing is changed for it.
"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from hmsurvey.analysis.visits import tabulate_unmatched_visits
from hmsurvey.analysis.words import groups_of
from hmsurvey.errors import Text
from hmsurvey.findings import Finding
from hmsurvey.registry import registry_table
from hmsurvey.study import Analysis


def slips_of(analysis: Analysis) -> tuple[Finding, ...]:
    """Return what the registry, the answers and the visits of a study contradict one another in, as warnings.

    Returns
    -------
    tuple of Finding
        City by city of the registry, then visit by visit. A city for which a number is not known gives none.
    """
    return (*_of_registry(analysis), *_of_visits(analysis))


def _of_registry(analysis: Analysis) -> Iterator[Finding]:
    if analysis.registry is None:
        return
    frame = registry_table(analysis.registry).frame
    names = {o.code: o.label for q in analysis.registry.survey.codebook.questions for o in q.options}
    book = Text("名录", "registry")
    for code, result in analysis.results.items():
        usable = groups_of(result.survey).value_counts()
        name = result.plan.label
        for city, row in frame.iterrows():
            n, where = float(usable.get(city, 0)), names.get(str(city), Text(str(city), str(city)))
            sent, back, there = (_number(row, f"n_sent_{code}"), _number(row, f"n_returned_{code}"), _number(row, "n_in_production"))  # fmt: skip
            for low, high, what in (
                (n, there, Text("有效答卷多于在产企业", "more usable answers than enterprises in production")),
                (n, back, Text("有效答卷多于回收数", "more usable answers than were returned")),
                (back, sent, Text("回收数多于发放数", "more returned than sent")),
            ):
                if low > high:  # never true where a number is not known
                    yield Finding(
                        "warning",
                        "registry_contradicts",
                        Text(f"{where.zh}“{name.zh}”{what.zh}：{low:g} 对 {high:g}", f"{where.en}, “{name.en}”: {what.en}, {low:g} against {high:g}"),
                        book.en,
                        fix=Text("核对名录中该市的数", "check the registry's numbers of this city"),
                        can_be_missing=False,
                    )  # fmt: skip


def _number(row: pd.Series, column: str) -> float:
    return float(row[column]) if column in row.index else float("nan")


def _of_visits(analysis: Analysis) -> Iterator[Finding]:
    if analysis.visits is None:
        return
    for unit, date in tabulate_unmatched_visits(analysis).frame[["unit", "date"]].itertuples(index=False, name=None):
        yield Finding(
            "warning",
            "visit_unmatched",
            Text(f"{unit}（{date}）的走访没有对应的有效答卷", f"the visit to {unit} ({date}) has no usable answer to match"),
            "visits",
            fix=Text("核对编号和所核对的调查", "check the id and the survey"),
            can_be_missing=False,
        )  # fmt: skip


__all__ = ["slips_of"]
