"""From experts' workbook to a restaged survey: cells checked, weights that say where they come from, tables, section, figure, the verb."""

from __future__ import annotations

import shutil
import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from click.testing import CliRunner
from results import result, system

from hmsurvey.analysis.alternatives import restage, tabulate_alternatives
from hmsurvey.analysis.weight_choices import (
    tabulate_experts,
    tabulate_weight_choices,
    tabulate_weight_spread,
    weight_alternatives,
)
from hmsurvey.analysis.weighting import (
    material,
    weigh_as_given,
    weigh_by_data,
    weigh_by_experts,
    weigh_equally,
    weigh_experts,
)
from hmsurvey.cli.weigh import command
from hmsurvey.definitionfile import locate_definition
from hmsurvey.errors import DataError, ProvenanceError, UsageError
from hmsurvey.indicators import read_system, reweight
from hmsurvey.judging import Judgements, check_experts, read_experts
from hmsurvey.judging_template import write_expert_template
from hmsurvey.output.charts_weights import plot_weights
from hmsurvey.output.stamping import stamped_kind
from hmsurvey.provenance import SYNTHETIC_MARK
from hmsurvey.systems import IndicatorSystem, weights_of

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = ROOT / "data" / "examples" / "experts.xlsx"


def index() -> IndicatorSystem:
    return read_system(locate_definition("digital_archives", "systems"))


def filled(path: Path, cells: dict[str, object], **sheets: dict[str, object]) -> Path:
    """A template with cells filled in on its first expert's sheet, and on others by number."""
    write_expert_template(path, index(), experts=1 + len(sheets))
    book = openpyxl.load_workbook(path)
    for name, values in {"1": cells, **{key[1:]: value for key, value in sheets.items()}}.items():
        for cell, value in values.items():
            book[f"专家 {name} Expert {name}"][cell] = value
    book.save(path)
    return path


# Upper half of six areas: row 8 is A, column C is B.
ALIKE = {f"{column}{row}": "1" for row, columns in zip(range(8, 13), ("CDEFG", "DEFG", "EFG", "FG", "G"), strict=True) for column in columns}  # fmt: skip


def codes(judgements: Judgements) -> list[tuple[str, str, str]]:
    return [(f.level, f.code, f.place.split("!")[-1]) for f in judgements.findings]


def test_a_filled_template_is_read(tmp_path: Path) -> None:
    path = filled(tmp_path / "e.xlsx", ALIKE | {"C8": "3", "D8": "1/3", "E8": 0.5, "B5": 2})
    judgements = read_experts(path, index())
    assert judgements.codes == ("A", "B", "C", "D", "E", "F") and judgements.weights == [2.0]
    assert judgements.matrices[0][0, :4].tolist() == pytest.approx([1, 3, 1 / 3, 1 / 2])
    assert judgements.matrices[0][2, 0] == pytest.approx(3) and judgements.findings == ()
    assert judgements.provenance.kind == "undeclared" and (judgements.system, judgements.node) == (
        "digital_archives",
        "total",
    )


def test_every_finding_at_once_with_its_cell(tmp_path: Path) -> None:
    bad = ALIKE | {"C8": "12", "D8": "very", "E8": "2.5", "B10": "5", "F9": "", "C9": "3", "G12": "0", "B5": "-1"}
    path = filled(tmp_path / "e.xlsx", bad, s2=ALIKE | {"B9": "4", "C8": "2"})
    judgements = check_experts(path, index())
    assert codes(judgements) == [
        ("error", "expert_weight", "B5"),
        ("error", "off_scale", "C8"),
        ("error", "text", "D8"),
        ("error", "diagonal", "C9"),
        ("error", "off_scale", "G12"),
        ("error", "contradiction", "B9"),
        ("warning", "between_steps", "E8"),
        ("note", "blank", "C8"),
    ]
    contradiction = judgements.findings[5]
    assert contradiction.place == "专家 2 Expert 2!B9" and contradiction.allowed.en == "1/2"
    with pytest.raises(DataError, match=r"(?s)off the scale.*neither a number nor a fraction.*contradicts C8"):
        read_experts(path, index())


