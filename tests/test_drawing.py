"""Pictures do not depend on how many processes draw them."""

from __future__ import annotations

from pathlib import Path

from small_study import small_study

from hmsurvey.output.drawing import Studio
from hmsurvey.output.figures import figure_jobs


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
