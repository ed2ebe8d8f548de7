"""A study of six made-up enterprises with a landscape of its own: where two archive types are filed, how they are kept, what lacks. Small enough to reckon by hand."""

from __future__ import annotations

from pathlib import Path

from hmsurvey.provenance import Source, write_card
from hmsurvey.study import Analysis, analyse, read_study

BOOK = """
kind = "codebook"
id = "tiny"
version = "1.0"
zh = "小问卷"
en = "Tiny questionnaire"
unit = "enterprise"

[roles]
id = "unit"
group = "city"

[scales.carrier]
options = [{ code = "0", zh = "纸质", en = "Paper" }, { code = "1", zh = "零散", en = "Loose" }, { code = "2", zh = "双套", en = "Two sets" }, { code = "3", zh = "采集", en = "Captured" }, { code = "na", kind = "na" }, { code = "dk", kind = "dk" }]

[scales.platforms]
options = [{ code = "p1" }, { code = "p2" }, { code = "other", kind = "other" }, { code = "none", kind = "none" }, { code = "dk", kind = "dk" }]

[scales.effect]
options = [{ code = "0" }, { code = "1" }, { code = "2" }, { code = "3" }, { code = "dk", kind = "dk" }]

[[question]]
code = "unit"
kind = "text"

[[question]]
code = "city"
kind = "text"
zh = "城市"
en = "City"

[[question]]
code = "rules"
kind = "many"
options = [{ code = "a" }, { code = "b" }, { code = "c" }, { code = "none", kind = "none" }, { code = "dk", kind = "dk" }]

[[question]]
code = "refile"
kind = "one"
options = [{ code = "1" }, { code = "2" }, { code = "3" }, { code = "na", kind = "na" }, { code = "dk", kind = "dk" }]

[[question]]
code = "main"
kind = "one"
options = [{ code = "P1" }, { code = "P2" }, { code = "P3" }, { code = "P4" }, { code = "P5" }, { code = "none", kind = "none" }]
"""
ASKED = {"kept": "carrier", "filed": "platforms"}
SCALE = """
kind = "severities"
id = "severities"
version = "9.0"
zh = "严重度"
en = "Severity"
codebook = "tiny"
main = "main"
refile = "refile"
min_available = 0.5
evidence = "ours"
assumption = "A181"

[[item]]
code = "P1.kept"
problem = "P1"
measure = "state"
question = "kept.*"
points = { 0 = 0, 1 = 1, 2 = 2, 3 = 3 }

[[item]]
code = "P1.rules"
problem = "P1"
measure = "state"
question = "rules"
points_each = 1
weight = 2
"""
HEAD = ("unit", "city", "rules", "refile", "main", "kept.T01", "kept.T02", "filed.T01", "filed.T02", "effect")
ROWS = (
    ("u1", "东市", "a;b;c", "1", "P1", "3", "3", "p1", "p2", "0"),
    ("u2", "东市", "none", "2", "P1", "0", "0", "p1;p2", "none", "3"),
    ("u3", "东市", "a", "3", "P2", "0", "3", "none", "none", "1"),
    ("u4", "西市", "", "na", "none", "1", "na", "p2;other", "", "2"),
    ("u5", "西市", "dk", "dk", "P5", "", "", "", "", "dk"),
    ("u6", "西市", "a;b", "2", "P5", "2", "1", "p1", "p1", "0"),
)


def definitions() -> tuple[str, str]:
    """The codebook and the severities: every problem but P1 by the rules in use, every effect by one question."""
    book, scale = BOOK, SCALE
    for stem, kind in ASKED.items():
        for code in ("T01", "T02"):
            many = "many" if stem == "filed" else "one"
            book += f'\n[[question]]\ncode = "{stem}.{code}"\nkind = "{many}"\nscale = "{kind}"\n'
    book += '\n[[question]]\ncode = "effect"\nkind = "one"\nscale = "effect"\n'
    for problem in ("P1", "P2", "P3", "P4", "P5"):
        if problem != "P1":
            scale += f'\n[[item]]\ncode = "{problem}.rules"\nproblem = "{problem}"\nmeasure = "state"\nquestion = "rules"\npoints_each = 1\n'
        scale += f'\n[[item]]\ncode = "{problem}.effect"\nproblem = "{problem}"\nmeasure = "effect"\nquestion = "effect"\npoints = {{ 0 = 3, 1 = 2, 2 = 1, 3 = 0 }}\n'
    return book, scale


def problem_study(folder: Path, rows: tuple[tuple[str, ...], ...] = ROWS, *, landscape: str = "around") -> Analysis:
    """Write the study and carry it out."""
    (folder / "around" / "landscape").mkdir(parents=True, exist_ok=True)
    book, scale = definitions()
    (folder / "book.toml").write_text(book, encoding="utf-8")
    (folder / "around" / "landscape" / "severities.toml").write_text(scale, encoding="utf-8")
    path = folder / "answers.csv"
    path.write_text("\n".join(",".join(row) for row in (HEAD, *rows)) + "\n", encoding="utf-8")
    write_card(path, Source("小问卷答卷", "synthetic", "测试", "2024-01-21", licence="CC0 1.0"))
    study = f'kind = "study"\nid = "tiny_study"\nversion = "1.0"\nzh = "小研究"\nen = "Tiny study"\nk = 2\nlandscape = "{landscape}"\n'
    study += '\n[[survey]]\ncode = "tiny"\nanswers = "answers.csv"\ncodebook = "book.toml"\n'
    (folder / "study.toml").write_text(study, encoding="utf-8")
    return analyse(read_study(folder / "study.toml"))