def test_a_fraction_that_became_a_date_is_said(tmp_path: Path) -> None:
    import datetime as dt

    path = filled(tmp_path / "e.xlsx", ALIKE | {"C8": dt.date(2026, 1, 3)})
    (finding,) = [f for f in check_experts(path).findings if f.level == "error"]
    assert finding.code == "date" and "1/3" in finding.fix.en


def test_a_lower_half_may_be_filled_instead(tmp_path: Path) -> None:
    path = filled(tmp_path / "e.xlsx", ALIKE | {"C8": None, "B9": "1/4"})
    assert read_experts(path).matrices[0][0, 1] == pytest.approx(4)


def test_another_index_and_another_sheet_are_said(tmp_path: Path) -> None:
    path = filled(tmp_path / "e.xlsx", ALIKE)
    with pytest.raises(DataError, match="not the children of the node"):
        read_experts(path, system())
    book = openpyxl.load_workbook(path)
    book.create_sheet("Notes")["A1"] = "hello"
    book.save(path)
    with pytest.raises(DataError, match=r"(?s)no matrix of judgements.*Notes"):
        read_experts(path)


def test_the_example_is_synthetic_and_cannot_be_called_real(tmp_path: Path) -> None:
    judgements = read_experts(EXAMPLE, index())
    assert judgements.provenance.kind == "synthetic" and len(judgements.experts) == 5
    alone = shutil.copy(EXAMPLE, tmp_path / "mine.xlsx")
    assert read_experts(alone).provenance.kind == "synthetic"  # without its card: the mark is inside
    card = (EXAMPLE.with_name("experts.source.toml")).read_text(encoding="utf-8").replace('kind = "synthetic"', 'kind = "real"')  # fmt: skip
    (tmp_path / "mine.source.toml").write_text(card, encoding="utf-8")
    with pytest.raises(ProvenanceError, match="marked synthetic"):
        read_experts(alone)


def test_the_template_of_the_example_is_reproducible(tmp_path: Path) -> None:
    first, second = (write_expert_template(tmp_path / name, index()) for name in ("a.xlsx", "b.xlsx"))
    assert first.read_bytes() == second.read_bytes()
    with pytest.raises(UsageError, match="no such node"):
        write_expert_template(tmp_path / "c.xlsx", index(), node="Z")
    with pytest.raises(UsageError, match="an expert at least"):
        write_expert_template(tmp_path / "c.xlsx", index(), experts=0)


def judged(*matrices: list[list[float]]) -> Judgements:
    """Experts on the small survey's two areas."""
    base = read_experts(EXAMPLE)
    experts = tuple(replace(base.experts[0], name=f"E{k}", matrix=np.array(m)) for k, m in enumerate(matrices, start=1))
    return replace(base, codes=("A", "B"), labels=base.labels[:2], experts=experts, node="total")


def test_experts_weigh_a_system_and_the_result_says_so() -> None:
    first = result()
    judgements = judged([[1, 3], [1 / 3, 1]], [[1, 3], [1 / 3, 1]])
    weighed = weigh_by_experts(system(), judgements)
    assert {c: weights_of(weighed)[c] for c in "AB"} == pytest.approx({"A": 0.75, "B": 0.25})
    after = restage(first, system=weighed)
    assert after.scores is not None and after.scores.total.tolist()[:3] == pytest.approx([87.5, 50, 43.75])
    said = after.scores.provenance
    assert "(ahp: experts.xlsx, 2 experts, AIJ, CR 0.00)" in said.definitions[-1]
    assert any(source.title.endswith("(synthetic)") for source in said.sources) and said.kind == "synthetic"
    assert (
        tabulate_alternatives(first, after).column("alternative").labels["1"].en == "AHP (2 experts, judgements joined)"
    )
    one = weigh_by_experts(system(), judged([[1, 3], [1 / 3, 1]], [[1, 1], [1, 1]]), join="E2")
    assert weights_of(one)["A"] == pytest.approx(0.5) and weigh_experts(judgements).experts.shape == (2, 2)
    with pytest.raises(UsageError, match=r"(?s)no such expert.*aij, aip, E1"):
        weigh_by_experts(system(), judgements, join="E3")
    with pytest.raises(DataError, match="compared other criteria"):
        weigh_by_experts(system(), read_experts(EXAMPLE))


