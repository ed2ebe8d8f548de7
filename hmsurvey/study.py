"""The core walk, once: a study file names workbooks and definitions; `analyse` checks, scores and stages them.

`study.toml` is the one file a user edits to run a study of their own. What is then asked of the result is the business of `analysis`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Literal

from hmsurvey.answers import answers_frame
from hmsurvey.codebook import read_codebook
from hmsurvey.coordination import read_coordination
from hmsurvey.definitionfile import Entry, find_duplicates, finish, locate_definition, named, open_definition
from hmsurvey.errors import NOTHING, DataError, HmsurveyError, Problem, ProvenanceError, Text, UsageError
from hmsurvey.expert_weights import EXPERTS, add_experts
from hmsurvey.indicators import reweight
from hmsurvey.judging import Judgements, read_experts
from hmsurvey.landscape import Landscape, built_in_landscape, read_landscape
from hmsurvey.provenance import Provenance, Traced, combine
from hmsurvey.registry import Registry
from hmsurvey.reproduction import Published, compare_published
from hmsurvey.scoring import Scores, score
from hmsurvey.severities import check_severities
from hmsurvey.staging import Stages, stage
from hmsurvey.survey import Survey, read_survey
from hmsurvey.surveyplan import SurveyPlan, read_plan
from hmsurvey.waves import WavePlan, check_order, nobody_in_both, read_wave, same_answers


@dataclass(frozen=True, slots=True)
class Study:
    """What a study file says.

    `units` is "enterprises" (answers about them are confidential) or "public"; `bad_cells` says what is done about cells that are not
    allowed; `k` is the smallest group about which anything may be published.
    """

    id: str
    version: str
    label: Text
    folder: Path
    units: Literal["enterprises", "public"]
    seed: int
    k: int
    bad_cells: Literal["refuse", "missing"]
    surveys: tuple[SurveyPlan, ...]
    registry_path: Path | None = None
    visits_path: Path | None = None
    published: tuple[Published, ...] = ()
    cases: tuple[Path, ...] = ()
    notebooks: Path | None = None
    geography: str = ""
    waves: tuple[WavePlan, ...] = ()
    own_landscape: Landscape | None = None
    issued_by: Text = NOTHING
    issued_on: str = ""

    @property
    def landscape(self) -> Landscape:
        """The norms, platforms, archive types, problems and parties that the study is about: its own, or the built-in ones."""
        return self.own_landscape or built_in_landscape()


@dataclass(frozen=True, slots=True, eq=False)
class SurveyResult:
    """One survey, scored and staged as far as its definitions go."""

    plan: SurveyPlan
    survey: Survey
    scores: Scores | None
    stages: Stages | None
    judgements: Judgements | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Wave:
    """One wave of a survey, scored and staged by the study's index and rule; `then` is the same by the index and rule of its own time, where the study names them."""

    year: int
    label: Text
    result: SurveyResult
    then: SurveyResult | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Analysis:
    """A study carried out: the result of each survey, the registry, the field visits, and the waves of surveys held more than once, the study's own included, in order of time."""

    study: Study
    results: Mapping[str, SurveyResult]
    registry: Registry | None = None
    visits: Survey | None = None
    reproduction: Traced | None = None
    provenance: Provenance = field(default_factory=Provenance)
    waves: Mapping[str, tuple[Wave, ...]] = field(default_factory=dict)

    def __getitem__(self, code: str) -> SurveyResult:
        if code not in self.results:
            known = ", ".join(self.results)
            raise UsageError(
                Problem(Text("没有这项调查。", "There is no such survey."), found=code, expected=Text(known, known))
            )
        return self.results[code]

    def __repr__(self) -> str:
        lines = [f"Analysis of {self.study.id} {self.study.version} [{self.provenance.kind}]"]
        for code, result in self.results.items():
            lines.append(f"  {code}: n = {len(result.survey.answers)}")
            if result.stages is not None:
                counts = result.stages.stage.value_counts(sort=False)[::-1]
                lines.append("    " + ", ".join(f"{name} {n}" for name, n in counts.items()))
        return "\n".join(lines)


