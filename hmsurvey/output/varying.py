"""A long run of draws that keeps what it has: written down as it goes, it goes on where it was stopped.

Whole blocks of draws are kept beside the tables, in the internal folder, with a mark of everything they rest on: other answers, definitions, settings or another version begin anew.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np

from hmsurvey import __version__
from hmsurvey.analysis.chances import tabulate_city_chances, tabulate_share_ranges, tabulate_stage_chances
from hmsurvey.analysis.drawing import BLOCK
from hmsurvey.analysis.robustness import Drawing, Tally, check_effect, finish, tallies
from hmsurvey.analysis.sensitivity import tabulate_influence, tabulate_unit_influence, trace_choices
from hmsurvey.analysis.varied import describe_factor
from hmsurvey.errors import Problem, Text, UsageError
from hmsurvey.output.results import write_bytes, write_frame
from hmsurvey.study import SurveyResult
from hmsurvey.tables import Table
from hmsurvey.variation import Variation

_EVERY = 8  # blocks between two writings of the checkpoint


class VaryRun:
    """A run of draws that is written down as it goes, for one survey and one variation."""

    def __init__(self, result: SurveyResult, variation: Variation, folder: Path, *, seed: int) -> None:
        self.folder, self.drawing = folder, Drawing(result, variation, seed=seed)
        check_effect(self.drawing)
        self.checkpoint = folder / f"variations_{result.plan.code}.npz"
        self.tally = self._kept()
        self.rest = self.drawing.empty()  # draws of a block that is not whole

    @property
    def done(self) -> int:
        """How many draws are kept: whole blocks."""
        return self.tally.draws

    @property
    def _mark(self) -> str:
        """What the draws rest on: the same mark, the same draws."""
        result = self.drawing.result
        rests_on = [
            __version__,
            repr(self.drawing.variation),
            repr(self.drawing.rule),
            repr(self.drawing.system),
            self.drawing.seed,
        ]
        rests_on += [repr(result.survey.provenance), list(result.survey.answers.units)]
        if self.drawing.system is not None:
            rests_on += [repr(self.drawing.system.indicators), repr(self.drawing.system.nodes)]
        return hashlib.sha256(json.dumps(rests_on, default=str).encode()).hexdigest()

    def _kept(self) -> Tally:
        tally = self.drawing.empty()
        if not self.checkpoint.is_file():
            return tally
        with np.load(self.checkpoint, allow_pickle=False) as kept:
            if str(kept["mark"]) != self._mark:
                return tally
            return Tally(int(kept["draws"]), kept["stages"], kept["ranks"], kept["shares"], kept["sums"])

    def _keep(self) -> None:
        content = BytesIO()
        t = self.tally
        np.savez_compressed(
            content, mark=self._mark, draws=t.draws, stages=t.stages, ranks=t.ranks, shares=t.shares, sums=t.sums
        )
        write_bytes(self.checkpoint, content.getvalue())

    def go_on(self, draws: int, *, threads: int = 2) -> Iterator[int]:
        """Draw up to so many in all, and yield how many are there; whole blocks are kept when it is stopped.

        Raises
        ------
        UsageError
            More draws are kept already: they cannot be taken apart.
        """
        if self.done > draws:
            raise UsageError(
                Problem(
                    Text("已有的抽取比所要的多。", "More draws are there than were asked for."),
                    where=str(self.checkpoint),
                    found=str(self.done),
                    expected=Text(f"不超过 {draws}", f"at most {draws}"),
                    fix=Text("加大 --draws，或删去该文件重来。", "ask for more, or delete the file to begin anew."),
                )
            )
        self.rest = self.drawing.empty()
        try:
            for place, part in enumerate(tallies(self.drawing, self.done // BLOCK, draws, threads=threads)):
                (self.tally if part.draws == BLOCK else self.rest).add(part)
                if place % _EVERY == _EVERY - 1:
                    self._keep()
                yield self.done + self.rest.draws
        finally:
            self._keep()

    def write(self, *, runs: int) -> list[Path]:
        """Write the tables and return their paths; `runs` a set for the sensitivity analysis, 0: none."""
        whole = self.drawing.empty()
        whole.add(self.tally)
        whole.add(self.rest)
        variations = finish(self.drawing, whole)
        tables: list[Table] = [
            tabulate_stage_chances(variations),
            tabulate_share_ranges(variations),
            tabulate_city_chances(variations),
        ]
        if runs and len(variations.variation.factors) > 1:
            sensitivity = trace_choices(variations, runs=runs)
            tables += [tabulate_influence(sensitivity), tabulate_unit_influence(sensitivity)]
        # a file that travels alone says what was varied: the notes under a table are lost in a CSV
        said = self.said
        marked = [replace(t, provenance=replace(t.provenance, notes=(*t.provenance.notes, *said))) for t in tables]
        return [write_frame(table, self.folder / f"{table.code}.csv") for table in marked]

    @property
    def said(self) -> tuple[Text, ...]:
        """What was varied, how often and from which seed."""
        whole = self.done + self.rest.draws
        drawn = Text(
            f"{whole} 次抽取，随机种子 {self.drawing.seed}；变动的是：",
            f"{whole} draws, seed {self.drawing.seed}; what was varied:",
        )
        return drawn, *(describe_factor(factor, self.drawing.system) for factor in self.drawing.variation.factors)
