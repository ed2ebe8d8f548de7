"""Write data/examples/experts.xlsx: five made-up experts on the six areas of the built-in index, marked synthetic.

    python tools/make_example_experts.py

The judgements are invented to show what the program says: two consistent experts, one who left pairs blank, one with a slip that one change mends, and one who
contradicts herself in several places. No real person judged anything.
"""

from __future__ import annotations

from pathlib import Path

from hmsurvey.definitionfile import locate_definition
from hmsurvey.indicators import read_system
from hmsurvey.judging_template import write_expert_template
from hmsurvey.provenance import SYNTHETIC_MARK, Source, write_card

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "data" / "examples" / "experts.xlsx"

# Upper halves, row by row: A:B A:C A:D A:E A:F, B:C ...
EXPERTS = {
    "专家 1 Expert 1": "1 1/2 1/2 2 2, 1/2 1/2 2 2, 1 3 3, 3 3, 1",
    "专家 2 Expert 2": "2 3 3 4 4, 2 2 3 3, 1 2 2, 2 2, 1",
    "专家 3 Expert 3": "- 1/3 - 1 1/2, 1/3 1/2 - 1, 2 3 -, 2 2, 1",
    "专家 4 Expert 4": "2 1/2 1 3 1/7, 1/3 1/2 2 1, 2 5 4, 3 2, 1/2",
    "专家 5 Expert 5": "5 1/3 4 1/5 3, 3 1/4 5 1/3, 6 1/2 1/4, 1/5 3, 5",
}
NOTE = (
    "模拟数据：专家和判断都是编造的，只为演示。"
    " Synthetic: experts and judgements are made up, to show how the program works; no real person judged anything."
)


def matrix_of(text: str, n: int) -> list[list[str]]:
    """Return the texts of a matrix from its upper half."""
    rows = [["" for _ in range(n)] for _ in range(n)]
    for r, line in enumerate(text.split(",")):
        for k, word in enumerate(line.split()):
            rows[r][r + 1 + k] = "" if word == "-" else word
    return rows


def main() -> None:
    """Write the workbook and its card."""
    system = read_system(locate_definition("digital_archives", "systems"))
    n = len(system.node(system.total).children)
    sheets = {name: matrix_of(text, n) for name, text in EXPERTS.items()}
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    write_expert_template(TARGET, system, experts=sheets, mark=SYNTHETIC_MARK)
    source = Source(
        title="专家判断（模拟） / Judgements of experts (synthetic)",
        kind="synthetic",
        producer="tools/make_example_experts.py",
        date="2026-11-23",
        licence="CC0-1.0",
        note=NOTE,
    )
    print(write_card(TARGET, source))


if __name__ == "__main__":
    main()
