"""A study that weighs by its experts: the weights in place, their card on everything that leaves, every wrong cell said with the rest."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from small_study import small_study

from hmsurvey.analysis.alternatives import restage
from hmsurvey.analysis.robustness import vary
from hmsurvey.analysis.tabulation import tabulate_stages
from hmsurvey.analysis.weight_choices import tabulate_weight_choices, weight_alternatives
from hmsurvey.errors import DataError, DefinitionError, HmsurveyError, Text
from hmsurvey.judging_template import write_expert_template
from hmsurvey.output.assumptions import assumptions_in_use
from hmsurvey.output.content import content_of
from hmsurvey.output.manifest import write_manifest
from hmsurvey.output.weighing import tell_weights
from hmsurvey.provenance import Source, card_path, write_card
from hmsurvey.study import Analysis, analyse, read_study
from hmsurvey.systems import weights_of
from hmsurvey.variation import Factor, Variation


def study(
    folder: Path,
    *judgements: object,
    answers: str = "real",
    experts: str = "synthetic",
    lines: str = 'experts = "experts.xlsx"\nweighting = "experts"\n',
    card: bool = True,
) -> Path:
    """The small study with a workbook of experts: what each says of area A against area B."""
    built = small_study(folder, kind=answers)
    system = built["small"].scores.system  # type: ignore[union-attr]
    path = folder / "experts.xlsx"
    write_expert_template(path, system, experts=len(judgements))
    book = openpyxl.load_workbook(path)
    for k, value in enumerate(judgements, start=1):
        sheet = book[f"专家 {k} Expert {k}"]
        corner = next(cell for row in sheet.iter_rows() for cell in row if cell.value == "准则 Criterion")
        sheet.cell(corner.row + 1, corner.column + 2).value = value
    book.save(path)
    if card:
        write_card(path, Source("两位专家", experts, "测试", "2024-01-21", licence="CC0 1.0"))  # type: ignore[arg-type]
    file = folder / "study.toml"
    file.write_text(file.read_text(encoding="utf-8") + lines, encoding="utf-8")
    return file


def add_weighting(folder: Path, name: str) -> None:
    block = f'\n[[weighting]]\nid = "{name}"\nzh = "各半"\nen = "Half each"\n'
    block += 'weights = [{ code = "A", weight = 1 }, { code = "B", weight = 1 }]\n'
    path = folder / "system.toml"
    path.write_text(path.read_text(encoding="utf-8") + block, encoding="utf-8")


def run(file: Path) -> Analysis:
    return analyse(read_study(file))


def totals(analysis: Analysis) -> list[float]:
    return analysis["small"].scores.total.tolist()[:4]  # type: ignore[union-attr]


def test_the_study_is_weighed_by_its_experts(tmp_path: Path) -> None:
    # A against B: 2 and 8, joined 4: A weighs 0.8. Units: (100, 80), (90, 70), (50, 30), (0, 10)
    found = run(study(tmp_path, "2", "8"))
    assert totals(found) == pytest.approx([96, 86, 46, 2])
    result = found["small"]
    assert result.scores is not None and result.scores.system.weighting == "experts"
    assert result.plan.system == result.scores.system and result.judgements is not None
    weights = weights_of(result.scores.system)
    assert (weights["A"], weights["B"]) == pytest.approx((0.8, 0.2))


def test_weights_joined_are_the_other_name(tmp_path: Path) -> None:
    # weights 3/4 and 1/4; 1/2 and 1/2: geometric means sqrt(3/8) and sqrt(1/8)
    lines = 'experts = "experts.xlsx"\nweighting = "experts_aip"\n'
    share = 3**0.5 / (3**0.5 + 1)
    assert totals(run(study(tmp_path, "3", "1", lines=lines)))[0] == pytest.approx(100 * share + 80 * (1 - share))


@pytest.mark.parametrize(("experts", "kind"), [("synthetic", "synthetic"), ("real", "real")])
def test_experts_who_are_made_up_make_the_result_made_up(tmp_path: Path, experts: str, kind: str) -> None:
    found = run(study(tmp_path, "2", "8", experts=experts))
    result = found["small"]
    assert result.survey.provenance.kind == "real"  # the answers themselves are what they are
    assert result.scores is not None and result.stages is not None
    assert result.scores.provenance.kind == result.stages.provenance.kind == found.provenance.kind == kind
    table = tabulate_stages(result)
    assert table.provenance.kind == kind and "experts.xlsx" in [s.file for s in table.provenance.sources]
    manifest = write_manifest(tmp_path / "out", found, visibility="internal").read_text(encoding="utf-8")
    assert '"weighting": "experts"' in manifest and "experts.xlsx" in manifest
    assert {"A105", "A106"} <= {a.code for a in assumptions_in_use(found)}


def test_experts_beside_other_weights_mark_only_what_rests_on_them(tmp_path: Path) -> None:
    found = run(study(tmp_path, "2", "8", lines='experts = "experts.xlsx"\n'))
    result = found["small"]
    assert totals(found)[0] == 90 and result.scores is not None and result.scores.provenance.kind == "real"
    assert restage(result, weighting="experts").stages.provenance.kind == "synthetic"  # type: ignore[union-attr]
    choices = tabulate_weight_choices(result, *weight_alternatives(result)[0])
    assert choices.provenance.kind == "synthetic"
    assert choices.frame["share_A"].tolist()[1] == pytest.approx(80)
    # the study as a whole draws on the workbook, and says so
    assert found.provenance.kind == "synthetic"
    section = tell_weights(content_of(found))
    assert section is not None
    said = " ".join(block.en for block in section.blocks if isinstance(block, Text))
    assert "2 experts compared the areas in pairs (SYNTHETIC)" in said and "CR is 0.00" in said


def test_a_variation_that_tries_the_experts_is_marked_by_them(tmp_path: Path) -> None:
    file = study(tmp_path, "2", "8", lines='experts = "experts.xlsx"\n')
    add_weighting(tmp_path, "even")
    result = run(file)["small"]
    weights = Factor("w", Text("权重", "Weights"), "weighting", choices=("even", "experts"))
    cut = Factor("c", Text("分数线", "Cut-off"), "cut", of=("t80",), amount=10.0)
    alone, both = (Variation("v", "1", Text("试", "Trial"), factors) for factors in ((cut,), (weights, cut)))
    assert vary(result, alone, draws=20).provenance.kind == "real"
    assert vary(result, both, draws=20).provenance.kind == "synthetic"
    assert vary(restage(result, weighting="experts"), alone, draws=20).provenance.kind == "synthetic"
    # of two criteria both ways of joining give the same weights: such a choice is none
    same = Factor("w", Text("权重", "Weights"), "weighting", choices=("experts", "experts_aip"))
    with pytest.raises(DefinitionError, match="changes nothing"):
        vary(result, Variation("v", "1", Text("试", "Trial"), (same,)), draws=20)


def test_every_wrong_cell_is_said_together_with_wrong_answers(tmp_path: Path) -> None:
    file = study(tmp_path, "12", "often")
    answers = tmp_path / "answers.csv"
    answers.write_text(answers.read_text(encoding="utf-8").replace("100,80", "100,800"), encoding="utf-8")
    write_card(answers, Source("小调查答卷", "real", "测试", "2024-01-21", licence="CC0 1.0"))
    with pytest.raises(DataError) as caught:
        run(file)
    said = str(caught.value)
    for words in ("专家 1 Expert 1!", "off the scale of 1 to 9", "专家 2 Expert 2!", "neither a number nor a fraction", "800"):  # fmt: skip
        assert words in said


def test_an_expert_who_compared_nothing_is_named_by_sheet(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"(?s)not compared with the others.*专家 2 Expert 2!.*A \| B"):
        run(study(tmp_path, "2", None))


@pytest.mark.parametrize(
    ("lines", "card", "words"),
    [
        ('experts = "experts.xlsx"\nweighting = "experts"\n', False, "card"),
        ('experts = "nowhere.xlsx"\nweighting = "experts"\n', True, "nowhere.xlsx"),
        ('weighting = "experts"\n', True, "There is no workbook of experts.*weighting = experts.*experts = "),
        ('experts = "experts.xlsx"\nweighting = "expert"\n', True, "no such weighting.*expert"),
        ('experts = 3\n', True, "text in quotes"),
    ],
)  # fmt: skip
def test_what_a_study_cannot_mean_is_said(tmp_path: Path, lines: str, card: bool, words: str) -> None:
    with pytest.raises(HmsurveyError, match="(?s)" + words):
        run(study(tmp_path, "2", lines=lines, card=card))


def test_experts_need_an_index_and_a_name_of_their_own(tmp_path: Path) -> None:
    file = study(tmp_path, "2")
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace('system = "system.toml"\n', "").replace('rule = "rule.toml"\n', ""), encoding="utf-8")
    with pytest.raises(DefinitionError, match="nothing for experts to weigh"):
        read_study(file)
    file.write_text(text, encoding="utf-8")
    add_weighting(tmp_path, "experts")
    with pytest.raises(HmsurveyError, match="has a weighting of this name already"):
        run(file)


def test_a_card_of_another_workbook_is_refused(tmp_path: Path) -> None:
    file = study(tmp_path, "2")
    path = tmp_path / "experts.xlsx"
    book = openpyxl.load_workbook(path)
    book["专家 1 Expert 1"]["A1"] = "changed"
    book.save(path)
    assert card_path(path).is_file()
    with pytest.raises(HmsurveyError, match="not the one its card describes"):
        run(file)