def read_study(path: str | Path) -> Study:
    """Read a study file and the definitions it names.

    Raises
    ------
    DefinitionError, UsageError
        With every problem of the study file; then with those of the first definition file that has any.
    """
    path = Path(path)
    top = open_definition(path, "study")
    base = path.resolve().parent
    plans, published = [], []
    for entry in top.entries("survey"):
        plans.append(read_plan(entry, base))
    for entry in top.entries("published", name_by="survey"):
        published.append(_published(entry, base, [plan.code for plan in plans]))
    waves = [
        wave for entry in top.entries("wave", name_by="year") if (wave := read_wave(entry, base, plans)) is not None
    ]
    check_order(top, plans, waves)
    if not plans:
        top.complain(Text("没有调查。", "There is no survey."), expected=Text("[[survey]]", "[[survey]]"))
    find_duplicates(top, [plan.code for plan in plans], Text("调查", "Survey"))
    units = top.choice("units", ("enterprises", "public"), "enterprises")
    bad_cells = top.choice("bad_cells", ("refuse", "missing"), "refuse")
    study = Study(
        id=top.code("id"),
        version=top.text("version", required=True),
        label=named(top),
        folder=base,
        units="public" if units == "public" else "enterprises",
        seed=_seed(top),
        k=_smallest_group(top),
        bad_cells="missing" if bad_cells == "missing" else "refuse",
        surveys=tuple(plans),
        registry_path=_file(top, "registry", base),
        visits_path=_file(top, "visits", base),
        published=tuple(published),
        cases=tuple(base / case for case in top.texts("cases")),
        notebooks=_file(top, "notebooks", base),
        geography=top.text("geography"),
        own_landscape=_landscape(top, base),
        waves=tuple(waves),
        issued_by=top.label("issued_by"),
        issued_on=_day(top, "issued_on"),
    )
    finish(top)
    return study


def _day(top: Entry, key: str) -> str:
    """Take a day that is written 2024-05-31, as a text or as TOML's own date."""
    given = top.take(key, (str, date), "", Text("日期，如 2024-05-31", "a day such as 2024-05-31"))
    text = given.isoformat() if isinstance(given, date) else str(given)
    if text:
        try:
            date.fromisoformat(text)
        except ValueError:
            top.complain(
                Text(f"{key} 不是日期。", f"`{key}` is no day."),
                found=text,
                expected=Text("如 2024-05-31", "such as 2024-05-31"),
            )
            return ""
    return text


def _landscape(top: Entry, base: Path) -> Landscape | None:
    """Read the study's own landscape from the folder it names; a folder without a single one of the files is a slip."""
    name = top.text("landscape")
    if not name:
        return None
    folder = base / name
    try:
        landscape = read_landscape(folder)
    except UsageError as error:  # no such folder, or nothing in it: said where the study names it
        (problem,) = error.problems
        fix = Text("改正文件夹名，或去掉 landscape。", "mend the folder's name, or leave `landscape` out.")
        top.complain(problem.what, found=name, expected=problem.expected, fix=fix, at="landscape")
        return None
    read_coordination(folder, landscape=landscape)  # a slip in it is said now, not in the middle of a run
    return landscape


def _seed(top: Entry) -> int:
    seed = int(top.take("seed", int, 1, Text("整数", "a whole number")))
    if seed < 0:
        top.complain(Text("seed 不能为负。", "`seed` is not below 0."), found=seed, expected=Text("0 或以上的整数", "a whole number of 0 or above"))  # fmt: skip
    return seed


def _smallest_group(top: Entry) -> int:
    k = int(top.take("k", int, 5, Text("整数", "a whole number")))
    if k < 1:
        top.complain(Text("k 至少为 1。", "`k` is at least 1."), found=k, expected=Text("例如 5", "such as 5"))
    return k


def _file(entry: Entry, key: str, base: Path) -> Path | None:
    name = entry.text(key)
    return base / name if name else None


def _published(entry: Entry, base: Path, surveys: list[str]) -> Published:
    code = entry.text("survey", required=True)
    if code not in surveys:
        entry.complain(
            Text("没有这项调查。", "There is no such survey."),
            found=code,
            expected=Text("、".join(surveys), ", ".join(surveys)),
        )
    scores = entry.take("scores", dict, {}, Text("{ 节点 = 列名 }", "{ node = column }"))
    tolerance = entry.take("tolerance", (int, float), 1e-9, Text("数", "a number"))
    if tolerance < 0:
        entry.complain(Text("tolerance 不能为负。", "`tolerance` cannot be negative."), found=tolerance)
    published = Published(
        survey=code,
        path=base / entry.text("file", required=True),
        id_column=entry.text("id", required=True),
        scores=tuple((str(node), str(column)) for node, column in scores.items()),
        stage_column=entry.text("stage"),
        tolerance=float(tolerance),
        given=entry.texts("given"),
    )
    entry.close()
    return published


def analyse(study: Study) -> Analysis:
    """Carry out a study: read, score and stage every survey, and compare with what was published.

    Raises
    ------
    DataError, ProvenanceError
        With every problem of all the study's workbooks.
    DefinitionError
        The study's own severities do not fit its questionnaire.
    """
    wrong: list[HmsurveyError] = []
    results: dict[str, SurveyResult] = {}
    for plan in study.surveys:
        with _gathered(wrong):
            results[plan.code] = _carry_out(plan, study)
    registry = visits = None
    with _gathered(wrong):
        registry = _read_registry(study)
    with _gathered(wrong):
        visits = _read_visits(study)
    waves: dict[str, tuple[Wave, ...]] = {}
    for code in dict.fromkeys(wave.survey for wave in study.waves):
        with _gathered(wrong):
            waves |= {code: _waves(code, study, results.get(code))}
    _raise_all(wrong)
    own = study.own_landscape
    if own is not None and any(path.stem == "severities" for path in own.own):
        check_severities(own.severities, [result.survey.codebook for result in results.values()])
    parts = [result.survey.provenance for result in results.values()]
    parts += [w.result.survey.provenance for each in waves.values() for w in each]
    parts += [result.judgements.provenance for result in results.values() if result.judgements]
    parts += [part.provenance for part in (registry.survey if registry else None, visits) if part]
    reproduction = compare_published(study.published, results) if study.published else None
    return Analysis(study, results, registry, visits, reproduction, combine(*parts), waves)


