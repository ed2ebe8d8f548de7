"""Weights out: a block to paste into an index file, a whole index file with it, and the experts' table.

The block says where its weights come from; made-up experts stay marked when it is pasted.
"""

from __future__ import annotations

import json
from pathlib import Path

from hmsurvey.analysis.weight_choices import tabulate_experts
from hmsurvey.judging import Judgements
from hmsurvey.output.results import write_bytes, write_frame
from hmsurvey.provenance import NATURE_WORDS, SYNTHETIC_MARK
from hmsurvey.systems import IndicatorSystem, Weighting


def weighting_block(weighting: Weighting, *, nature: str) -> str:
    """Return a weighting as the text of a [[weighting]] block; `nature` says what kind of data it rests on.

    Weights are written with six decimals.
    """
    mark = SYNTHETIC_MARK if nature in ("synthetic", "mixed") else NATURE_WORDS[nature].en
    lines = [
        "[[weighting]]",
        f"id = {_quoted(weighting.id)}",
        f"zh = {_quoted(weighting.label.zh)}",
        f"en = {_quoted(weighting.label.en)}",
        f"status = {_quoted(weighting.status)}",
    ]
    assumption = dict(weighting.facts).get("assumption", "")
    lines += [f"assumption = {_quoted(assumption)}"] if assumption else []
    lines.append(f"source = {_quoted(f'{weighting.origin} [{mark}]')}")
    lines.append("weights = [")
    lines += [f"  {{ code = {_quoted(code)}, weight = {weight:.6f} }}," for code, weight in weighting.weights]
    return "\n".join([*lines, "]"]) + "\n"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def write_weighting(system: IndicatorSystem, judgements: Judgements, folder: Path, *, definition: Path) -> list[Path]:
    """Write the weights in use: the block, the index file with the block at its end, and the experts' table as CSV.

    Parameters
    ----------
    system
        From `weigh_by_experts`.
    judgements
        The experts.
    folder
        Where to.
    definition
        The index file that the system was read from.
    """
    weighting = next(w for w in system.weightings if w.id == system.weighting)
    block = weighting_block(weighting, nature=judgements.provenance.nature)
    whole = definition.read_text(encoding="utf-8-sig").rstrip("\n") + "\n\n" + block
    table = tabulate_experts(judgements)
    return [
        write_bytes(folder / "weighting.toml", block.encode("utf-8")),
        write_bytes(folder / definition.name, whole.encode("utf-8")),
        write_frame(table, folder / "experts.csv"),
    ]


__all__ = ["weighting_block", "write_weighting"]
