"""Score cards: every unit has its page, alone and among all; what stands on it is what scoring and staging say; names cannot lead anywhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from pypdf import PdfReader
from small_study import HOSTILE, small_study

from hmsurvey.analysis.portrait import Gallery, portray
from hmsurvey.cli.cards import command
from hmsurvey.errors import LANGS, Lang, Text, UsageError
from hmsurvey.output import walk
from hmsurvey.output.card_words import card_data
from hmsurvey.output.cards import file_names, gallery_of, remove_gone, write_cards
from hmsurvey.output.printers import FEW
from hmsurvey.provenance import Source, write_card
from hmsurvey.rules import UNSTAGED
from hmsurvey.sealing import read_seal
from hmsurvey.study import Analysis, analyse, read_study
from hmsurvey.verification import verify

ROOT = Path(__file__).resolve().parents[1]


@contextmanager
def quiet(*_: object, **__: object) -> Iterator[None]:
    yield


def squeezed(text: str) -> str:
    return re.sub(r"[\s\u200b]+", "", text)


def pages_of(path: Path) -> list[str]:
    return [squeezed(page.extract_text()) for page in PdfReader(BytesIO(path.read_bytes())).pages]


@pytest.fixture(scope="module")
def study() -> Analysis:
    return analyse(read_study(ROOT / "study.toml"))


@pytest.fixture(scope="module")
def gallery(study: Analysis) -> Gallery:
    return gallery_of(study)


def some_of_each_stage(gallery: Gallery) -> list[str]:
    firsts = {portrait.stage: portrait.unit for portrait in reversed(gallery.portraits)}
    return list(firsts.values())


def test_every_unit_of_the_index_has_a_portrait(study: Analysis, gallery: Gallery) -> None:
    result = study["index"]
    assert [portrait.unit for portrait in gallery.portraits] == list(result.survey.answers.units)
    assert len(gallery.portraits) == 235
    assert result.stages is not None and result.scores is not None
    for portrait in gallery.portraits:
        assert portrait.stage == result.stages.stage[portrait.unit]
        total = portrait.standings[0]
        assert np.isnan(total.value) == np.isnan(result.scores.total[portrait.unit])
        assert sum(share for _, share in portrait.chances) == pytest.approx(1)


def test_needs_say_how_far_a_unit_is_from_each(study: Analysis, gallery: Gallery) -> None:
    stages = study["index"].stages
    assert stages is not None
    for portrait in gallery.portraits:
        total = portrait.standings[0].value
        own = {need.need: need for need in portrait.needs if need.depth == 0}
        assert set(own) == {need.code for need in stages.rule.needs}
        if not np.isnan(total):
            assert own["total80"].lacking == pytest.approx(80 - total)
            assert own["total80"].met == (total >= 80)
        floor = own["GT6"]
        areas = [s.value for s in portrait.standings[1:]]
        if floor.met is False:
            assert floor.lacking == pytest.approx(40 - np.nanmin(areas))
            below = [need for need in portrait.needs if need.need == "GT6" and need.depth == 1]
            assert len(below) == (0 if (n := sum(a < 40 for a in areas)) < 2 else n)


def test_medians_are_those_of_the_stage(study: Analysis, gallery: Gallery) -> None:
    result = study["index"]
    assert result.stages is not None and result.scores is not None
    for portrait in gallery.portraits[:40]:
        members = result.stages.stage == portrait.stage
        peers = result.scores.total if portrait.stage == UNSTAGED else result.scores.total[members]
        assert portrait.standings[0].median == pytest.approx(float(np.nanmedian(peers)))


def test_weakest_and_strongest_are_apart_and_in_order(gallery: Gallery) -> None:
    for portrait in gallery.portraits:
        low, high = [leaf.share for leaf in portrait.weakest], [leaf.share for leaf in portrait.strongest]
        assert low == sorted(low) and high == sorted(high, reverse=True)
        assert not {leaf.code for leaf in portrait.weakest} & {leaf.code for leaf in portrait.strongest}
        assert not low or not high or max(low) <= min(high) + 1e-9


def test_the_reason_names_what_bars_the_way_beside_the_first_need(gallery: Gallery) -> None:
    """The need named first is the first of the rule; those that cannot be met at all have to be named too."""
    rule, met = gallery.stages.rule, gallery.stages.met
    barred = 0
    for portrait in gallery.portraits:
        said = str(card_data(gallery, portrait, "en")["because"])
        if portrait.stage not in rule.codes[1:]:
            assert "not met either" not in said and "Out of reach" not in said
            continue
        needs = rule.stages[rule.codes.index(portrait.stage) - 1].needs
        unmet = [need.code for need in needs if not met.loc[portrait.unit, [need.code]].fillna(True).item()]
        others = len(unmet) - 1
        assert ("not met either" in said) == bool(others)
        assert not others or f"{others} other need" in said
        step = gallery.steps[portrait.unit]
        for need in portrait.needs:
            if need.need in step.beyond and need.stage == step.target and not need.met and not need.depth:
                barred += 1
                assert need.words.en in said
    assert barred > 10
    one = next(portrait for portrait in gallery.portraits if portrait.unit == "S058")
    assert card_data(gallery, one, "zh")["because"].endswith(
        "可提高的全部提高，仍不能满足的是“办公系统加至少一个核心系统的文件已归档”。"
    )


@pytest.mark.parametrize("lang", LANGS)
def test_a_card_says_stage_reason_kind_and_that_it_stays_inside(study: Analysis, tmp_path: Path, lang: Lang) -> None:
    some = gallery_of(study, units=some_of_each_stage(gallery_of(study)))
    written = write_cards(study, some, tmp_path, lang=lang)
    assert written[0].name == f"chosen.{lang}.pdf" and len(written) == len(some.portraits) + 1
    pages = pages_of(written[0])
    assert len(pages) == len(some.portraits)
    for portrait, page, single in zip(some.portraits, pages, written[1:], strict=True):
        assert single == tmp_path / lang / f"{portrait.unit}.pdf"
        alone = pages_of(single)
        assert len(alone) == 1
        for text in (page, alone[0]):
            assert squeezed(portrait.name) in text and portrait.unit in text
            assert squeezed(portrait.because.of(lang))[1:] in text
            assert squeezed("模拟数据" if lang == "zh" else "SYNTHETIC") in text
            assert squeezed("内部资料" if lang == "zh" else "Internal") in text
            assert squeezed("变动的是" if lang == "zh" else "What was varied") in text
            for leaf in (*portrait.weakest, *portrait.strongest):
                assert squeezed(leaf.label.of(lang)) in text
            step = some.steps[portrait.unit]
            heads = squeezed("下一步" if lang == "zh" else "Next step")
            assert (heads in text) == (step.state in ("planned", "blocked")), step  # no empty box
            if step.plans:
                wanted = f"工作量 {step.plans[0].effort:g}（" if lang == "zh" else f"effort {step.plans[0].effort:g} ("
                assert squeezed(wanted) in text


def test_single_cards_carry_a_seal_and_are_the_same_every_time(study: Analysis, tmp_path: Path) -> None:
    some = gallery_of(study, units=["S007"])
    first = write_cards(study, some, tmp_path / "a", lang="zh")
    second = write_cards(study, some, tmp_path / "b", lang="zh")
    assert [p.read_bytes() for p in first] == [p.read_bytes() for p in second]
    seal = read_seal(first[1].read_bytes(), ".pdf")
    assert seal is not None and seal.intact
    assert seal.record["visibility"] == "internal" and seal.record["nature"] == "synthetic"


def test_cards_set_side_by_side_are_those_set_one_by_one(study: Analysis, tmp_path: Path) -> None:
    units = list(study["index"].survey.answers.units[: FEW + 2])
    many = write_cards(study, gallery_of(study, units=units), tmp_path / "many", lang="zh")
    assert len(PdfReader(many[0]).pages) == len(units) == len(many) - 1
    for place in (0, len(units) - 1):
        _, alone = write_cards(study, gallery_of(study, units=units[place : place + 1]), tmp_path / "one", lang="zh")
        assert alone.name == many[place + 1].name and alone.read_bytes() == many[place + 1].read_bytes()


def test_hostile_names_are_plain_text_on_one_page(tmp_path: Path) -> None:
    analysis = small_study(tmp_path / "study", names=HOSTILE, cities=("#panic()", "$x$", "*b*", "@a", "\\"))
    for lang in LANGS:
        written = write_cards(analysis, gallery_of(analysis), tmp_path, lang=lang)
        pages = pages_of(written[0])
        assert len(pages) == 5 and all(len(pages_of(path)) == 1 for path in written[1:])
        assert "<script>alert(1)</script>" in pages[0] and "#panic()" in pages[0]
        assert squeezed(HOSTILE[1]) in pages[1]
        assert "〓" in pages[2] and "U+1F3ED" in pages[2]
        assert "长" * 200 in pages[3]
        assert "@SUM(A1)" in pages[4] and "U+" not in pages[4]


def test_file_names_lead_nowhere_and_meet_nowhere() -> None:
    ids = [
        "S1",
        "s1",
        "../../etc/passwd",
        "a/b",
        "a\\b",
        "a:b",
        ".",
        "..",
        "CON",
        "x" * 200,
        "x" * 201,
        "厂 一",
        "正常厂",
        "a.b",
        "\u202eb",
    ]
    names = file_names(ids)
    assert len({name.casefold() for name in names.values()}) == len(ids)
    for name in names.values():
        assert re.fullmatch(r"[\w-]{1,80}", name), name
        assert name.casefold() not in ("con", "nul", "aux", "prn")
    assert names["正常厂"] == "正常厂"
    assert names["S1"] != "S1" and names["s1"] != "s1"  # one file on a disk that knows no capitals
    assert file_names(ids[::-1]) == names


def test_a_unit_without_stage_says_what_is_missing(tmp_path: Path) -> None:
    analysis = small_study(tmp_path / "study")
    written = write_cards(analysis, gallery_of(analysis, units=["u5"]), tmp_path, lang="en")
    page = pages_of(written[1])[0]
    assert "Unstaged" in page and "Cannotbetold,datamissing" in page and "cannotbetold" in page
    assert "Notanswered(1)" in page


def test_a_study_without_index_has_cards_too(study: Analysis, tmp_path: Path) -> None:
    some = gallery_of(study, "questionnaire", units=["S004"])
    assert some.portraits[0].standings == ()
    page = pages_of(write_cards(study, some, tmp_path, lang="en")[1])[0]
    assert squeezed("at least 50% of archive types captured by a system") in page
    assert "43.3percentagepointsshort" in page


def test_units_that_are_not_there_are_named(study: Analysis) -> None:
    with pytest.raises(UsageError, match="There are no such enterprises") as raised:
        portray(study["index"], units=["S007", "nobody"])
    assert raised.value.problems[0].found == "nobody"


def test_public_units_are_not_marked_internal(tmp_path: Path) -> None:
    analysis = small_study(tmp_path / "study", units="public", kind="real")
    written = write_cards(analysis, gallery_of(analysis), tmp_path, lang="zh")
    assert len(written) == 6
    assert all("内部" not in page for page in pages_of(written[0]))
    seal = read_seal(written[1].read_bytes(), ".pdf")
    assert seal is not None and seal.record["visibility"] == "public"


def test_the_verb_writes_below_internal_and_clears_what_is_gone(tmp_path: Path) -> None:
    small_study(tmp_path)
    run = CliRunner().invoke(command, [str(tmp_path / "study.toml"), "--lang", "zh"], catch_exceptions=False)
    folder = tmp_path / "reports" / "internal" / "cards"
    assert re.search(r"另有单页 5 份，\d+\.\d s（限 10 s(，超出)?）", run.output)
    assert run.exit_code == 0 and sorted(p.name for p in (folder / "zh").iterdir()) == [
        f"u{k}.pdf" for k in range(1, 6)
    ]
    kept = (folder / "zh" / "u2.pdf").read_bytes()
    (folder / "zh" / "old.pdf").write_bytes((folder / "zh" / "u1.pdf").read_bytes())
    (folder / "zh" / "notes.pdf").write_bytes(b"%PDF-1.7 somebody's own")
    run = CliRunner().invoke(command, [str(tmp_path / "study.toml"), "--lang", "zh", "--ids", "u1,u3"])
    assert run.exit_code == 0 and (folder / "zh" / "old.pdf").exists()  # a part of the cards clears nothing
    assert len(pages_of(folder / "chosen.zh.pdf")) == 2 and len(pages_of(folder / "cards.zh.pdf")) == 5
    gone = remove_gone(folder / "zh", [folder / "zh" / f"u{k}.pdf" for k in range(1, 6)], study="small_study")
    assert [path.name for path in gone] == ["old.pdf"]
    assert (folder / "zh" / "notes.pdf").exists() and (folder / "zh" / "u2.pdf").read_bytes() == kept


def test_cards_of_other_workbooks_do_not_outlast_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run leaves the cards that belong to it, and removes those of other answers; either way the folder is as its manifests say."""
    analysis = small_study(tmp_path)
    inside = tmp_path / "reports" / "internal"
    folder = inside / "cards"
    monkeypatch.setattr(walk, "figure_jobs", lambda _: iter(()))  # figures have their own tests
    monkeypatch.setattr(walk, "_write_edition", lambda whole, digest, folder, langs, step: None)
    monkeypatch.setattr(walk, "_write_public", lambda outside, study, studio, folder, langs, step: None)

    def run(analysis: Analysis) -> list[Text]:
        said: list[Text] = []
        walk.write_all(analysis, tmp_path, langs=("zh",), notebooks=False, step=quiet, say=said.append, processes=0)
        return said

    def cards(*arguments: str) -> str:
        found = CliRunner().invoke(
            command, [str(tmp_path / "study.toml"), "--lang", "en", *arguments], catch_exceptions=False
        )
        assert found.exit_code == 0
        return found.output

    def files() -> list[str]:
        return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())

    assert not run(analysis)
    cards()
    all_cards = ["cards.en.pdf", *(f"en/u{k}.pdf" for k in range(1, 6)), "manifest.json"]
    assert files() == all_cards
    (folder / "notes.pdf").write_bytes(b"%PDF-1.7 somebody's own")
    assert [v.intact for v in verify(inside)] == [True, False]  # what a person put there is nobody's to vouch for
    (folder / "notes.pdf").unlink()
    assert not run(analysis) and files() == all_cards and all(v.intact for v in verify(inside))

    answers = tmp_path / "answers.csv"
    answers.write_text(answers.read_text(encoding="utf-8").replace("100,80", "100,70"), encoding="utf-8")
    write_card(answers, Source("小调查答卷", "synthetic", "测试", "2024-01-21", licence="CC0 1.0"))
    assert [v.intact for v in verify(inside)] == [True, True]  # not written anew yet
    (words,) = run(analyse(read_study(tmp_path / "study.toml")))
    assert words.en.startswith("Removed 6 score cards made from other workbooks or definitions") and "6 份" in words.zh
    assert files() == [] and all(v.intact for v in verify(inside))

    cards("--ids", "u1,u2")
    answers.write_text(answers.read_text(encoding="utf-8").replace("100,70", "100,60"), encoding="utf-8")
    write_card(answers, Source("小调查答卷", "synthetic", "测试", "2024-01-21", licence="CC0 1.0"))
    assert "Removed 1 score card made from other workbooks" in cards("--ids", "u1")
    assert files() == ["chosen.en.pdf", "en/u1.pdf", "manifest.json"]
    assert [v.intact for v in verify(inside)] == [True, False]  # the report is of the answers before
    assert not run(analyse(read_study(tmp_path / "study.toml"))) and all(v.intact for v in verify(inside))


def test_an_interrupted_run_leaves_earlier_cards_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    analysis = small_study(tmp_path / "study")
    written = write_cards(analysis, gallery_of(analysis), tmp_path, lang="zh")
    before = {path: path.read_bytes() for path in written}

    def fail(*_: object, **__: object) -> bytes:
        raise KeyboardInterrupt

    monkeypatch.setattr("hmsurvey.output.cards.seal", fail)
    with pytest.raises(KeyboardInterrupt):
        write_cards(analysis, gallery_of(analysis), tmp_path, lang="zh")
    assert {path: path.read_bytes() for path in written} == before
    assert not list(tmp_path.rglob("*.part"))
