"""What a definition file is told when it cannot mean what it says: every complaint by its text, all of them at once, in both languages."""

from pathlib import Path

import pytest
from making import book_of, complaint, question, rule_of, system_of, written

from hmsurvey.codebook import read_codebook
from hmsurvey.conditions import parse_condition
from hmsurvey.definitionfile import locate_definition, read_toml
from hmsurvey.errors import DefinitionError, Problem, Text, UsageError
from hmsurvey.indicators import read_system
from hmsurvey.rules import Need, Rule, Stage, read_rule

LEAF = '[[indicator]]\ncode = "a"\nin = "total"\ngiven = true\n{}\n'
NODE = '[[node]]\ncode = "total"\n{}\n'


def leaf(more: str) -> str:
    """A system whose one indicator is scored by `more`."""
    return f'[[indicator]]\ncode = "a"\nin = "total"\n{more}\n' + NODE.format("")


def node(more: str) -> str:
    return LEAF.format("max = 1") + NODE.format(more)


@pytest.mark.parametrize(
    ("system", "texts"),
    [
        (leaf(""), ["Exactly one way of scoring is needed.", "found:    -", "points, points_each, all_or_itemise"]),
        (leaf("given = true\nbands = [[0, 1]]"), ["Exactly one way of scoring is needed.", "found:    bands, given"]),
        (leaf("given = false"), ["`given` can only be true.", "found:    false"]),
        (leaf("points = { a = 1 }\ncap = 2"), ["`cap` goes only with `points_each`.", "found:    points"]),
        (leaf("points_each = 1\notherwise = 2"), ["`otherwise` goes only with `points`.", "found:    points_each"]),
        (leaf('points = { a = "one", b = 1 }'), ["`points` must give numbers.", "found:    a", "{ option = points }"]),
        (leaf("points = 3"), ["`points` is of the wrong kind.", "{ option = points }"]),
        (leaf('points_each = "x"'), ["`points_each` is of the wrong kind."]),
        (leaf('points_each = { a = "x" }'), ["`points_each` must give numbers.", "found:    a"]),
        (leaf("all_or_itemise = { full = 1, each = 1 }"), ["`full_if` is missing."]),
        (leaf('all_or_itemise = { full_if = "z", each = 1 }'), ["`full` is missing.", "full = a number"]),
        (
            leaf('all_or_itemise = { full_if = "z", full = 1, each = 1, x = 1 }'),
            ["There are keys that are not known here.", "found:    x"],
        ),
        (leaf("deduct = { each = 1 }"), ["`from` is missing."]),
        (
            leaf("deduct = { from = 1, each = 1, odd = 1 }"),
            ["There are keys that are not known here.", "from, each, floor"],
        ),
        (
            leaf("goalposts = { min = 0, max = 1, odd = 1 }"),
            ["There are keys that are not known here.", "min, max, scale, cap"],
        ),
        (leaf('normalise = { method = "rank", odd = 1 }'), ["There are keys that are not known here.", "method, to"]),
        (node("") + '[[weighting]]\nid = "w"\nnodes = [{ aggregate = "sum" }]\n', ["`code` is missing."]),
        (node("") + '[[weighting]]\nid = "w"\nweights = [{ weight = 1 }]\n', ["`code` is missing."]),
        (node("") + '[[weighting]]\nid = "w"\nodd = 1\n', ["There are keys that are not known here.", "weighting w"]),
        (
            node("") + '[[weighting]]\nid = "w"\nweights = [{ code = "a", weight = 1, odd = 1 }]\n',
            ["known here: code, weight"],
        ),
        (leaf("deduct = { from = 1 }"), ["`each` is missing."]),
        (leaf("bands = []"), ["The bounds of `bands` must ascend."]),
        (leaf("bands = [[1, 1], [0, 2]]"), ["The bounds of `bands` must ascend.", "[1.0, 0.0]"]),
        (leaf("bands = [[1, 1], [1, 2]]"), ["The bounds of `bands` must ascend."]),
        (leaf('bands = [[">0", 1], [0, 2]]'), ["The bounds of `bands` must ascend."]),
        (leaf("bands = [[1]]"), ["`bands` is not well formed.", "found:    [1]", '[[0, 0], [">0", 1], [70, 2]]']),
        (leaf('bands = [["<3", 1]]'), ["`bands` is not well formed."]),
        (leaf('bands = [[">x", 1]]'), ["`bands` is not well formed."]),
        (leaf('bands = [[0, "x"]]'), ["`bands` is not well formed."]),
        (leaf("count_bands = 5"), ["`count_bands` is of the wrong kind."]),
        (leaf("line = [[0, 0]]"), ["`line` needs two points or more, ascending."]),
        (leaf("line = [[1, 0], [0, 1]]"), ["`line` needs two points or more, ascending."]),
        (leaf("line = [[0, 0], [0, 1]]"), ["`line` needs two points or more, ascending."]),
        (leaf('line = [[0, 0], [1, "x"]]'), ["`line` needs two points or more, ascending."]),
        (leaf("goalposts = { min = 5, max = 5 }"), ["The goalposts do not stand.", "5 .. 5 (linear)", "min < max"]),
        (leaf('goalposts = { min = 0, max = 5, scale = "log" }'), ["The goalposts do not stand.", "0 .. 5 (log)"]),
        (leaf("goalposts = { max = 5 }"), ["`min` is missing."]),
        (leaf("goalposts = { min = 0 }"), ["`max` is missing."]),
        (
            leaf('goalposts = { min = 0, max = 5, cap = "top" }'),
            ["`cap` has a value that is not known.", "none, min, max, both"],
        ),
        (
            leaf('goalposts = { min = 0, max = 5, scale = "sqrt" }'),
            ["`scale` has a value that is not known.", "linear, log"],
        ),
        (
            leaf('normalise = { method = "sum" }'),
            ["`method` has a value that is not known.", "minmax, zscore, rank, percentile"],
        ),
        (leaf('normalise = { method = "minmax", to = [1] }'), ["`to` must be a list of numbers.", "2 numbers"]),
        (leaf('normalise = { method = "rank", to = [0, 1] }'), ["A rank takes no `to`."]),
        (
            leaf('bands = [[0, 1]]\ndirection = "negative"'),
            ["`direction` goes only with `goalposts` and `normalise`.", "found:    Bands"],
        ),
        (
            leaf('given = true\ndirection = "down"'),
            ["`direction` has a value that is not known.", "positive, negative"],
        ),
        (
            leaf('given = true\nmissing = "guess"'),
            ["`missing` has no such policy.", "propagate, drop, zero, credit, or a number of points"],
        ),
        (leaf("given = true\nna = true"), ["`na` has no such policy."]),
        (
            leaf('given = true\nzero_denominator = "one"'),
            ["`zero_denominator` has a value that is not known.", "missing, zero, drop, credit"],
        ),
        (leaf("given = true\nmax = 0"), ["`max` must be above 0."]),
        (leaf("given = true\nmax = -1"), ["`max` must be above 0."]),
        (leaf("given = true\nweight = -1"), ["A weight cannot be negative."]),
        (leaf('given = true\nweight = "1"'), ["`weight` is of the wrong kind.", "a number"]),
        (leaf("given = true\nweight = true"), ["`weight` is of the wrong kind."]),
        (leaf("given = true\nbonus = 1"), ["`bonus` is of the wrong kind.", "true or false"]),
        (
            leaf('given = true\nstatus = "sure"'),
            ["`status` has a value that is not known.", "published, guideline, assumed"],
        ),
        (
            leaf("given = true\ncolour = 1\nsize = 2"),
            [
                "There are keys that are not known here.",
                "found:    colour, size",
                "known here: ",
                "question",
                "when",
                "na_if",
            ],
        ),
        (leaf('given = true\nna_if = "x ="'), ["The condition cannot be read: ", "na_if = 'x ='"]),
        (leaf("given = true\nwhen = [{ given = true }]"), ["`if` is missing."]),
        (
            leaf('given = true\nwhen = [{ if = "x = 1", odd = 1 }]'),
            ["`when` holds keys that are not known.", "found:    odd"],
        ),
        (leaf("bands = [[0, 1]]\nover = { }"), ["`value` under `over` must be above 0."]),
        (leaf("bands = [[0, 1]]\nover = { value = 0 }"), ["`value` under `over` must be above 0."]),
        (
            leaf('bands = [[0, 1]]\nover = { value = 2, when = [{ if = "x = 1", value = -1 }] }'),
            ["`value` under `over` must be above 0."],
        ),
        (leaf('bands = [[0, 1]]\nwhen = [{ if = "x =", bands = [[0, 2]] }]'), ["if = 'x ='"]),
        (leaf('bands = [[0, 1]]\nover = { value = 2, when = [{ if = "x =", value = 1 }] }'), ["if = 'x ='"]),
        (
            leaf('bands = [[0, 1]]\nover = { value = 2, when = [{ if = "x = 1" }] }'),
            ["`value` under `over` must be above 0."],
        ),
        (
            leaf("bands = [[0, 1]]\nover = { value = 2, when = [{ value = 1, odd = 1 }] }"),
            ["`if` is missing.", "found:    odd", "known here: if, value"],
        ),
        (
            leaf("bands = [[0, 1]]\nover = { value = 2, odd = 1 }"),
            ["There are keys that are not known here.", "value, when, at_most"],
        ),
        # nodes
        (
            node('aggregate = "median"'),
            ["`aggregate` has a value", "arithmetic, geometric, harmonic, sum, ratio, min, max"],
        ),
        (node('children_as = "shares"'), ["`children_as` has a value", "points, share_of_max"]),
        (node('zero = "none"'), ["`zero` has a value", "zero, error, floor"]),
        (node("scale = 0"), ["`scale` must be above 0."]),
        (node("scale = -1"), ["`scale` must be above 0."]),
        (node('zero = "floor"'), ['with zero = "floor", `floor` must be above 0.']),
        (node("decimals = 10"), ["`decimals` goes from 0 to 9."]),
        (node("decimals = -1"), ["`decimals` goes from 0 to 9."]),
        (node("decimals = 1.5"), ["`decimals` is of the wrong kind.", "a whole number from 0 to 9"]),
        (node("min_available = 0"), ["`min_available` lies above 0 and up to 1."]),
        (node("min_available = 1.01"), ["`min_available` lies above 0 and up to 1."]),
        (node("of = [1]"), ["`of` holds more than texts."]),
        (node('of = ["zz"]'), ["The node's children are not there.", "node total", "found:    zz"]),
        (
            node("bands = [[0, 1]]\nline = [[0, 0], [1, 1]]"),
            ["Exactly one way of scoring is needed.", "bands, line, goalposts"],
        ),
        (node("given = true"), ["There are keys that are not known here.", "given"]),
        (node("must_sum = 60"), ["The weights of the children do not add up.", "found:    a 1 = 1", "expected: 60"]),
        (LEAF.format("weight = 0") + NODE.format(""), ["All children weigh nothing."]),
        (LEAF.format("scored = false") + NODE.format(""), ["None of the node's children is scored.", "found:    a"]),
        (
            LEAF.format("") + NODE.format("") + '[[node]]\ncode = "e"\n',
            ["The node's children are not there.", "node e"],
        ),
        (
            '[[indicator]]\ncode = "a"\ngiven = true\n' + NODE.format(""),
            ["Indicators that belong to no node.", "found:    a", "or scored = false"],
        ),
        (
            LEAF.format("").replace('in = "total"', 'in = "top"') + NODE.format('of = ["a"]'),
            ["`in` names a node that is not there.", "found:    top", "expected: total"],
        ),
        (LEAF.format("") * 2 + NODE.format(""), ["Indicator and node codes stand twice.", "found:    a"]),
        (
            NODE.format('of = ["x"]\nin = "x"') + '[[node]]\ncode = "x"\n',
            ["Nodes contain each other.", "found:    total, x"],
        ),
        (NODE.format('of = ["total"]'), ["Nodes contain each other."]),
        (
            node("") + '[[node]]\ncode = "other"\nof = ["a"]\n',
            ["The headline node is not clear.", "found:    total, other", 'total = "..." at the head'],
        ),
        ('total = "grand"\n' + node(""), ["`total` is no node.", "grand", "expected: total"]),
        # weightings
        (
            node("") + '[[weighting]]\nid = "w"\nweights = [{ code = "z", weight = 1 }]\n',
            ["A weighting names codes that are not there.", "weighting w", "z"],
        ),
        (
            node("") + '[[weighting]]\nid = "w"\nnodes = [{ code = "a", aggregate = "sum" }]\n',
            ["A weighting names codes that are not there.", "found:    a"],
        ),
        (node("") + '[[weighting]]\nid = "w"\nweights = [{ code = "a" }]\n', ["`weight` is missing."]),
        (
            node("") + '[[weighting]]\nid = "w"\nweights = [{ code = "a", weight = -2 }]\n',
            ["A weight cannot be negative."],
        ),
        (
            node("") + '[[weighting]]\nid = "w"\nnodes = [{ code = "total", min_available = 2 }]\n',
            ["`min_available` lies above 0"],
        ),
        (
            node("") + '[[weighting]]\nid = "w"\nnodes = [{ code = "total", decimals = 2 }]\n',
            ["There are keys that are not known here.", "known here: code, children_as, aggregate, min_available\n"],
        ),
        (node("") + '[[weighting]]\nid = "w"\n' * 2, ["Weighting codes stand twice.", "w"]),
        ("", ["The headline node is not clear."]),
        ("indicator = 5\n" + NODE.format(""), ["`indicator` is of the wrong kind.", "[[indicator]]"]),
        (
            '[policy]\nmissing = "x"\nodd = "y"\n' + node(""),
            ["`missing` has no such policy.", "found:    odd", "known here: missing, na, dk, skipped"],
        ),
    ],
)
def test_systems(system: str, texts: list[str]) -> None:
    message = complaint(system_of, system)
    for text in texts:
        assert text in message


