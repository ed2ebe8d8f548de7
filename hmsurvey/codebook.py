"""What was asked: questions, their options in both languages, their routing.

Archivists edit codebooks as TOML (docs/definitions.md); this room reads them strictly into the nouns of `questions`. It does not know what an answer is worth.
"""

from __future__ import annotations

from pathlib import Path

from hmsurvey.conditions import Join
from hmsurvey.definitionfile import Entry, find_duplicates, finish, named, open_definition, version_of
from hmsurvey.errors import Text
from hmsurvey.questions import (
    KINDS,
    OPTION_KINDS,
    TICKED,
    UNTICKED,
    Check,
    Codebook,
    Count,
    Derived,
    Level,
    Option,
    Question,
    fold,
    matching_codes,
    option_texts,
)
from hmsurvey.routing import check_condition, check_routing, read_condition

__all__ = [
    "Check",
    "Codebook",
    "Count",
    "Derived",
    "Option",
    "Question",
    "check_condition",
    "read_codebook",
    "read_condition",
]

_LEVELS: dict[str, Level] = {"error": "error", "warning": "warning", "note": "note"}

RESERVED_GROUPS = ("all", "unknown")  # tables use them for the total and for "not stated"


def read_codebook(path: str | Path) -> Codebook:
    """Read a codebook from a TOML file.

    Raises
    ------
    DefinitionError
        With every problem of the file: unknown keys, codes that stand twice, options that one text could mean,
        conditions on questions that are not there, ...
    """
    top = open_definition(Path(path), "codebook")
    roles = top.table("roles")
    sheet = top.table("sheet")
    scales = _scales(top)
    questions = tuple(_question(entry, scales) for entry in top.entries("question"))
    derived = tuple(_derived(entry, questions) for entry in top.entries("derived"))
    checks = tuple(_check(entry) for entry in top.entries("check"))
    sections = []
    for entry in top.entries("section"):
        sections.append((entry.code(), entry.label()))
        entry.close()
    book = Codebook(
        id=top.code("id"),
        version=version_of(top, Path(path), "codebooks"),
        label=named(top),
        unit=top.text("unit", "unit"),
        match=top.choice("match", ("exact", "fold"), "fold"),
        blank=tuple(dict.fromkeys(("", *top.texts("blank")))),
        sheet=sheet.text("name") if sheet else "",
        id_question=roles.text("id", required=True) if roles else "",
        name_question=roles.text("name") if roles else "",
        group_question=roles.text("group") if roles else "",
        sections=tuple(sections),
        questions=questions,
        derived=derived,
        checks=checks,
    )
    for part in (roles, sheet):
        if part:
            part.close()
    if roles is None:
        top.complain(
            Text("缺少 [roles]。", "[roles] is missing."),
            expected=Text('[roles] 下 id = "..."', 'id = "..." under [roles]'),
        )
    top.status("assumed")
    top.text("source")
    _check_whole(top, book)
    finish(top)
    return book


def _scales(top: Entry) -> dict[str, tuple[Option, ...]]:
    part = top.table("scales")
    scales = {}
    for name in part.values if part else ():
        entry = part.table(name) if part else None
        if entry is not None:
            scales[name] = _options(Entry(entry.values, f"{top.where}, scale {name}", top.problems, entry.taken))
            _take_facts(entry)
            entry.label()
            entry.close()
    return scales


def _options(entry: Entry) -> tuple[Option, ...]:
    options = []
    for item in entry.entries("options"):
        code = item.text("code", required=True)
        label = item.label()
        options.append(
            Option(
                code=code,
                label=label if any(label) else Text(code, code),
                anchor=item.label("anchor"),
                kind=item.choice("kind", OPTION_KINDS, "answer"),
                also=item.texts("also"),
            )
        )
        item.close()
    find_duplicates(entry, [option.code for option in options], Text("选项", "Option"))
    return tuple(options)


