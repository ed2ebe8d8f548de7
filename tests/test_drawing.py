"""Pictures do not depend on how many processes draw them."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_study import small_study

from hmsurvey.output.drawing import Studio
from hmsurvey.output.figures import figure_jobs
from hmsurvey.tables import Table


def test_processes_draw_the_same_pictures_in_the_same_order(tmp_path: Path) -> None:
    analysis = small_study(tmp_path)
    jobs = list(figure_jobs(analysis))[:6] * 3
    with Studio(0) as alone, Studio(2) as many:
        alone.order(jobs, ["en", "zh"])
        many.order(jobs, ["en", "zh"])
        ours, theirs = alone.collect(), many.collect()
    assert set(ours) == {"en", "zh"} and len(ours["en"]) == len(jobs)
    for lang in ("en", "zh"):
        assert [p.name for p in ours[lang]] == [job[0] for job in jobs]
        for one, other in zip(ours[lang], theirs[lang], strict=True):
            assert (one.name, one.headline, one.svg, one.png) == (other.name, other.headline, other.svg, other.png)
        assert alone.collect() == {}, "what was collected is not collected again"


def test_each_sheaf_is_collected_by_itself(tmp_path: Path) -> None:
    jobs = list(figure_jobs(small_study(tmp_path)))[:2]
    with Studio(0) as studio:
        studio.order(jobs[:1], ["en"], sheaf="ours")
        studio.order(jobs[1:], ["en"], sheaf="theirs")
        assert [p.name for p in studio.collect(sheaf="theirs")["en"]] == [jobs[1][0]]
        assert [p.name for p in studio.collect(sheaf="ours")["en"]] == [jobs[0][0]]


def _fail() -> Table:
    raise ValueError("no table")


def test_what_fails_in_another_process_is_raised_here(tmp_path: Path) -> None:
    (name, tabulate, _), *_ = figure_jobs(small_study(tmp_path))
    with Studio(2) as studio, pytest.raises(TypeError, match="argument"):
        studio.order([(name, tabulate, len)] * 30, ["en"])  # `len` takes no language
        studio.collect()
    with Studio(2) as studio, pytest.raises(ValueError, match="no table"):
        studio.order([(name, tabulate, len)] * 30 + [(name, _fail, len)], ["en"])
