"""One comparison with another program: asserted, and written down for docs/reference.md when the tests are asked to.

`HMSURVEY_RECORD=FILE` makes every comparison add a line to FILE; `tools/make_reference.py` turns the lines into the table.
"""

import json
import os
from pathlib import Path

import numpy as np


def compare(
    function: str, program: str, call: str, *, ours: object, theirs: object, tolerance: float, relative: bool = False
) -> None:
    """Hold our numbers to another program's; gaps must be in the same places.

    `function` is ours ("statistics.weights.ahp"), `program` the other with its version, `call` what was called there. `tolerance` is the largest
    difference allowed, absolute, or relative to their number.
    """
    mine, other = np.asarray(ours, dtype=float), np.asarray(theirs, dtype=float)
    assert mine.shape == other.shape, f"{function} against {program}: shape {mine.shape}, expected {other.shape}"
    assert (np.isnan(mine) == np.isnan(other)).all(), f"{function} against {program}: gaps in other places"
    same = mine == other  # infinities included
    with np.errstate(invalid="ignore"):
        gap = np.where(same | np.isnan(other), 0.0, np.abs(mine - other))
    if relative:
        gap = gap / np.where(other == 0, 1.0, np.abs(other))
    largest = float(gap.max()) if gap.size else 0.0
    if record := os.environ.get("HMSURVEY_RECORD"):
        line = dict(
            function=function,
            program=program,
            call=call,
            n=int(gap.size),
            largest=largest,
            tolerance=tolerance,
            relative=relative,
        )
        with Path(record).open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
    assert gap.size, f"{function} against {program}: nothing was compared"
    assert largest <= tolerance, f"{function} against {program} ({call}): {largest:.3g} apart, allowed {tolerance:g}"