def test_given_weights_are_checked_all_at_once() -> None:
    with pytest.raises(DataError) as error:
        weigh_as_given(system(), {"A": -1, "C": 2}, adds_to=1)
    assert [p.what.en for p in error.value.problems] == [
        "The weights are not those of the node's children.",
        "Weights are numbers of 0 or more.",
    ]
    with pytest.raises(DataError, match=r"(?s)do not add up.*A 60 \+ B 30 = 90"):
        weigh_as_given(system(), {"A": 60, "B": 30}, adds_to=100)
    with pytest.raises(DataError, match="All weights are 0"):
        weigh_as_given(system(), {"A": 0, "B": 0})
    weighed = weigh_as_given(system(), {"A": 60, "B": 40}, adds_to=100, origin="provincial office 2025")
    assert weights_of(weighed)["A"] == pytest.approx(0.6)
    assert "given: provincial office 2025" in restage(result(), system=weighed).scores.provenance.definitions[-1]  # type: ignore[union-attr]


def test_weights_without_effect_are_refused() -> None:
    broken = system()
    nodes = tuple(replace(n, aggregate="min") if n.code == "total" else n for n in broken.nodes)
    with pytest.raises(UsageError, match="no effect"):
        weigh_equally(replace(broken, nodes=nodes))
    with pytest.raises(UsageError, match=r"(?s)no such choice.*Z"):
        weigh_equally(broken, node="Z")


def test_weights_from_data_say_how_many_they_rest_on() -> None:
    first = result()
    found = material(first)
    assert (found.n, found.n_left_out, found.codes) == (3, 1, ("A", "B"))  # u4 has no B
    weighed = weigh_by_data(first, method="spread")
    areas = np.array([[100, 50], [50, 50], [25, 100]])
    assert weights_of(weighed)["A"] == pytest.approx(areas.std(axis=0)[0] / areas.std(axis=0).sum())
    assert "spread: n = 3, 1 incomplete left out" in restage(first, system=weighed).scores.provenance.definitions[-1]  # type: ignore[union-attr]
    shifted = weigh_by_data(first, method="entropy", zeros=10)
    assert "zeros 10" in dict(shifted.weightings[-1].facts)["source"]
    with pytest.raises(UsageError, match=r"(?s)no such choice.*zeros"):
        weigh_by_data(first, method="critic", zeros=1)
    with pytest.raises(UsageError, match=r"(?s)no such choice.*entropy, critic, pca, spread"):
        weigh_by_data(first, method="merec")


def test_weightings_side_by_side() -> None:
    first = restage(result(), weighting="alike")
    judgements = judged([[1, 3], [1 / 3, 1]], [[1, 2], [1 / 2, 1]])
    others, notes = weight_alternatives(first, judgements)
    table = tabulate_weight_choices(first, *others, notes=notes)
    shares = table.frame[["share_A", "share_B"]].to_numpy()
    np.testing.assert_allclose(shares.sum(axis=1), 100)
    assert shares[0].tolist() == [50, 50] and shares[1].tolist() == [75, 25]
    assert len({tuple(row) for row in shares.round(9).tolist()}) == len(shares)  # none twice
    assert (table.frame["n_moved"] == table.frame[["n_up", "n_down", "n_changed_state"]].sum(axis=1)).all()
    assert table.frame["n_moved"].iloc[0] == 0 and table.frame["n"].tolist() == [4] * len(shares)
    spread = tabulate_weight_spread(table, judgements).frame.set_index("area")
    assert spread.loc["A", "expert_low_pct"] == pytest.approx(200 / 3) and spread.loc["A", "expert_high_pct"] == pytest.approx(75)  # fmt: skip
    assert spread.loc["A", "high_pct"] == pytest.approx(table.frame["share_A"].max())