FACTS = 'status = "published"\nassumption = "A01"\nsource = "s"\n'
MORE = 'problem = "P1"\nevidence = "G"\nnote_zh = "注"\nnote_en = "note"\n'


def test_entries_of_a_system_may_say_where_they_come_from() -> None:
    told = FACTS + MORE
    text = LEAF.format("zh = '甲'\n" + told) + NODE.format(told) + '[[weighting]]\nid = "w"\nzh = "乙"\n' + told
    index = system_of(FACTS + MORE + text)
    assert index.indicator("a").label == ("甲", "甲") and index.weightings[0].label.of("en") == "乙"
    for entry in (index.indicator("a"), index.node("total"), index.weightings[0]):
        assert entry.status == "published"
        assert dict(entry.facts) == {"problem": "P1", "evidence": "G", "source": "s", "assumption": "A01"}
        assert entry.note == ("注", "note")
    assert index.status == "published"
    plain = system_of('status = "guideline"\n' + LEAF.format("") + NODE.format("") + '[[weighting]]\nid = "w"\n')
    assert {plain.indicator("a").status, plain.node("total").status, plain.weightings[0].status} == {"guideline"}


def test_entries_of_a_rule_may_say_where_they_come_from() -> None:
    need = (
        'score = "t", min = 1, status = "guideline", assumption = "A01", source = "s", note_zh = "注", note_en = "note"'
    )
    stages = f'[[stage]]\ncode = "top"\n{FACTS}note_en = "Top."\nneeds = [{{ {need} }}]\n[[stage]]\ncode = "low"\nneeds = []\n'
    per_answer = f'[per_answer]\nquestions = "q"\nstages = {{ a = "low" }}\n{FACTS}'
    rule = rule_of(FACTS + 'note_zh = "注"\n' + stages + per_answer + '[rollup]\nby = "c"\nweight = "n"\n')
    assert (rule.status, rule.source, rule.stages[0].note.en) == ("published", "s", "Top.")
    assert (rule.needs[0].status, rule.needs[0].assumption) == ("guideline", "A01")
    assert rule.per_answer == ("q", (("a", "low"),))
    assert (rule.rollup_by, rule.rollup_weight) == ("c", "n")