def _question(entry: Entry, scales: dict[str, tuple[Option, ...]]) -> Question:
    code = entry.code()
    kind = entry.choice("kind", KINDS, "text")
    scale = entry.text("scale")
    options = _options(entry)
    if scale and scale not in scales:
        entry.complain(
            Text("没有这个 scale。", "There is no such scale."),
            found=scale,
            expected=Text("、".join(scales), ", ".join(scales)),
        )
    options = scales.get(scale, ()) + options
    label = entry.label()
    layout = entry.choice("layout", ("joined", "columns"), "joined")
    ask_if_text = entry.text("ask_if")
    limits = entry.numbers("range", length=2)
    question = Question(
        code=code,
        kind=kind,
        label=label if any(label) else Text(code, code),
        columns=_columns(entry, code, kind, layout, options),
        options=options,
        help=entry.label("help"),
        short=entry.label("short"),
        section=entry.text("section"),
        layout=layout,
        separator=entry.text("separator", ";"),
        ticked=entry.texts("ticked") or TICKED,
        unticked=entry.texts("unticked") or UNTICKED,
        ask_if=read_condition(entry, ask_if_text, "ask_if"),
        ask_if_text=ask_if_text,
        range=None if limits is None else (limits[0], limits[1]),
        whole=entry.flag("whole", kind == "rate"),
        unit_of=entry.text("unit_of"),
        required=entry.flag("required"),
    )
    _check_question(entry, question)
    _take_facts(entry)
    entry.close()
    return question


def _take_facts(entry: Entry) -> None:
    """Take what a file may say about any entry without changing what it does."""
    entry.status("assumed")
    entry.assumption()
    for key in ("source", "evidence", "note_zh", "note_en"):
        entry.text(key)


def _columns(entry: Entry, code: str, kind: str, layout: str, options: tuple[Option, ...]) -> tuple[str, ...]:
    column = entry.text("column", code)
    if kind == "rate":
        return entry.texts("columns") or (f"{code} num", f"{code} den")
    if kind == "many" and layout == "columns":
        given = entry.take("columns", dict, {}, Text("表 { 选项 = 列名 }", "a table { option = header }"))
        unknown = [name for name in given if name not in {option.code for option in options}]
        if unknown:
            entry.complain(
                Text("columns 里有不认识的选项。", "`columns` names options that are not there."),
                found=", ".join(unknown),
                expected=Text("、".join(o.code for o in options), ", ".join(o.code for o in options)),
            )
        return tuple(str(given.get(o.code, f"{code} {o.code}")) for o in options)
    return (column,)


def _check_question(entry: Entry, question: Question) -> None:
    if question.kind in ("one", "many") and not any(o.kind in ("answer", "other") for o in question.options):
        entry.complain(
            Text("单选和多选题要有选项。", "A question of kind one or many needs options."),
            expected=Text("scale 或 options", "`scale` or `options`"),
        )
    silent = ("na", "dk")
    if question.kind in ("number", "rate", "year") and any(o.kind not in silent for o in question.options):
        entry.complain(
            Text("数值题的选项只能是不适用或不清楚。", "A question with numbers takes only options of kind na or dk."),
            found=", ".join(o.code for o in question.options if o.kind not in silent),
        )
    if question.kind in ("text", "date") and question.options:
        entry.complain(Text("文字题和日期题没有选项。", "A text or date question has no options."))
    if question.kind == "rate" and len(question.columns) != 2:
        entry.complain(
            Text("比例题要有两列。", "A rate is asked in two columns."),
            found=question.columns,
            expected=Text("分子、分母", "numerator, denominator"),
        )
    if question.range and question.range[0] > question.range[1]:
        entry.complain(Text("range 的下限大于上限。", "The range is upside down."), found=question.range)


def _check_ambiguous(entry: Entry, question: Question, match: str) -> None:
    meaning: dict[str, str] = {}
    for option in question.options:
        for text in option_texts(option):
            other = meaning.setdefault(fold(text) if match == "fold" else text, option.code)
            if other != option.code:
                entry.complain(
                    Text("同一个答案文字可以指两个选项。", "One answer text could mean two options."),
                    found=f"{text!r}: {other}, {option.code}",
                    fix=Text("改一个标签或 also。", "change one label or `also`."),
                )


def _count(entry: Entry | None, codes: tuple[str, ...]) -> Count | None:
    if entry is None:
        return None
    patterns = entry.text("of", required=True)
    found = matching_codes(patterns, codes)
    if not found:
        entry.complain(
            Text("of 没有对应的题目。", "`of` matches no question."), found=patterns, expected=Text("kept.*", "kept.*")
        )
    count = Count(found, entry.texts("in"), entry.real("at_least", 0.0))
    entry.close()
    return count


