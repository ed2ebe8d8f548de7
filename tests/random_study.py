"""A study drawn at random: cities of very different size, scores on two areas, three stages, a question with many answers, gaps. Ids and names that can be searched for."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from hmsurvey.provenance import Source, write_card
from hmsurvey.study import Analysis, analyse, read_study
from tests.attacker import Inside

SURVEY, INDEX = "Random survey", "Random index"
ANSWERS = "秘密工厂答卷.csv"
INSIDE = {
    SURVEY: Inside(
        INDEX,
        {"Total": {"High": 80.0, "Middle": 50.0}, "Area one": {"High": 40.0}, "Area two": {"High": 40.0}},
        (("total at least 80", "total at least 50"),),
        (("total at least 80", "every area at least 40"),),
        {"Total": {"total at least 80": 80.0, "total at least 50": 50.0}},
        {"Area one": 0.5, "Area two": 0.5},
    )
}
_CITIES = [f"c{j}" for j in range(6)]
_BOOK = f"""
kind = "codebook"
id = "random"
version = "1.0"
zh = "随机调查"
en = "{SURVEY}"
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
kind = "one"
zh = "城市"
en = "City"
options = [{", ".join(f'{{ code = "{c}", zh = "市{c}", en = "City {c}" }}' for c in _CITIES)}]

[[question]]
code = "q1"
kind = "number"
range = [0, 100]

[[question]]
code = "q2"
kind = "number"
range = [0, 100]

[[question]]
code = "tools"
kind = "many"
zh = "有哪些设备？"
en = "Which tools?"
options = [{{ code = "a", zh = "甲", en = "Tool a" }}, {{ code = "b", zh = "乙", en = "Tool b" }}, {{ code = "c", zh = "丙", en = "Tool c" }}, {{ code = "none", zh = "都没有", en = "None of these", kind = "none" }}]
"""
_SYSTEM = f"""
kind = "system"
id = "random_index"
version = "1.0"
zh = "随机指数"
en = "{INDEX}"

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
_RULE = """
kind = "rule"
id = "random_rule"
version = "1.0"
zh = "随机规则"
en = "Random rule"

[[stage]]
code = "high"
zh = "高级"
en = "High"
needs = [
  { code = "t80", zh = "总分不低于 80", en = "total at least 80", score = "total", min = 80 },
  { code = "e40", zh = "各方面不低于 40", en = "every area at least 40", every = "area", min = 40 },
]

[[stage]]
code = "middle"
zh = "中级"
en = "Middle"
needs = [{ code = "t50", zh = "总分不低于 50", en = "total at least 50", score = "total", min = 50 }]

[[stage]]
code = "low"
zh = "低级"
en = "Low"
needs = []
"""


def unit_id(j: int) -> str:
    """Return an id that occurs nowhere by chance."""
    return f"QYX-{7000 + j}"


def random_study(folder: Path, seed: int, *, level: float | None = None, waves: bool = False) -> Analysis:
    """Draw a study of 20 to 160 units in up to six cities; `level` is about what they score, else drawn too; with `waves` it is held again two years later."""
    rng = np.random.default_rng(seed)
    folder.mkdir(parents=True, exist_ok=True)
    n = int(rng.integers(20, 160))
    share = rng.dirichlet(np.full(len(_CITIES), 0.6))
    lift = rng.uniform(20, 75) if level is None else level
    rows = ["unit,name,city,q1,q2,tools"]
    for j in range(n):
        city = str(rng.choice(_CITIES, p=share))
        values = ["" if rng.random() < 0.04 else str(int(v)) for v in np.clip(rng.normal(lift, 22, 2), 0, 100)]
        ticks = [code for code, p in zip("abc", (0.7, 0.3, 0.06), strict=True) if rng.random() < p] or ["none"]
        said = "" if rng.random() < 0.05 else ";".join(ticks)
        rows.append(f'{unit_id(j)},"秘密工厂{7000 + j}",{city},{values[0]},{values[1]},"{said}"')
    path = folder / ANSWERS
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    write_card(path, Source("随机答卷", "synthetic", "测试", "2024-01-21", licence="CC0 1.0"))
    for name, text in (("book", _BOOK), ("system", _SYSTEM), ("rule", _RULE)):
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    study = 'kind = "study"\nid = "random_study"\nversion = "1.0"\nzh = "随机研究"\nen = "Random study"\nunits = "enterprises"\nk = 5\n'
    study += f'\n[[survey]]\ncode = "random"\nzh = "随机调查"\nen = "{SURVEY}"\nanswers = "{path.name}"\ncodebook = "book.toml"\nsystem = "system.toml"\nrule = "rule.toml"\n'
    if waves:
        later = _later(rows, rng)
        (folder / "later.csv").write_text("\n".join(later) + "\n", encoding="utf-8")
        write_card(folder / "later.csv", Source("复查", "synthetic", "测试", "2026-01-21", licence="CC0 1.0"))
        study = study.replace("[[survey]]", "[[survey]]\nyear = 2024")
        study += '\n[[wave]]\nsurvey = "random"\nyear = 2026\nanswers = "later.csv"\n'
    (folder / "study.toml").write_text(study, encoding="utf-8")
    return analyse(read_study(folder / "study.toml"))


def _later(rows: list[str], rng: np.random.Generator) -> list[str]:
    """Return the rows of a later wave: most stay and move somewhat, some leave, some enter."""
    later = [rows[0]]
    for row in rows[1:]:
        unit, name, city, q1, q2, tools = row.split(",")
        if rng.random() < 0.15:
            continue
        moved = [str(int(np.clip(float(q) + rng.normal(4, 12), 0, 100))) if q else "50" for q in (q1, q2)]
        later.append(",".join([unit, name, city, *moved, tools]))
    for j in range(int(rng.integers(1, 20))):
        values = [str(int(v)) for v in rng.integers(0, 100, 2)]
        later.append(f'{unit_id(500 + j)},"秘密工厂{7500 + j}",{rng.choice(_CITIES)},{values[0]},{values[1]},"none"')
    return later