def test_nouns_of_a_rule_have_the_defaults_of_the_files() -> None:
    rule = rule_of('[[stage]]\ncode = "top"\nneeds = [{ condition = "q = 1" }]\n[[stage]]\ncode = "low"\nneeds = []\n')
    need = Need("top.1", "condition", condition=parse_condition("q = 1"))
    low = Stage("low", Text("low", "low"), ())
    assert rule == Rule("rule", "1.0", Text("rule", "rule"), "", "", (Stage("top", Text("top", "top"), (need,)), low))


def test_complaints_say_where() -> None:
    text = 'bands = [[0, 1]]\nwhen = [{ if = "x = 1", odd = 1 }]\nover = { value = 2, when = [{ if = "y = 1", value = 0, odd = 1 }] }'
    with pytest.raises(DefinitionError) as caught:
        system_of(leaf(text) + '[[weighting]]\nid = "w"\nodd = 1\nweights = [{ code = "a", weight = 1, odd = 1 }]\n')
    assert sorted({problem.where for problem in caught.value.problems}) == [
        "index.toml, indicator a, over",
        "index.toml, indicator a, over, when y = 1",
        "index.toml, indicator a, when x = 1",
        "index.toml, weighting w",
        "index.toml, weighting w, weights a",
    ]


def test_weights_that_must_add_up() -> None:
    leaves = "".join(f'[[indicator]]\ncode = "{c}"\ngiven = true\nweight = {w}\n' for c, w in (("B1", 35), ("B2", 23)))
    text = leaves + '[[node]]\ncode = "B"\nzh = "资源"\nen = "Resources"\nof = ["B1", "B2"]\nmust_sum = {}\n'
    message = complaint(system_of, text.format(60))
    assert message.splitlines() == [
        "The weights of the children do not add up.",
        "  where:    index.toml, node B (资源 / Resources)",
        "  found:    B1 35 + B2 23 = 58",
        "  expected: 60",
        "  fix:      mend this entry.",
    ]
    assert system_of(text.format(58)).node("B").must_sum == 58
    assert "found:    B1 35 + B2 23 = 58" in complaint(system_of, text.format(58.5))
    decimals = text.replace("35", "0.1").replace("23", "0.2")
    assert system_of(decimals.format(0.3)).node("B").must_sum == 0.3  # 0.1 + 0.2 adds up to 0.3


