"""The study's four exact cases, through the table that a user asks for: a registry, answers, shares by city.

By hand: 0 of 20 out of 25 leaves 0 to 2 of the 25; 8 of 8 out of 10 leaves 9 or 10; 1 of 1 out of 1 leaves nothing; 4 of 20 out of 25 leaves 4 to 7.
"""

from __future__ import annotations

import pytest
from small_study import BOOK, RULE, SYSTEM

from hmsurvey.analysis.shares import tabulate_shares
from hmsurvey.errors import DataError
from hmsurvey.provenance import Source, write_card
from hmsurvey.statistics.finite import finite_share
from hmsurvey.statistics.intervals import share_interval
from hmsurvey.study import Analysis, analyse, read_study

# city: (high, answered, in production)
CITIES = {"210100": (0, 20, 25), "210200": (8, 8, 10), "210300": (1, 1, 1), "210400": (4, 20, 25), "210500": (0, 0, 7)}
ENDS = {"210100": (0, 8), "210200": (90, 100), "210300": (100, 100), "210400": (16, 28), "210500": (0, 100)}


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    folder = tmp_path_factory.mktemp("exact")
    rows = ["unit,name,city,q1,q2"]
    for city, (high, n, _) in CITIES.items():
        rows += [f"{city}-{i},u,{city},{'90,90' if i < high else '10,10'}" for i in range(n)]
    register = ["city,n_in_production", *(f"{city},{size}" for city, (_, _, size) in CITIES.items())]
    for name, lines in (("answers", rows), ("registry", register)):
        path = folder / f"{name}.csv"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        write_card(path, Source(name, "synthetic", "测试", "2024-01-21", licence="CC0 1.0"))
    for name, text in (("book", BOOK), ("system", SYSTEM), ("rule", RULE)):
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    (folder / "study.toml").write_text(
        'kind = "study"\nid = "exact"\nversion = "1"\nzh = "例"\nen = "Cases"\nbad_cells = "missing"\nregistry = "registry.csv"\n'
        '[[survey]]\ncode = "small"\nanswers = "answers.csv"\ncodebook = "book.toml"\nsystem = "system.toml"\nrule = "rule.toml"\n',
        encoding="utf-8",
    )
    return analyse(read_study(folder / "study.toml"))


def test_the_four_cases_and_a_city_without_answers(study: Analysis) -> None:
    frame = tabulate_shares(study, stages=("high",)).frame.set_index("group")
    for city, (high, n, size) in CITIES.items():
        row = frame.loc[city]
        assert (row["n_reached"], row["n_staged"], row["n_in_production"]) == (high, n, size)
        assert (row["ci_low_pct"], row["ci_high_pct"]) == pytest.approx(ENDS[city]), city
    assert "No answers" in frame.loc["210500", "note"]


def test_all_stages_together_share_alpha(study: Analysis) -> None:
    # the rule has two stages: each interval is that of alpha / 2
    frame = tabulate_shares(study).frame.set_index(["group", "stage"])
    for city, (high, n, size) in CITIES.items():
        for stage, part in (("high", high), ("low", n - high)):
            low, top = finite_share(part, n, size, jointly=2)
            row = frame.loc[(city, stage)]
            assert (row["ci_low_pct"], row["ci_high_pct"]) == pytest.approx((100 * low, 100 * top))


def test_more_answers_than_enterprises_are_refused() -> None:
    with pytest.raises(DataError, match=r"(?s)sample is larger than the population.*6 > 5"):
        share_interval(1, 6, population=5)
