"""Experts' judgements of what matters more, from a workbook with a sheet an expert; every finding with its cell.

The upper half of a sheet holds the judgements; the lower half may stay blank. A blank pair is allowed and said: the weights then rest on the others. What
the weights are is the business of `statistics`; nothing here weighs.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from hmsurvey.errors import NOTHING, DataError, Text
from hmsurvey.findings import LEVELS, Finding, Level
from hmsurvey.provenance import Provenance
from hmsurvey.statistics.inputs import Floats
from hmsurvey.statistics.judgements import ROUNDING, SAATY_SCALE, connected, connected_parts, scale_words
from hmsurvey.survey import source_of
from hmsurvey.systems import IndicatorSystem
from hmsurvey.workbook import Cells, read_cells, sheet_names

CORNER = "准则 Criterion"  # heads the matrix on every sheet
WEIGHT = "专家权重 Expert weight"
INSTRUCTIONS = "说明 Instructions"
_FRACTION = re.compile(r"(\d+(?:\.\d+)?)\s*/\s*(\d+(?:\.\d+)?)")
_DATE = re.compile(r"\d{4}-(\d{2})-(\d{2})")
_ON_SCALE = Text("1 至 9 的整数或 1/2 至 1/9", "a whole number from 1 to 9, or 1/2 to 1/9")


@dataclass(frozen=True, slots=True, eq=False)
class Expert:
    """One expert's judgements: row i, column j says how many times as important i is as j; NaN where there is none."""

    name: str
    matrix: Floats
    weight: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Judgements:
    """What the experts said about one node's children.

    `system` and `node` are what the workbook says it is about ("" where it does not say); `codes` the children, in order.
    """

    codes: tuple[str, ...]
    labels: tuple[Text, ...]
    experts: tuple[Expert, ...]
    provenance: Provenance
    system: str = ""
    node: str = ""
    findings: tuple[Finding, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The experts' names, in order."""
        return tuple(expert.name for expert in self.experts)

    @property
    def matrices(self) -> list[Floats]:
        """The experts' matrices, in order."""
        return [expert.matrix for expert in self.experts]

    @property
    def weights(self) -> list[float]:
        """How much each expert counts."""
        return [expert.weight for expert in self.experts]

    def __repr__(self) -> str:
        return f"Judgements of {self.system or '?'} {self.node}: {len(self.experts)} experts x {len(self.codes)} criteria [{self.provenance.nature}]"


def read_experts(
    path: str | Path, system: IndicatorSystem | None = None, *, card: Literal["required", "optional"] = "optional"
) -> Judgements:
    """Read a workbook of experts' judgements.

    Parameters
    ----------
    path
        A workbook of `write_expert_template`, filled in. Its card, if there is one, says what it is; without one the judgements are "undeclared".
    system
        The index it must fit: the criteria must be the children of its node.
    card
        "required" in a study: a workbook without its card is not read.

    Raises
    ------
    DataError
        With every error of all sheets: contradictions, values off the scale, texts, criteria that are not the node's, judgements that do not connect them.
    ProvenanceError
        Its card does not fit, or is required and not there.
    """
    judgements = check_experts(path, system, card=card)
    errors = [finding for finding in judgements.findings if finding.level == "error"]
    if errors:
        raise DataError([finding.problem(Path(path)) for finding in errors])
    return judgements


def check_experts(
    path: str | Path, system: IndicatorSystem | None = None, *, card: Literal["required", "optional"] = "optional"
) -> Judgements:
    """Read a workbook of judgements and say everything that is wrong with it; bad cells are blank in the result."""
    path = Path(path)
    sheets = [read_cells(path, name) for name in sheet_names(path) if name != INSTRUCTIONS]
    found: list[Finding] = []
    experts, heads = [], []
    for cells in sheets:
        head = _head(cells)
        if head is None:
            where = cells.sheet or path.name
            what = Text("这张表不是判断矩阵。", "This sheet holds no matrix of judgements.")
            found.append(_finding("error", "no_matrix", what, where, allowed=Text(f"一格写着“{CORNER}”", f'a cell "{CORNER}"'), fix=Text("删去这张表，或用模板重做。", "delete the sheet, or use the template.")))  # fmt: skip
            continue
        codes, labels = _criteria(cells, head)
        found += _row_findings(cells, head, codes)
        heads.append((cells, head, codes, labels))
        experts.append(_expert(cells, head, codes, found))
    meta = dict(sheets[0].meta) if sheets else {}
    codes, labels = (heads[0][2], heads[0][3]) if heads else ((), ())
    for cells, head, own, _ in heads[1:]:
        if own != codes:
            what = Text("准则与第一张表不同。", "The criteria are not those of the first sheet.")
            found.append(_finding("error", "criteria", what, cells.place(*head), at=head, found=", ".join(own), allowed=Text("、".join(codes), ", ".join(codes))))  # fmt: skip
    if system is not None and heads:
        found += _fit(system, meta, heads[0])
    if heads and len(codes) < 2:
        cells, head = heads[0][:2]
        what = Text("至少要有两个准则。", "There must be two criteria at least.")
        found.append(_finding("error", "criteria", what, cells.place(*head), at=head))
    provenance = Provenance((source_of(path, sheets[0], card=card),)) if sheets else Provenance()
    order = sorted(found, key=lambda f: (LEVELS.index(f.level), f.place.split("!")[0], f.at))
    same = tuple(e for e, h in zip(experts, heads, strict=True) if h[2] == codes)
    return Judgements(codes, labels, same, provenance, meta.get("system", ""), meta.get("node", ""), tuple(order))


def _finding(level: Level, code: str, what: Text, place: str, *, at: tuple[int, int] = (-1, -1), found: str = "", allowed: Text = NOTHING, fix: Text = NOTHING) -> Finding:  # fmt: skip
    return Finding(level, code, what, place, at, found=found, allowed=allowed, fix=fix)


def _head(cells: Cells) -> tuple[int, int] | None:
    """Return the corner of the matrix."""
    places = ((r, c) for r, row in enumerate(cells.rows) for c, text in enumerate(row) if text.strip() == CORNER)
    return next(places, None)


def _criteria(cells: Cells, head: tuple[int, int]) -> tuple[tuple[str, ...], tuple[Text, ...]]:
    """Return codes and labels from the heading row: "A", a line of Chinese, a line of English."""
    codes, labels = [], []
    for text in cells.rows[head[0]][head[1] + 1 :]:
        lines = [line.strip() for line in text.split("\n") if line.strip()]
        if not lines:
            break
        codes.append(lines[0].split()[0])
        rest = lines[1:] or [" ".join(lines[0].split()[1:]) or lines[0]]
        labels.append(Text(rest[0], rest[-1]))
    return tuple(codes), tuple(labels)


def _at(cells: Cells, row: int, column: int) -> str:
    return cells.rows[row][column].strip() if row < len(cells.rows) and column < len(cells.rows[row]) else ""


def _row_findings(cells: Cells, head: tuple[int, int], codes: tuple[str, ...]) -> list[Finding]:
    """Rows must be headed as the columns are, in the same order."""
    found = []
    for k, code in enumerate(codes, start=1):
        place = (head[0] + k, head[1])
        own = _at(cells, *place).split()
        if not own or own[0] != code:
            what = Text("行与列的准则顺序不一致。", "Rows and columns are not in the same order.")
            fix = Text("恢复模板的行列顺序。", "restore the template's order.")
            found.append(_finding("error", "order", what, cells.place(*place), at=place, found=" ".join(own), allowed=Text(code, code), fix=fix))  # fmt: skip
    return found


def _fit(system: IndicatorSystem, meta: dict[str, str], first: tuple[Cells, tuple[int, int], tuple[str, ...], tuple[Text, ...]]) -> list[Finding]:  # fmt: skip
    """The criteria are the children of the node that the workbook names, or of the total."""
    cells, head, codes, _ = first
    node = meta.get("node") or system.total
    known = {n.code: n.children for n in system.nodes}
    if node in known and set(known[node]) == set(codes):
        return []
    what = Text("准则不是该节点的下级。", "The criteria are not the children of the node.")
    allowed = ", ".join(known.get(node, ()))
    fix = Text("用 hmsurvey weigh --template 重新生成。", "make the template anew: hmsurvey weigh --template.")
    return [_finding("error", "criteria", what, cells.place(*head), at=head, found=f"{node}: {', '.join(codes)}", allowed=Text(allowed, allowed), fix=fix)]  # fmt: skip


def _expert(cells: Cells, head: tuple[int, int], codes: tuple[str, ...], found: list[Finding]) -> Expert:
    n = len(codes)
    matrix = np.eye(n)
    blank = []
    for r in range(n):
        place = (head[0] + 1 + r, head[1] + 1 + r)
        if _at(cells, *place) not in ("", "1"):
            what = Text(
                "对角线应为 1：每个准则与自己同样重要。", "The diagonal is 1: a criterion is as important as itself."
            )
            found.append(_finding("error", "diagonal", what, cells.place(*place), at=place, found=_at(cells, *place), allowed=Text("1 或空", "1 or blank")))  # fmt: skip
        for c in range(r + 1, n):
            upper, lower = (head[0] + 1 + r, head[1] + 1 + c), (head[0] + 1 + c, head[1] + 1 + r)
            value, other = _judgement(cells, upper, found), _judgement(cells, lower, found)
            if not math.isnan(value) and not math.isnan(other) and abs(math.log(value * other)) > math.log1p(ROUNDING):
                what = Text(
                    f"与 {cells.place(*upper).split('!')[-1]} 矛盾：两格应互为倒数。",
                    f"It contradicts {cells.place(*upper).split('!')[-1]}: one is the reciprocal of the other.",
                )
                words = scale_words(1 / value)
                fix = Text("左下半留空即可。", "leave the lower half blank.")
                found.append(_finding("error", "contradiction", what, cells.place(*lower), at=lower, found=_at(cells, *lower), allowed=Text(words, words), fix=fix))  # fmt: skip
            value = 1 / other if math.isnan(value) and not math.isnan(other) else value
            if math.isnan(value):
                blank.append((upper, f"{codes[r]} : {codes[c]}"))
            matrix[r, c], matrix[c, r] = value, 1 / value
    if blank:
        what = Text(
            f"{len(blank)} 对没有判断（{'、'.join(pair for _, pair in blank)}），权重由其余判断得出。",
            f"{len(blank)} {'pair has' if len(blank) == 1 else 'pairs have'} no judgement ({', '.join(pair for _, pair in blank)}); the weights rest on the others.",
        )
        found.append(_finding("note", "blank", what, cells.place(*blank[0][0]), at=blank[0][0]))
        if not connected(matrix):
            what = Text(
                "有的准则与其余准则没有任何比较，权重无法确定。",
                "Some criteria are not compared with the others, not even through a third; there are no weights.",
            )
            listed = " | ".join(", ".join(codes[k] for k in part) for part in connected_parts(matrix))
            allowed = Text("各准则由判断连成一体", "judgements that connect all criteria")
            fix = Text(
                "在各部分之间至少补一个判断，或删去这张表。",
                "add at least one judgement between the parts, or delete the sheet.",
            )
            found.append(_finding("error", "unconnected", what, cells.place(*blank[0][0]), at=blank[0][0], found=listed, allowed=allowed, fix=fix))  # fmt: skip
    return Expert(cells.sheet or cells.path.stem, matrix, _expert_weight(cells, found))


def _expert_weight(cells: Cells, found: list[Finding]) -> float:
    for r, row in enumerate(cells.rows):
        for c, text in enumerate(row):
            if text.strip() == WEIGHT:
                written = _at(cells, r, c + 1)
                value = _number(written) if written else 1.0
                if value is not None and value >= 0:
                    return value
                what = Text("专家权重应为 0 以上的数。", "An expert's weight is a number of 0 or more.")
                found.append(_finding("error", "expert_weight", what, cells.place(r, c + 1), at=(r, c + 1), found=written, allowed=Text("例如 1", "such as 1")))  # fmt: skip
    return 1.0


def _number(text: str) -> float | None:
    fraction = _FRACTION.fullmatch(text)
    try:
        value = float(fraction[1]) / float(fraction[2]) if fraction else float(text)
    except (ValueError, ZeroDivisionError):
        return None
    return value if math.isfinite(value) else None


def _judgement(cells: Cells, place: tuple[int, int], found: list[Finding]) -> float:
    """Return the judgement in a cell, on the scale if it is near it; NaN where it is blank or cannot be used."""
    written = _at(cells, *place).replace("／", "/").replace("：", ":")
    if not written:
        return math.nan
    where = cells.place(*place)
    date = _DATE.fullmatch(written)
    if date:
        was = f"{int(date[1])}/{int(date[2])}"
        what = Text(
            "单元格成了日期：表格软件把分数当成了日期。", "The cell is a date: the spreadsheet took a fraction for one."
        )
        fix = Text(f"把单元格设为文本，再填 {was}。", f"format the cell as text and write {was} again.")
        found.append(_finding("error", "date", what, where, at=place, found=written, allowed=_ON_SCALE, fix=fix))
        return math.nan
    value = _number(written)
    if value is None:
        what = Text("不是数，也不是分数。", "It is neither a number nor a fraction.")
        found.append(_finding("error", "text", what, where, at=place, found=written, allowed=_ON_SCALE, fix=Text("从下拉列表中选择；不作判断就留空。", "choose from the list, or leave the cell blank.")))  # fmt: skip
        return math.nan
    if not 1 / (9 * (1 + ROUNDING)) <= value <= 9 * (1 + 1e-9):
        what = Text("超出 1—9 标度。", "It is off the scale of 1 to 9.")
        found.append(_finding("error", "off_scale", what, where, at=place, found=written, allowed=_ON_SCALE, fix=Text("“极端重要”为 9，其倒数为 1/9。", "9 is “extremely more important”, 1/9 its reciprocal.")))  # fmt: skip
        return math.nan
    nearest = min(SAATY_SCALE, key=lambda step: abs(math.log(value / step)))
    if abs(math.log(value / nearest)) <= math.log1p(ROUNDING):
        return nearest
    what = Text(
        "不在 1—9 标度的档上，按所填的数使用。", "It lies between the steps of the scale; it is used as written."
    )
    found.append(_finding("warning", "between_steps", what, where, at=place, found=written, allowed=_ON_SCALE))
    return value