@pytest.mark.parametrize(
    ("rule", "texts"),
    [
        ("", ["There are no stages.", "[[stage]]"]),
        ('[[stage]]\ncode = "low"\n', ["`needs` is missing.", "[] for the lowest"]),
        (
            '[[stage]]\ncode = "low"\nneeds = [{ score = "t", min = 1 }]\n',
            ["The lowest stage must have no needs, or some units have no stage.", "found:    low"],
        ),
        (
            '[[stage]]\ncode = "top"\nneeds = []\n[[stage]]\ncode = "low"\nneeds = []\n',
            ["Only the lowest stage may be without needs.", "found:    top", "from the highest down"],
        ),
        (
            '[[stage]]\ncode = "top"\nneeds = [{ condition = "q = 1" }]\n[[stage]]\ncode = "middle"\nneeds = []\n[[stage]]\ncode = "low"\nneeds = []\n',
            ["Only the lowest stage may be without needs.", "found:    middle"],
        ),
        ('[[stage]]\ncode = "low"\nneeds = []\n' * 2, ["Stage codes stand twice."]),
        ('[[stage]]\ncode = "unstaged"\nneeds = []\n', ["`unstaged` is a reserved code."]),
        ('[[stage]]\ncode = "low"\nneeds = []\nodd = 1\n', ["There are keys that are not known here.", "odd"]),
        ('[[stage]]\ncode = "low"\nneeds = []\n[rollup]\nodd = 1\n', ["found:    odd", "known here: by, weight"]),
        (
            '[[stage]]\ncode = "low"\nneeds = []\n[per_answer]\nquestions = "q"\nodd = 1\n',
            ["found:    odd", "known here: questions, stages"],
        ),
        (
            '[[stage]]\ncode = "low"\nneeds = []\n[per_answer]\nstages = { a = "high" }\n',
            ["`questions` is missing.", "There is no such stage.", "found:    high", "expected: low"],
        ),
    ],
)
def test_rules(rule: str, texts: list[str]) -> None:
    message = complaint(rule_of, rule)
    for text in texts:
        assert text in message


