"""The brief answers what a stranger would ask, from the digest alone, and says something else when the numbers are others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pandas as pd
import pytest

from hmsurvey.analysis.attention import attention_of
from hmsurvey.analysis.digest import Digest, digest_of
from hmsurvey.errors import LANGS, NOTHING, DefinitionError, HmsurveyError, Lang, Text
from hmsurvey.output.brief import compose_brief
from hmsurvey.output.content import content_of
from hmsurvey.output.document import Document, Top
from hmsurvey.output.methods import rule_texts
from hmsurvey.output.phrases import date_words
from hmsurvey.problems import Agenda, built_in_agenda, read_agenda
from hmsurvey.provenance import Source, write_card
from hmsurvey.study import Analysis, analyse, read_study
from tests.small_study import HOSTILE, small_study

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    return analyse(read_study(ROOT / "study.toml"))


@pytest.fixture(scope="module")
def digest(analysis: Analysis) -> Digest:
    return digest_of(analysis)


def said(document: Document, lang: Lang) -> str:
    return "\n".join(text.of(lang) for text in document.texts)


def brief_of(digest: Digest, lang: Lang = "en") -> str:
    return said(compose_brief(digest, visibility="internal"), lang)


def changed(digest: Digest, code: str, change: Callable[[pd.DataFrame], pd.DataFrame]) -> Digest:
    """The digest with other numbers in one table."""
    table = digest[code]
    other = replace(table, frame=change(table.frame.copy()))
    return replace(digest, tables=MappingProxyType(dict(digest.tables) | {code: other}))


def without(digest: Digest, code: str, cells: list[tuple[int, str]]) -> Digest:
    """The digest with some cells hidden."""
    table = digest[code]
    frame = table.frame.copy()
    for row, column in cells:
        frame[column] = frame[column].astype(float)
        frame.loc[row, column] = np.nan
    other = replace(table, frame=frame, hidden=frozenset(cells))
    return replace(digest, tables=MappingProxyType(dict(digest.tables) | {code: other}))


@pytest.mark.parametrize("lang", LANGS)
def test_it_says_how_many_are_in_each_stage(analysis: Analysis, digest: Digest, lang: Lang) -> None:
    text = brief_of(digest, lang)
    for result in analysis.results.values():
        assert result.stages is not None
        counts = result.stages.stage.value_counts()
        for code in result.stages.rule.codes:
            label, share = result.stages.rule.label_of(code), 100 * counts[code] / len(result.stages.stage)
            assert {"zh": f"{label.zh} {counts[code]} 家（{share:.1f}%）", "en": f"{counts[code]} ({share:.1f}%)"}[
                lang
            ] in text


def test_it_names_two_cities_and_how_sure_that_is(digest: Digest) -> None:
    text = brief_of(digest)
    assert "Look first at Dandong and Benxi, with little certainty." in text
    # Dandong: 14 answered, 13 have a stage, 12 of them Low; with 34 in production the interval is that of `tabulate_shares`' method for so small a population.
    found = attention_of(digest, digest.topics[0])
    assert found is not None and [one.label.en for one in found.first] == ["Dandong", "Benxi"]
    assert "12 of 13 with a stage, 92.3%, 95% interval 70.6 to 97.1" in text
    assert f"{100 * found.first[0].chance:.0f}% for Dandong" in text
    # 13 cities are compared: two are in front, and the interval of the first reaches into those of the 11 after them
    assert (
        "overlaps with those of all 11 cities after the first 2: this is an order in which to look, not a ranking"
        in text
    )
    assert "宜优先关注丹东和本溪，把握不大。" in brief_of(digest, "zh")


def test_it_says_what_stops_most(digest: Digest) -> None:
    text = brief_of(digest)
    assert (
        "Of the 180 enterprises short of Intermediate, the need most often unmet is “total at least 60”: 179 (99.4%)"
        in text
    )
    # the questionnaire has no total: the lead must say whose finding it is
    assert "By the survey of the state of digital archives, most are stopped by too low a total" in text
    assert "按“数字档案馆（室）建设现状调查”，拦住企业最多的是总分不够" in brief_of(digest, "zh")
    assert "没有达到中级阶段的 180 家中，不满足“总分不低于 60 分”的最多，有 179 家（99.4%）" in brief_of(digest, "zh")


def test_it_says_whether_the_data_are_real(digest: Digest) -> None:
    assert "These data are not real." in brief_of(digest)
    assert "这些数据不是真的。" in brief_of(digest, "zh")
    real = replace(
        digest,
        provenance=replace(
            digest.provenance, sources=tuple(replace(s, kind="real") for s in digest.provenance.sources)
        ),
    )
    assert "These data are real." in brief_of(real) and "not real" not in brief_of(real)
    assert compose_brief(real, visibility="internal").running.en == "real data · Internal"
    mixed = replace(
        digest.provenance, sources=(replace(digest.provenance.sources[0], kind="real"), *digest.provenance.sources[1:])
    )
    assert "Only some of these data are real." in brief_of(replace(digest, provenance=mixed))


def test_other_numbers_give_another_text(digest: Digest) -> None:
    def worse(frame: pd.DataFrame) -> pd.DataFrame:
        rows = frame["group"].isin(["211400", "210900"])  # Huludao and Fuxin, low before
        frame.loc[rows, "n_low"] = frame.loc[rows, "n"]
        return frame

    text = brief_of(changed(digest, "stages_questionnaire", worse))
    assert "Look first at Huludao and Fuxin, with fair certainty." in text
    assert "have intervals wholly below that of Huludao" in text


def test_the_methods_count_the_needs_that_are_assumed(analysis: Analysis) -> None:
    said = {}
    for result in content_of(analysis, []).results:
        assert result.stages is not None
        said[result.plan.code] = rule_texts(content_of(analysis, []).units, result.stages.rule, None)[-1]
    assert said["questionnaire"].en.endswith("All others are Low. Both needs rest on an assumption.")
    assert said["index"].en.endswith("All 9 needs rest on an assumption.")
    assert said["index"].zh.endswith("全部 9 项要求的数值或内容都是假定。")


def test_a_need_that_stops_more_takes_the_place_of_the_first(digest: Digest) -> None:
    def more(frame: pd.DataFrame) -> pd.DataFrame:
        frame.loc[frame["need"] == "GT3i", "n_unmet"] = 180
        return frame

    text = brief_of(changed(digest, "needs_index", more))
    assert "the need most often unmet is “at least spreadsheets or shared folders”: 180 (100.0%)" in text


def test_a_need_whose_count_is_hidden_is_mentioned(digest: Digest) -> None:
    frame = digest["needs_index"].frame
    row = int(frame.index[frame["need"] == "total60"][0])
    text = brief_of(without(digest, "needs_index", [(row, "n_unmet")]))
    assert "99 (55.0%) do not meet “some platform archived back”; for some other need the number is not shown." in text
    assert "179" not in text.split("Method and data")[0]


def test_advice_follows_the_weakest_problem(digest: Digest) -> None:
    heads = [text.en for text in compose_brief(digest, visibility="internal").texts]
    agenda = built_in_agenda()
    order = [heads.index(s.label.en) for s in agenda.solutions]  # S1 to S4
    assert order[0] < order[3] < order[1] < order[2]

    def staff(frame: pd.DataFrame) -> pd.DataFrame:
        frame.loc[frame["problem"] == "P3", "mean_share_pct"] = 1.0
        return frame

    other = [t.en for t in compose_brief(changed(digest, "indicators_index", staff), visibility="internal").texts]
    assert other.index(agenda.solutions[2].label.en) < other.index(agenda.solutions[0].label.en)
    assert "These are proposals, not findings." in "\n".join(heads)


def test_hidden_counts_are_said_to_be_hidden_and_not_guessed(digest: Digest) -> None:
    last = len(digest["stages_index"].frame) - 1
    hidden = without(
        digest,
        "stages_index",
        [(last, "n_advanced"), (last, "share_advanced_pct"), (last, "n_unstaged"), (last, "share_unstaged_pct")],
    )
    text = brief_of(hidden)
    assert "the other 19 (8.1%) are Advanced or unstaged, and how many are which is not shown" in text
    assert "5 (2.1%)" not in text
    table = next(t for t in compose_brief(hidden, visibility="public").tables if t.code == "brief_stages")
    assert table.is_hidden(1, "n_advanced") and np.isnan(table.frame.at[1, "n_advanced"])
    assert "Some numbers are not shown." in text


def test_a_city_whose_counts_are_hidden_takes_no_part(digest: Digest) -> None:
    frame = digest["stages_questionnaire"].frame
    row = int(frame.index[frame["group"] == "210600"][0])  # Dandong
    text = brief_of(
        without(digest, "stages_questionnaire", [(row, "n_low"), (row, "share_low_pct"), (row, "n_advanced")])
    )
    assert "Of the cities whose numbers are shown, look first at Benxi and Dalian" in text
    assert (
        "The numbers of Dandong are not shown, to protect single enterprises, and take no part in the comparison."
        in text
    )


def test_cities_of_which_little_or_nothing_is_known_are_named(digest: Digest) -> None:
    text = brief_of(digest)
    assert "Tieling has fewer than 5 answers and is not compared (assumption A146)." in text
    assert (
        "No usable answers came from Yingkou, Fuxin, Liaoyang, Tieling and Huludao: nothing is known of them." in text
    )


def test_a_stage_nobody_reached(tmp_path: Path) -> None:
    analysis = small_study(tmp_path)
    (tmp_path / "rule.toml").write_text(
        (tmp_path / "rule.toml").read_text(encoding="utf-8").replace("80", "99"), encoding="utf-8"
    )
    text = brief_of(digest_of(analyse(read_study(tmp_path / "study.toml"))))
    assert "0 (0.0%) are High and 4 (80.0%) Low; 1 (20.0%) cannot be staged" in text
    assert len(analysis.results) == 1


def test_one_city_and_two_give_nothing_to_choose_from(tmp_path: Path) -> None:
    for cities in (("东市",) * 5, ("东市", "东市", "西市", "西市", "西市")):
        digest = digest_of(small_study(tmp_path / cities[-1] / cities[0], cities=cities))
        for lang, words in (("zh", "分不出应优先关注哪两个市"), ("en", "no two cities can be singled out")):
            assert words in brief_of(digest, lang)  # type: ignore[arg-type]


def test_a_single_answer(tmp_path: Path) -> None:
    small_study(tmp_path)
    path = tmp_path / "answers.csv"
    path.write_text("\n".join(path.read_text(encoding="utf-8").splitlines()[:2]) + "\n", encoding="utf-8")
    write_card(path, Source("小调查答卷", "synthetic", "测试", "2024-01-21", licence="CC0 1.0"))
    digest = digest_of(analyse(read_study(tmp_path / "study.toml")))
    assert "Of 1 enterprise, 1 (100.0%) is High and 0 (0.0%) Low." in brief_of(digest)
    assert "1 家企业中，高级 1 家（100.0%），低级 0 家（0.0%）。" in brief_of(digest, "zh")


def test_public_entities_are_not_called_enterprises(tmp_path: Path) -> None:
    document = compose_brief(digest_of(small_study(tmp_path, units="public")), visibility="public")
    assert "企业" not in "".join(text.zh for piece in document.pieces if isinstance(piece, Top) for text in piece)
    assert document.running.zh == "模拟数据 · 公开版"


def test_hostile_names_of_cities_stay_plain_words(tmp_path: Path) -> None:
    digest = digest_of(small_study(tmp_path, cities=HOSTILE, names=HOSTILE))
    assert brief_of(digest)  # nothing breaks; the docx is held to it in test_word
    assert "u1" not in brief_of(digest)


def test_no_section_is_empty(digest: Digest, tmp_path: Path) -> None:
    for one in (digest, digest_of(small_study(tmp_path, parts=("system",)))):
        pieces = compose_brief(one, visibility="internal").pieces
        tops = [place for place, piece in enumerate(pieces) if isinstance(piece, Top)]
        assert all(not isinstance(pieces[place + 1], Top) for place in tops if place + 1 < len(pieces))
        assert not isinstance(pieces[-1], Top)


def test_an_agenda_must_hold_together(tmp_path: Path) -> None:
    assert isinstance(built_in_agenda(), Agenda)
    path = tmp_path / "problems.toml"
    path.write_text(
        'kind = "problems"\nid = "p"\nversion = "1.0"\n[[problem]]\ncode = "P1"\nzh = "甲"\nen = "A"\n[[solution]]\ncode = "S1"\nzh = "乙"\nen = "B"\nanswers = ["P1", "P9"]\nby = ["nobody"]\n',
        encoding="utf-8",
    )
    with pytest.raises(DefinitionError) as caught:
        read_agenda(path)
    text = caught.value.render("en")
    assert "names a problem or party that the file does not have" in text and "P9" in text and "nobody" in text


def test_who_issues_it_and_when_is_said_in_the_study_file_and_never_the_clock(tmp_path: Path) -> None:
    digest = digest_of(small_study(tmp_path / "plain"))
    plain = compose_brief(digest, visibility="internal")
    dates = sorted(source.date for source in digest.provenance.sources)
    assert plain.imprint == (
        Text(f"数据截至 {date_words(dates[-1]).zh}", f"Data as of {date_words(dates[-1]).en}") if dates[-1] else NOTHING
    )
    issued = compose_brief(
        digest, visibility="internal", issued=(Text("某省档案局", "An Archives Bureau"), "2026-11-30")
    )
    assert issued.imprint == Text("某省档案局\u30002026年11月30日", "An Archives Bureau · 30 November 2026")
    study = (ROOT / "study.toml").read_text(encoding="utf-8")
    told = tmp_path / "told.toml"
    told.write_text('issued_on = "in spring"\n' + study, encoding="utf-8")
    with pytest.raises(HmsurveyError, match="`issued_on` is no day"):
        read_study(told)