@contextmanager
def _gathered(wrong: list[HmsurveyError]) -> Iterator[None]:
    """Keep what is wrong with one workbook, so that the others are looked at too."""
    try:
        yield
    except (DataError, ProvenanceError, UsageError) as error:
        wrong.append(error)


def _raise_all(wrong: list[HmsurveyError]) -> None:
    """Raise the problems of all workbooks as one error; one that is no matter of the answers (no file, no card) gives it its kind."""
    if wrong:
        first = next((error for error in wrong if not isinstance(error, DataError)), wrong[0])
        raise type(first)(problem for error in wrong for problem in error.problems)


def _carry_out(plan: SurveyPlan, study: Study) -> SurveyResult:
    wrong: list[HmsurveyError] = []
    judgements = None
    with _gathered(wrong):
        plan, judgements = _with_experts(plan)
    with _gathered(wrong):
        survey = read_survey(plan.path, read_codebook(plan.codebook_path), bad=study.bad_cells, card="required")
    _raise_all(wrong)
    return _judge(plan, survey, judgements)


def _waves(code: str, study: Study, own: SurveyResult | None) -> tuple[Wave, ...]:
    """Score and stage the other waves of a survey by its index and rule, and return all of them in order of time.

    Raises
    ------
    DataError
        With every problem of their workbooks; or no enterprise of a wave is in the survey, or a wave has all answers of another.
    """
    wrong: list[HmsurveyError] = []
    surveys: list[tuple[WavePlan, Survey]] = []
    for wave in (wave for wave in study.waves if wave.survey == code):
        with _gathered(wrong):
            surveys.append(
                (wave, read_survey(wave.path, read_codebook(wave.codebook_path), bad=study.bad_cells, card="required"))
            )
    if own is None:  # its own workbook is in error already
        _raise_all(wrong)
        return ()
    problems: list[Problem] = []
    year = own.plan.year
    found = [Wave(year, Text(f"{year} 年", str(year)), own)]
    for wave, survey in surveys:
        twin = next((one.year for one in found if _alike(one.result.survey, survey)), None)
        if twin is not None:
            problems.append(same_answers(wave, twin))
            continue
        if not set(survey.answers.units) & set(own.survey.answers.units):
            problems.append(nobody_in_both(wave, own.survey.answers.units[0], survey.answers.units[0]))
            continue
        plan = replace(own.plan, path=wave.path, codebook_path=wave.codebook_path, year=wave.year, label=wave.label)
        then = replace(plan, system=wave.system or plan.system, rule=wave.rule or plan.rule)
        differs = (then.system, then.rule) != (plan.system, plan.rule)
        found.append(Wave(wave.year, wave.label, _judge(plan, survey), _judge(then, survey) if differs else None))
    _raise_all([*wrong, *([DataError(problems)] if problems else [])])
    return tuple(sorted(found, key=lambda wave: wave.year))


def _alike(one: Survey, other: Survey) -> bool:
    """Tell whether two surveys hold the same answers of the same units, in whatever order."""
    first, second = (answers_frame(survey.answers).sort_index() for survey in (one, other))
    return first.equals(second)


def _judge(plan: SurveyPlan, survey: Survey, judgements: Judgements | None = None) -> SurveyResult:
    scores = score(survey, plan.system) if plan.system else None
    stages = stage(survey, plan.rule, scores=scores) if plan.rule else None
    return SurveyResult(plan, survey, scores, stages, judgements)


def _with_experts(plan: SurveyPlan) -> tuple[SurveyPlan, Judgements | None]:
    """Return the plan with the experts' weightings in its index, in use if it says so."""
    if plan.experts_path is None or plan.system is None:
        return plan, None
    judgements = read_experts(plan.experts_path, plan.system, card="required")
    system = add_experts(plan.system, judgements)
    system = reweight(system, plan.weighting) if plan.weighting in EXPERTS else system
    return replace(plan, system=system), judgements


def _read_registry(study: Study) -> Registry | None:
    if study.registry_path is None:
        return None
    return Registry(_read_built_in(study.registry_path, "registry", study))


def _read_visits(study: Study) -> Survey | None:
    return None if study.visits_path is None else _read_built_in(study.visits_path, "visits", study)


def _read_built_in(path: Path, name: str, study: Study) -> Survey:
    return read_survey(path, read_codebook(locate_definition(name, "codebooks")), bad=study.bad_cells, card="required")


__all__ = ["Analysis", "HmsurveyError", "Study", "SurveyPlan", "SurveyResult", "Wave", "analyse", "read_study"]