@pytest.mark.parametrize(
    ("need", "texts"),
    [
        (
            "min = 1",
            ["A need is about exactly one thing.", "found:    -", "score, every, min_over, points, answer, share_of"],
        ),
        ('score = "t", points = "p", min = 1', ["A need is about exactly one thing.", "found:    score, points"]),
        ('score = "t"', ["A bound is missing.", "min = a number"]),
        ('every = "t"', ["A bound is missing."]),
        ('min_over = "t"', ["A bound is missing."]),
        ('points = "t"', ["A bound is missing."]),
        ('share_of = "t", at_least = "1"', ["A bound is missing."]),
        ('score = "t", min = "80"', ["`min` must be a number.", "'80'"]),
        ('score = "t", min = true', ["`min` must be a number."]),
        ('score = "", min = 1', ["`score` is missing."]),
        ('score = "t", min = 80, en = "at least 90"', ["The need's label names another number.", "{min} in place"]),
        ('every = "t", min = 40, zh = "不低于 50 分"', ["The need's label names another number.", "不低于 50 分"]),
        ('min_over = "t", min = 3, en = "level 4"', ["The need's label names another number.", "level 4"]),
        ('score = "t", min = "eighty"', ["`min` must be a number.", "'eighty'"]),
        ('count_of = "t", at_least = "1"', ["A bound is missing."]),
        ('answer = "q"', ["`answer` takes bounds or `in`, one of them."]),
        ('answer = "q", min = 1, in = ["1"]', ["`answer` takes bounds or `in`, one of them."]),
        ('condition = "q = 1", min = 1', ["This need takes no bounds.", "found:    condition"]),
        ('any = [{ score = "t", min = 1 }], in = ["a"]', ["This need takes no bounds."]),
        ("any = []", ["`any` and `all` cannot be empty."]),
        ("all = []", ["`any` and `all` cannot be empty."]),
        ('share_of = "t", min = 0.5', ["`at_least` or `in` is missing."]),
        ('count_of = "t", min = 5', ["`at_least` or `in` is missing."]),
        ('share_of = "t", at_least = 1.5, min = 0.5', ["`at_least` is of the wrong kind.", 'a level code such as "3"']),
        ('share_of = "t", at_least = "1", min = 1, among = "all"', ["`among` has a value", "applicable, answered"]),
        ('score = "t", min = 1, na = "ok"', ["`na` has a value", "met, not_met, unstaged"]),
        ('condition = "q"', ["The condition cannot be read: "]),
        ('condition = ""', ["`condition` is missing."]),
        ('score = "t", min = 1, odd = 1', ["There are keys that are not known here.", "odd"]),
        (
            'code = "n", score = "t", min = 1 }, { code = "n", score = "u", min = 1',
            ["Need codes stand twice.", "found:    n"],
        ),
    ],
)
def test_needs(need: str, texts: list[str]) -> None:
    message = complaint(
        rule_of, f'[[stage]]\ncode = "top"\nneeds = [{{ {need} }}]\n[[stage]]\ncode = "low"\nneeds = []\n'
    )
    for text in texts:
        assert text in message


