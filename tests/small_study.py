"""A small study on disk, as a person would set one up: answers, codebook, index, rule, cards. For the tests of what leaves the house."""

from __future__ import annotations

from pathlib import Path

from hmsurvey.provenance import Source, write_card
from hmsurvey.study import Analysis, analyse, read_study

BOOK = """
kind = "codebook"
id = "small"
version = "1.0"
zh = "小调查"
en = "Small survey"
unit = "enterprise"

[roles]
id = "unit"
name = "name"
group = "city"

[[question]]
code = "unit"
kind = "text"

[[question]]
code = "name"
kind = "text"

[[question]]
code = "city"
kind = "text"
zh = "城市"
en = "City"

[[question]]
code = "q1"
kind = "number"
range = [0, 100]

[[question]]
code = "q2"
kind = "number"
range = [0, 100]
"""
SYSTEM = """
kind = "system"
id = "small_index"
version = "1.2"
zh = "小指数"
en = "Small index"

[[node]]
code = "total"
zh = "总分"
en = "Total"
aggregate = "arithmetic"

[[node]]
code = "A"
in = "total"
level = "area"
zh = "甲方面"
en = "Area one"
aggregate = "arithmetic"

[[node]]
code = "B"
in = "total"
level = "area"
zh = "乙方面"
en = "Area two"
aggregate = "arithmetic"

[[indicator]]
code = "q1"
in = "A"
line = [[0, 0], [100, 100]]

[[indicator]]
code = "q2"
in = "B"
line = [[0, 0], [100, 100]]
"""
RULE = """
kind = "rule"
id = "small_rule"
version = "1.1"
zh = "小规则"
en = "Small rule"

[[stage]]
code = "high"
zh = "高级"
en = "High"
needs = [{ code = "t80", zh = "总分不低于 80", en = "total at least 80", score = "total", min = 80 }]

[[stage]]
code = "low"
zh = "低级"
en = "Low"
needs = []
"""
HOSTILE = (
    "</script><script>alert(1)</script>",
    '=1+1"&<b>粗</b>',
    "工厂🏭\u202egnp.exe",
    "长" * 200,
    "@SUM(A1)",
)


def small_study(
    folder: Path,
    *,
    kind: str = "synthetic",
    units: str = "enterprises",
    parts: tuple[str, ...] = ("system", "rule"),
    names: tuple[str, ...] = ("甲厂", "乙厂", "丙厂", "丁厂", "戊厂"),
    cities: tuple[str, ...] = ("东市", "东市", "西市", "西市", "西市"),
) -> Analysis:
    """Five units in two cities: two high, two low, one that cannot be staged."""
    folder.mkdir(parents=True, exist_ok=True)
    answers = (("100", "80"), ("90", "70"), ("50", "30"), ("0", "10"), ("60", ""))
    rows = ["unit,name,city,q1,q2"]
    for n, (name, city, pair) in enumerate(zip(names, cities, answers, strict=True), start=1):
        quoted = ['"' + text.replace('"', '""') + '"' for text in (name, city)]
        rows.append(",".join([f"u{n}", *quoted, *pair]))
    path = folder / "answers.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    write_card(path, Source("小调查答卷", kind, "测试", "2024-01-21", licence="CC0 1.0"))  # type: ignore[arg-type]
    study = f'kind = "study"\nid = "small_study"\nversion = "1.0"\nzh = "小研究"\nen = "Small study"\nunits = "{units}"\nk = 2\n'
    study += '\n[[survey]]\ncode = "small"\nanswers = "answers.csv"\ncodebook = "book.toml"\n'
    (folder / "book.toml").write_text(BOOK, encoding="utf-8")
    for part, text in (("system", SYSTEM), ("rule", RULE)):
        if part in parts:
            (folder / f"{part}.toml").write_text(text, encoding="utf-8")
            study += f'{part} = "{part}.toml"\n'
    (folder / "study.toml").write_text(study, encoding="utf-8")
    return analyse(read_study(folder / "study.toml"))
