"""A survey of four small plants, scored and staged, for the tests of tables that students read."""

from __future__ import annotations

from pathlib import Path

from making import BOOK_HEAD, BOOK_TAIL, LEVELS, TICKS, question, survey_of, system_of, written

from hmsurvey.codebook import read_codebook
from hmsurvey.errors import Text
from hmsurvey.questions import Codebook
from hmsurvey.rules import Rule, read_rule
from hmsurvey.scoring import score
from hmsurvey.staging import stage
from hmsurvey.study import SurveyPlan, SurveyResult
from hmsurvey.systems import IndicatorSystem

INDEX = """
total = "total"
zh = "两个方面"
en = "Two areas"
[policy]
missing = "propagate"
na = "drop"
dk = "zero"
[[node]]
code = "total"
zh = "总分"
en = "Total"
aggregate = "arithmetic"
min_available = 1
[[node]]
code = "A"
in = "total"
level = "area"
zh = "甲"
en = "Alpha"
aggregate = "ratio"
scale = 100
min_available = 0.5
[[node]]
code = "A1"
in = "A"
level = "item"
zh = "甲一"
en = "Alpha one"
aggregate = "ratio"
scale = 100
min_available = 0.5
[[node]]
code = "B"
in = "total"
level = "area"
zh = "乙"
en = "Beta"
aggregate = "ratio"
scale = 100
[[node]]
code = "B1"
in = "B"
level = "item"
aggregate = "ratio"
scale = 100
[[indicator]]
code = "a1"
in = "A1"
zh = "甲的一"
en = "First of alpha"
points = { 0 = 0, 1 = 1, 2 = 2 }
evidence = "G/N"
status = "guideline"
problem = "P1"
source = "《指南》"
note_zh = "说明"
note_en = "A note"
[[indicator]]
code = "a2"
in = "A1"
zh = "甲的二"
en = "Second of alpha"
points = { 0 = 0, 1 = 1, 2 = 2 }
evidence = "N"
assumption = "A20"
[[indicator]]
code = "b1"
in = "B1"
points = { 0 = 0, 1 = 1, 2 = 2 }
evidence = "X"
[[indicator]]
code = "loose"
in = "extra"
question = "b1"
points = { 0 = 0, 1 = 1, 2 = 2 }
[[node]]
code = "extra"
aggregate = "ratio"
[[weighting]]
id = "alike"
zh = "等权"
en = "Alike"
weights = [{ code = "A", weight = 1 }, { code = "B", weight = 1 }]
[[weighting]]
id = "mostly_a"
zh = "重甲"
en = "Mostly alpha"
status = "published"
assumption = "A25"
weights = [{ code = "A", weight = 3 }, { code = "B", weight = 1 }]
"""
RULE = """
kind = "rule"
id = "%s"
version = "1.0"
zh = "规则"
en = "%s"
[[stage]]
code = "high"
zh = "高"
en = "High"
needs = [{ code = "t", score = "total", min = %s }]
[[stage]]
code = "low"
zh = "低"
en = "Low"
needs = []
"""
ROWS = (
    {"unit": "u1", "city": "x", "a1": "2", "a2": "2", "b1": "1", "t": "a;b", "a3": "1"},  # A 100, B 50: 75
    {"unit": "u2", "city": "x", "a1": "1", "a2": "na", "b1": "1", "t": "none"},  # A 50, B 50: 50
    {"unit": "u3", "city": "y", "a1": "dk", "a2": "1", "b1": "2", "t": "dk"},  # A 25, B 100: 62.5
    {"unit": "u4", "city": "y", "a1": "1", "a2": "", "b1": ""},  # A 50, B missing: no total
)


def book() -> Codebook:
    """Three graded questions and a city."""
    cities = 'options = [{ code = "x", zh = "东", en = "East" }, { code = "y", zh = "西", en = "West" }]\nzh = "市"\nen = "City"'
    asked = [
        question("city", "one", cities),
        *(question(code, "one", f'zh = "{code} 问"\nen = "{code}?"') for code in ("a1", "a2", "b1")),
    ]
    asked += [question("t", "many"), question("n", "number"), question("a3", "one", 'ask_if = "a1 = 2"')]
    roles = BOOK_TAIL.replace('id = "unit"', 'id = "unit"\ngroup = "city"')
    return read_codebook(written("book.toml", BOOK_HEAD + roles + LEVELS + TICKS + "".join(asked)))


def system() -> IndicatorSystem:
    """Two areas, one of them with an item, and an indicator outside the total."""
    return system_of(INDEX)


def rule(cut: float = 60, name: str = "Sixty") -> Rule:
    """High from a total upward, else low."""
    return read_rule(written("rule.toml", RULE % (name.lower(), name, cut)))


def result() -> SurveyResult:
    """Four plants: u1 and u3 high, u2 low, u4 without a total."""
    survey, index = survey_of(book(), *ROWS), system()
    scores = score(survey, index)
    plan = SurveyPlan("small", Text("小调查", "Small survey"), Path("small.csv"), Path("book.toml"), index, rule())
    return SurveyResult(plan, survey, scores, stage(survey, rule(), scores=scores))