# Any file
@pytest.mark.parametrize(
    "need",
    [
        'score = "t", min = 80, en = "at least 80 of 100"',
        'score = "t", min = 80, en = "enough"',
        'score = "t", min = 80, en = "at least {min}"',
        'every = "t", min = 0.5, zh = "不低于 0.5"',
        'points = "t", min = 2, en = "at least 3 of 4 systems"',
        'condition = "q = 1", en = "clause 5"',
    ],
)
def test_labels_may_hold_numbers_that_are_right(need: str) -> None:
    rule = rule_of(f'[[stage]]\ncode = "top"\nneeds = [{{ {need} }}]\n[[stage]]\ncode = "low"\nneeds = []\n')
    assert len(rule.needs) == 1


def test_all_problems_of_a_system_at_once() -> None:
    text = '[[indicator]]\ncode = "1"\npoints = 1\nodd = 1\n[[indicator]]\ncode = "b"\nbands = [[1, 1], [0, 0]]\nweight = -1\n[[node]]\ncode = "N"\naggregate = "mode"\n'
    with pytest.raises(DefinitionError) as caught:
        system_of(text)
    assert len(caught.value.problems) == 8
    assert [p.where for p in caught.value.problems][:4] == ["index.toml, indicator 1"] * 3 + ["index.toml, indicator b"]