def _derived(entry: Entry, questions: tuple[Question, ...]) -> Derived:
    codes = tuple(q.code for q in questions)
    code = entry.code()
    kind = entry.choice("kind", ("rate", "number"), "rate")
    pool = entry.texts("pool")
    count, among = _count(entry.table("count"), codes), _count(entry.table("among"), codes)
    if pool and any(c not in codes for c in pool):
        entry.complain(
            Text("pool 里有不存在的题目。", "`pool` names questions that are not there."),
            found=", ".join(c for c in pool if c not in codes),
        )
    shape_ok = (pool and not count and not among and kind == "rate") or (
        not pool and count and (among is not None) == (kind == "rate")
    )
    if not shape_ok:
        entry.complain(
            Text("导出题的写法不完整。", "The derived question is not complete."),
            expected=Text(
                "rate：pool，或 count 加 among；number：count", "a rate: pool, or count and among; a number: count"
            ),
        )
    label = entry.label()
    question = Question(
        code,
        kind,
        label if any(label) else Text(code, code),
        (),
        section=entry.text("section"),
        help=entry.label("help"),
    )
    _take_facts(entry)
    entry.close()
    return Derived(question, pool, count, among)


def _check(entry: Entry) -> Check:
    text = entry.text("if", required=True)
    condition = read_condition(entry, text, "if")
    check = Check(
        code=entry.code(),
        condition=condition or Join("or", ()),
        level=_LEVELS[entry.choice("level", tuple(_LEVELS), "warning")],
        label=entry.label(),
        questions=entry.texts("questions"),
    )
    _take_facts(entry)
    entry.close()
    return check


def _check_whole(top: Entry, book: Codebook) -> None:
    codes = [q.code for q in book.all_questions]
    find_duplicates(top, codes, Text("题目", "Question"))
    find_duplicates(top, [c for q in book.questions for c in q.columns], Text("列名", "Column"))
    find_duplicates(top, [c.code for c in book.checks], Text("核对", "Check"))
    for role, code in (("id", book.id_question), ("name", book.name_question), ("group", book.group_question)):
        if code and code not in codes:
            top.complain(
                Text("[roles] 里的题目不存在。", "[roles] names a question that is not there."),
                found=f"{role} = {code}",
            )
    _check_group(top, book)
    sections = {code for code, _ in book.sections}
    check_routing(top, book)
    for question in book.all_questions:
        where = Entry({}, f"{top.where}, question {question.code}", top.problems)
        check_condition(where, question.ask_if, book, "ask_if")
        _check_ambiguous(where, question, book.match)
        if question.section and question.section not in sections:
            where.complain(
                Text("没有这个 section。", "There is no such section."),
                found=question.section,
                expected=Text("、".join(sections), ", ".join(sections)),
            )
    for check in book.checks:
        where = Entry({}, f"{top.where}, check {check.code}", top.problems)
        check_condition(where, check.condition, book, "if")
        missing = [code for code in check.questions if code not in codes]
        if missing:
            where.complain(
                Text("questions 里有不存在的题目。", "`questions` names questions that are not there."),
                found=", ".join(missing),
            )


def _check_group(top: Entry, book: Codebook) -> None:
    """A group question has one answer a unit, and none of the codes that tables use for "all" and "not stated"."""
    group = next((q for q in book.all_questions if q.code == book.group_question), None)
    if group is None:
        return
    if group.kind in ("many", "rate"):
        top.complain(
            Text("分组题只能有一个答案。", "The group question must have one answer a unit."),
            found=f"{group.code}: {group.kind}",
            expected=Text("one、text、number、year 或 date", "one, text, number, year or date"),
        )
    taken = [option.code for option in group.options if option.code in RESERVED_GROUPS]
    if taken:
        top.complain(
            Text("分组题用了保留的选项代码。", "The group question uses codes that are reserved."),
            found=", ".join(taken),
            expected=Text("、".join(RESERVED_GROUPS) + " 以外的代码", "other codes than " + ", ".join(RESERVED_GROUPS)),
        )