def test_experts_are_listed_with_cr_and_hint() -> None:
    table = tabulate_experts(read_experts(EXAMPLE))
    frame = table.frame.set_index("expert")
    assert (frame["cr"] > 0.10).tolist() == [False, False, False, True, True, False, False]
    assert [bool(hint) for hint in frame["hint"]] == [False, False, False, True, True, False, False]
    hints = list(table.column("hint").labels.values())
    assert "A : F = 1/7" in hints[0].en and "With 1/4 CR falls to 0.09" in hints[0].en
    assert "No single change is enough" in hints[1].en and frame["n_blank"].tolist()[:3] == [0, 0, 4]
    assert np.isnan(frame.loc["aip", "cr"]) and table.provenance.kind == "synthetic"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_figure_is_stamped(lang: str) -> None:
    first = restage(result(), weighting="alike")
    others, notes = weight_alternatives(first)
    table = tabulate_weight_choices(first, *others, notes=notes)
    figure = plot_weights(table, lang=lang)  # type: ignore[arg-type]
    values = [t.get_text() for axes in figure.axes for t in axes.texts if t.get_gid() == "value"]
    assert values[:4] == ["50.0", "75.0", *values[2:4]] and len(values) == 2 * len(table.frame)
    assert stamped_kind(figure) == table.provenance.kind
    assert plot_weights(tabulate_weight_choices(first), lang=lang)  # type: ignore[arg-type]


def test_the_verb_prints_weights_and_writes_a_weighting(tmp_path: Path) -> None:
    done = CliRunner().invoke(command, [str(EXAMPLE), "--out", str(tmp_path / "out"), "--lang", "en"])
    assert done.exit_code == 0, done.output
    assert "CR is 0.15, over 0.10" in done.output and "Spread of the experts" in done.output and "SYNTHETIC" in done.output  # fmt: skip
    (block,) = tomllib.loads((tmp_path / "out" / "weighting.toml").read_text(encoding="utf-8"))["weighting"]
    assert sum(item["weight"] for item in block["weights"]) == pytest.approx(1, abs=1e-5) and SYNTHETIC_MARK in block["source"]  # fmt: skip
    again = reweight(read_system(tmp_path / "out" / "digital_archives.toml"), "ahp")
    assert weights_of(again)["C"] == pytest.approx(weights_of(weigh_by_experts(index(), read_experts(EXAMPLE)))["C"], abs=1e-6)  # fmt: skip
    assert again.weightings[-1].sources[0].kind == "synthetic" and again.weightings[-1].origin.startswith(
        "experts.xlsx"
    )
    assert (tmp_path / "out" / "experts.csv.provenance.json").is_file()


def test_the_verb_writes_a_template_and_refuses_to_write_over_it(tmp_path: Path) -> None:
    target = tmp_path / "t.xlsx"
    assert CliRunner().invoke(command, ["--template", str(target), "--experts", "2"]).exit_code == 0
    assert openpyxl.load_workbook(target).sheetnames[1:3] == ["专家 1 Expert 1", "专家 2 Expert 2"]
    assert isinstance(CliRunner().invoke(command, ["--template", str(target)]).exception, UsageError)
    assert isinstance(CliRunner().invoke(command, []).exception, UsageError)
    empty = CliRunner().invoke(command, [str(target), "--lang", "en"])
    assert empty.exit_code == 1 and "not compared with the others" in empty.output
    assert "专家 2 Expert 2!C8" in empty.output and "A | B | C | D | E | F" in empty.output


def test_the_verb_ends_with_1_where_cells_are_wrong(tmp_path: Path) -> None:
    path = filled(tmp_path / "e.xlsx", ALIKE | {"C8": "12"})
    done = CliRunner().invoke(command, [str(path), "--lang", "zh"])
    assert done.exit_code == 1 and "专家 1 Expert 1!C8" in done.output and not (tmp_path / "e_weights").exists()