def test_a_problem_in_both_languages() -> None:
    with pytest.raises(DefinitionError) as caught:
        system_of(leaf("given = true\ncolour = 1"))
    chinese = caught.value.render("zh").splitlines()
    assert chinese[0] == "有不认识的键。"
    assert chinese[1:3] == ["  位置：index.toml, indicator a", "  实际：colour"]
    assert chinese[3].startswith("  应为：可用：code、points、points_each")
    assert chinese[4] == "  处理：检查拼写。"
    assert caught.value.exit_code == 2
    assert Problem(Text("只有中文", "")).render("en") == "只有中文"


@pytest.mark.parametrize("reader", [read_codebook, read_system, read_rule])
def test_files_that_are_no_definitions(reader: object, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="There is no such definition file"):
        reader(tmp_path / "none.toml")  # type: ignore[operator]
    assert "The definition file cannot be read." in complaint(reader, written("a.toml", "kind = "))
    message = complaint(reader, written("a.toml", 'kind = "study"\nid = "x"\n'))
    assert "This is another kind of file." in message and "found:    study" in message
    assert "`kind` is missing." in complaint(reader, written("a.toml", 'id = "x"\n'))
    (tmp_path / "b.toml").write_bytes('kind = "甲"'.encode("gb18030"))
    assert "TOML in UTF-8" in complaint(reader, tmp_path / "b.toml")


def test_heads_of_files() -> None:
    text = LEAF.format("") + NODE.format("")
    assert "`version` is missing." in complaint(read_system, written("a.toml", 'kind = "system"\nid = "x"\n' + text))
    message = complaint(read_system, written("a.toml", 'kind = "system"\nid = "x"\nversion = 1.1\n' + text))
    assert "`version` is of the wrong kind." in message and "a text in quotes" in message
    assert "`id` is missing." in complaint(read_system, written("a.toml", 'kind = "system"\nversion = "1"\n' + text))
    for reader, kind in ((read_codebook, "codebook"), (read_rule, "rule")):
        message = complaint(reader, written("a.toml", f'kind = "{kind}"\n'))
        assert "`id` is missing." in message and "`version` is missing." in message
    assert read_toml(written("bom.toml", "\ufeffa = 1")) == {"a": 1}


def test_codes_are_quoted_texts() -> None:
    """An unquoted 1.10 becomes 1.1; a code must be a text that begins with a letter."""
    message = complaint(system_of, '[[indicator]]\ncode = 1.10\ngiven = true\nin = "t"\n[[node]]\ncode = "t"\n')
    assert "`code` is of the wrong kind." in message and "found:    1.1" in message
    nested = '[indicator.B1.10]\ngiven = true\n[[node]]\ncode = "t"\n'
    assert "`indicator` is of the wrong kind." in complaint(system_of, nested)


def test_built_in_definitions_by_name() -> None:
    assert locate_definition("carrier", "rules").name == "carrier.toml"
    with pytest.raises(UsageError) as caught:
        locate_definition("carriers", "rules")
    assert "There is no such definition." in str(caught.value)
    assert "a .toml file, or a built-in one: bands_80_60, carrier, carrier_all" in str(caught.value)
    with pytest.raises(UsageError):
        locate_definition("../systems/digital_archives", "rules")


def test_a_file_beside_the_study_comes_first(tmp_path: Path) -> None:
    (tmp_path / "carrier").write_text("", encoding="utf-8")
    assert locate_definition("carrier", "rules", tmp_path) == tmp_path / "carrier"


def test_a_codebook_that_fits_says_nothing() -> None:
    assert system_of(LEAF.format("") + NODE.format(""), book_of(question("a", "number"))).total == "total"
