"""Studies that are hardly any: one city, one enterprise a city, nobody at a stage, nothing answered, no rule, no index, no registry. Every verb answers, or says why not.

What is blank in a table is explained: by a note of the row, by a note under the table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import product
from pathlib import Path

import pandas as pd
import pytest
from small_study import BOOK, RULE, SYSTEM

import hmsurvey as hm
from hmsurvey.errors import HmsurveyError, Text
from hmsurvey.provenance import Source, write_card
from hmsurvey.study import Analysis, SurveyResult, analyse, read_study
from hmsurvey.tables import Table
from hmsurvey.variation import Factor, Variation

MANY = """
[[question]]
code = "many"
kind = "many"
options = [{ code = "a" }, { code = "b" }, { code = "none", kind = "none" }]
"""
Answers = Callable[[int], tuple[object, object, str]]


def mixed(i: int) -> tuple[object, object, str]:
    return i * 13 % 101, i * 29 % 101, ("a", "b", "a;b", "none")[i % 4]


def study(
    folder: Path,
    n: int,
    city: Callable[[int], str],
    answers: Answers = mixed,
    *,
    units: str = "enterprises",
    parts: tuple[str, ...] = ("system", "rule"),
) -> Analysis:
    rows = ["unit,name,city,q1,q2,many", *(",".join(map(str, (f"u{i}", f"厂{i}", city(i), *answers(i)))) for i in range(n))]  # fmt: skip
    path = folder / "answers.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    write_card(path, Source("小", "synthetic", "测试", "2024-01-21", licence="CC0 1.0"))
    text = f'kind = "study"\nid = "odd"\nversion = "1.0"\nzh = "怪"\nen = "Odd"\nunits = "{units}"\nk = 2\n'
    text += '\n[[survey]]\ncode = "small"\nanswers = "answers.csv"\ncodebook = "book.toml"\n'
    (folder / "book.toml").write_text(BOOK + MANY, encoding="utf-8")
    for part, content in (("system", SYSTEM), ("rule", RULE)):
        if part in parts:
            (folder / f"{part}.toml").write_text(content, encoding="utf-8")
            text += f'{part} = "{part}.toml"\n'
    (folder / "study.toml").write_text(text, encoding="utf-8")
    return analyse(read_study(folder / "study.toml"))


def by_two(i: int) -> str:
    return "东西"[i % 2]


STUDIES: dict[str, Callable[[Path], Analysis]] = {
    "one city": lambda p: study(p, 8, lambda i: "东市"),
    "one enterprise a city": lambda p: study(p, 6, lambda i: f"市{i}"),
    "one enterprise": lambda p: study(p, 1, lambda i: "东市"),
    "an area nobody answered": lambda p: study(p, 8, by_two, lambda i: (i * 13 % 101, "", "a")),
    "nothing answered": lambda p: study(p, 5, by_two, lambda i: ("", "", "")),
    "nobody high": lambda p: study(p, 8, by_two, lambda i: (i, i * 2, "none")),
    "everybody alike": lambda p: study(p, 8, by_two, lambda i: (50, 50, "a")),
    "no city": lambda p: study(p, 6, lambda i: ""),
    "no rule": lambda p: study(p, 8, by_two, parts=("system",)),
    "no index": lambda p: study(p, 8, by_two, parts=()),
    "public units": lambda p: study(p, 8, by_two, units="public"),
}
OF_A_RESULT = (
    *("tabulate_areas", "tabulate_carriers", "tabulate_reliability", "tabulate_difficulty", "tabulate_odds"),
    *("tabulate_pairs", "tabulate_distance", "tabulate_distance_bands", "tabulate_indicators", "tabulate_needs"),
    *("tabulate_stages", "tabulate_units", "tabulate_filing", "tabulate_silences", "tabulate_nonresponse"),
    *("tabulate_precedents", "tabulate_stage_measures", "fit_indicators", "weight_alternatives", "cut_offs"),
)
OF_EITHER = (
    *("tabulate_differences", "tabulate_means", "tabulate_shares", "tabulate_ranks", "tabulate_many"),
    *("tabulate_province", "tabulate_province_means", "tabulate_survey_weights"),
)
OF_THE_STUDY = (
    *("tabulate_coverage", "tabulate_sample_flow", "tabulate_contradictions", "tabulate_yardsticks"),
    *("tabulate_reproduction", "about_data"),
)
OF_A_QUESTION = ("tabulate_option_test", "tabulate_options", "tabulate_options_by_city", "tabulate_overlap")
VARIED = ("tabulate_stage_chances", "tabulate_share_ranges", "tabulate_city_chances")
TRIAL = Variation(
    "v",
    "1",
    Text("试", "Trial"),
    (
        Factor("w", Text("权重", "Weights"), "noise", of=("A", "B"), amount=0.3),
        Factor("c", Text("分数线", "Cut-off"), "cut", of=("t80",), amount=20.0),
    ),
)


def of_rivals(result: SurveyResult) -> tuple[Table, ...]:
    rivals = hm.find_rivals(result, seed=1)
    return hm.tabulate_rivals(rivals), hm.tabulate_rival_agreement(rivals), hm.tabulate_rival_consensus(rivals)


def of_draws(result: SurveyResult) -> tuple[Table, ...]:
    varied = hm.vary(result, TRIAL, draws=20)
    influence = hm.tabulate_influence(hm.trace_choices(varied, runs=8, replicates=5))
    return influence, *(getattr(hm, name)(varied) for name in VARIED)


def asked(analysis: Analysis) -> Iterator[tuple[str, Callable[[], object]]]:
    result = analysis["small"]
    for names, subject in ((OF_A_RESULT, result), (OF_EITHER, result), (OF_EITHER, analysis), (OF_THE_STUDY, analysis)):
        for name in names:
            yield name, partial(getattr(hm, name), subject)
    for name, question in product(OF_A_QUESTION, ("many", "q1")):
        yield name, partial(getattr(hm, name), result, question=question)
    for name, stages in product(
        ("tabulate_shares", "tabulate_ranks", "tabulate_shrunken"), (("high",), ("low",), ("none",))
    ):
        yield name, partial(getattr(hm, name), result, stages=stages)
    yield "rivals", partial(of_rivals, result)
    yield "draws", partial(of_draws, result)
    for method in ("entropy", "critic", "pca", "spread"):
        yield f"weigh by {method}", partial(hm.weigh_by_data, result, method=method)
    for name in ("tabulate_visits", "tabulate_visit_changes"):
        yield name, partial(getattr(hm, name), analysis, "small")
    for unit in ("u0", "zzz"):
        yield "explain", partial(hm.explain, result, unit)


def unexplained(table: Table) -> list[str]:
    """Return the columns of a table with blanks that neither a note of their row nor a note under the table explains."""
    frame, notes = table.frame, [c for c in table.frame.columns if "note" in c]
    bad = []
    for column in frame.columns:
        blank = pd.isna(frame[column])
        told = any(frame.loc[blank, note].astype(str).str.len().gt(0).all() for note in notes)
        if blank.any() and not told and not table.notes:
            bad.append(f"{table.code}.{column}")
    return bad


@pytest.mark.parametrize("name", STUDIES)
def test_every_verb_answers_or_says_why_not(tmp_path: Path, name: str) -> None:
    analysis = STUDIES[name](tmp_path)
    answered, bad = 0, []
    for verb, call in asked(analysis):
        try:
            found = call()
        except HmsurveyError as error:
            assert error.problems and all(any(problem.what) for problem in error.problems), verb
            continue
        answered += 1
        for table in found if isinstance(found, tuple) else (found,):
            bad += unexplained(table) if isinstance(table, Table) else []
    assert bad == []
    assert answered > (5 if name in ("no index", "no rule") else 20)
