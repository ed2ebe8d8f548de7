"""Problems, parties and solutions as tables, and the two matrices: who may decide each indicator, what each party can bring to it.

Reads definitions only. The matrices are judgements with assumption numbers; whether a party is able is for the answers to say.
"""

from __future__ import annotations

import pandas as pd

from hmsurvey.analysis.worded import listed, made_of, word_table
from hmsurvey.errors import Text
from hmsurvey.grounds import ground_words
from hmsurvey.landscape import Landscape
from hmsurvey.partymatrix import OWNER, PART_WORDS
from hmsurvey.provenance import Provenance
from hmsurvey.tables import Column, Table

WHO_NOT_CAN = Text(
    "矩阵是本项目的判断（A160），说的是谁有权，不是谁有能力。",
    "The matrix is this project's judgement (A160): it says who may, not who can.",
)
_COUNTED = {
    "decides": Text("决定的指标", "Indicators it decides"),
    "helps": Text("协助的指标", "Indicators it helps with"),
    "none": Text("不涉及的指标", "Indicators without a part in them"),
}
_MEANINGS = Text(
    "名称见于原研究的摘要；含义由本项目解释。",
    "The names stand in the original study's abstract; what they mean is this project's reading.",
)
OWN_ANSWERS = Text("看本企业答卷", "by its own answers")


def tabulate_problems(landscape: Landscape, provenance: Provenance | None = None) -> Table:
    """List the problems by their five codes: `problem`, `means`, `solutions` (meant for it), `evidence`."""
    agenda = landscape.agenda
    named = {s.code: Text(f"{s.code} {s.label.zh}", f"{s.code} {s.label.en}") for s in agenda.solutions}
    answered = {p.code: [s.code for s in agenda.solutions if p.code in s.answers] for p in agenda.problems}
    words = {
        "problem": {p.code: Text(f"{p.code} {p.label.zh}", f"{p.code} {p.label.en}") for p in agenda.problems},
        "means": {p.code: p.means for p in agenda.problems},
        "solutions": {code: listed(answers, named) for code, answers in answered.items()},
        "evidence": {p.code: ground_words(p.ground) for p in agenda.problems},
    }
    heads = {
        "problem": Text("问题", "Problem"),
        "means": Text("含义", "Meaning"),
        "solutions": Text("针对它的对策", "Solutions meant for it"),
        "evidence": Text("依据程度", "Evidence"),
    }
    table = word_table("problems", Text("问题", "Problems"), heads, list(words["problem"]), words)
    return made_of(table, landscape, provenance, notes=(agenda.note, _MEANINGS))


def tabulate_parties(landscape: Landscape, provenance: Provenance | None = None) -> Table:
    """List the parties: `party`, `means` (who is counted to it), and of how many indicators each decides, helps or has no part."""
    parties, parts = landscape.agenda.parties, landscape.decides.parts
    words = {
        "party": {p.code: p.label for p in parties},
        "means": {p.code: p.means for p in parties},
        "evidence": {p.code: ground_words(p.ground) for p in parties},
    }
    heads = {
        "party": Text("参与方", "Party"),
        "means": Text("含义", "Meaning"),
        "evidence": Text("依据程度", "Evidence"),
    }
    table = word_table("parties", Text("三方", "Parties"), heads, list(words["party"]), words)
    frame, columns = table.frame, list(table.columns)
    for part, head in _COUNTED.items():
        frame[f"n_{part}"] = [sum(row[p.code] == part for row in parts.values()) for p in parties]
        columns.append(Column(f"n_{part}", head, "count"))
    table = Table(frame, table.provenance, table.code, table.title, tuple(columns))
    return made_of(table, landscape, provenance, notes=(_MEANINGS, WHO_NOT_CAN))


def tabulate_solutions(landscape: Landscape, provenance: Provenance | None = None) -> Table:
    """List the solutions: `solution`, `answers` (problems), `proposal`, `by` (parties), `evidence`."""
    agenda = landscape.agenda
    problems = {p.code: Text(f"{p.code} {p.label.zh}", f"{p.code} {p.label.en}") for p in agenda.problems}
    parties = {p.code: p.label for p in agenda.parties}
    words = {
        "solution": {s.code: Text(f"{s.code} {s.label.zh}", f"{s.code} {s.label.en}") for s in agenda.solutions},
        "answers": {s.code: listed(s.answers, problems) for s in agenda.solutions},
        "proposal": {s.code: s.proposal for s in agenda.solutions},
        "by": {s.code: listed(s.by, parties) for s in agenda.solutions},
        "evidence": {s.code: ground_words(s.ground) for s in agenda.solutions},
    }
    heads = {
        "solution": Text("对策", "Solution"),
        "answers": Text("针对的问题", "Meant for"),
        "proposal": Text("可以先做什么", "What could come first"),
        "by": Text("由谁来做", "By whom"),
        "evidence": Text("依据程度", "Evidence"),
    }
    table = word_table("solutions", Text("对策", "Solutions"), heads, list(words["solution"]), words)
    note = Text(
        "对策名称见于原研究的摘要；先做什么、由谁来做是本项目的提议（A145）。",
        "The solutions stand in the original study's abstract; what could come first, and by whom, is this project's proposal (A145).",
    )
    return made_of(table, landscape, provenance, notes=(note,))


def tabulate_decides(landscape: Landscape, provenance: Provenance | None = None) -> Table:
    """List for every indicator the part of each party: `indicator`, then a column a party ("decides", "helps", "none")."""
    matrix = landscape.decides
    labels = {code: Text(f"{code} {name.zh}", f"{code} {name.en}") for code, name in landscape.indicators}
    frame = pd.DataFrame([{"indicator": code, **row} for code, row in matrix.parts.items()], dtype=object)
    columns = (
        Column("indicator", Text("指标", "Indicator"), "code", labels=labels),
        *(Column(p.code, p.label, "code", labels=PART_WORDS) for p in landscape.agenda.parties),
    )
    table = Table(frame, Provenance(), "landscape_decides", matrix.label, columns)
    return made_of(table, landscape, provenance, notes=(WHO_NOT_CAN,))


def tabulate_brings(landscape: Landscape, provenance: Provenance | None = None) -> Table:
    """List for every indicator what it takes and what each party can bring: `indicator`, `needs`, then a column a party.

    The enterprise's column says that its answers decide; what an answer counts for is in `problems.toml`.
    """
    matrix = landscape.brings
    labels = {code: Text(f"{code} {name.zh}", f"{code} {name.en}") for code, name in landscape.indicators}
    names = {one.code: one.label for one in landscape.agenda.means}
    words = {
        "indicator": labels,
        "needs": {code: listed(needs, names) for code, needs in matrix.needs.items()},
        **{
            p.code: {
                code: OWN_ANSWERS if p.code == OWNER else listed(row[p.code], names) for code, row in matrix.brings.items()
            }
            for p in landscape.agenda.parties
        },
    }  # fmt: skip
    parties = {p.code: p.label for p in landscape.agenda.parties}
    heads = {"indicator": Text("指标", "Indicator"), "needs": Text("需要的条件", "Takes")} | parties
    table = word_table("brings", matrix.label, heads, list(matrix.needs), words)
    note = Text(
        "矩阵是本项目的判断（A161）；企业一列因厂而异，按它的人员、经费、培训、系统等答案。",
        "The matrix is this project's judgement (A161); the enterprise's column differs from plant to plant, by its answers on staff, funds, training and system.",
    )
    return made_of(table, landscape, provenance, notes=(note,))
