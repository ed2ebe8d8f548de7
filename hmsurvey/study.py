"""The core walk, once: a study file names workbooks and definitions; `analyse` checks, scores and stages them.

`study.toml` is the one file a user edits to run a study of their own. What is then asked of the result is the business of `analysis`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from hmsurvey.codebook import read_codebook
from hmsurvey.coordination import read_coordination
from hmsurvey.definitionfile import Entry, find_duplicates, finish, locate_definition, named, open_definition
from hmsurvey.errors import DataError, HmsurveyError, Problem, Text, UsageError
from hmsurvey.expert_weights import EXPERTS, add_experts
from hmsurvey.indicators import read_system, reweight
from hmsurvey.judging import Judgements, read_experts
from hmsurvey.landscape import LANDSCAPE_FILES, Landscape, built_in_landscape, read_landscape
from hmsurvey.provenance import Provenance, Traced, combine
from hmsurvey.registry import Registry
from hmsurvey.reproduction import Published, compare_published
from hmsurvey.rules import Rule, read_rule
from hmsurvey.scoring import Scores, score
from hmsurvey.staging import Stages, stage
from hmsurvey.survey import Survey, read_survey
from hmsurvey.systems import IndicatorSystem
from hmsurvey.variation import Variation, find_variation, read_variation


@dataclass(frozen=True, slots=True)
class SurveyPlan:
    """One survey of a study: its workbook and its definitions, read and valid.

    `measures` are files (or folders) of measures to try, none: those built in. `experts_path` is a workbook of experts' comparisons; where `weighting` is one of theirs, `analyse` puts their weights in place.
    """

    code: str
    label: Text
    path: Path
    codebook_path: Path
    system: IndicatorSystem | None
    rule: Rule | None
    definition_paths: tuple[Path, ...] = ()
    variation: Variation | None = None
    experts_path: Path | None = None
    weighting: str = ""
    measures: tuple[Path, ...] = ()


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
    own_landscape: Landscape | None = None

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
class Analysis:
    """A study carried out: the result of each survey, the registry, the field visits."""

    study: Study
    results: Mapping[str, SurveyResult]
    registry: Registry | None = None
    visits: Survey | None = None
    reproduction: Traced | None = None
    provenance: Provenance = field(default_factory=Provenance)

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
        plans.append(_plan(entry, base))
    for entry in top.entries("published", name_by="survey"):
        published.append(_published(entry, base, [plan.code for plan in plans]))
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
        seed=int(top.take("seed", int, 1, Text("整数", "a whole number"))),
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
    )
    finish(top)
    return study


def _landscape(top: Entry, base: Path) -> Landscape | None:
    """Read the study's own landscape from the folder it names; a folder without a single one of the files is a slip."""
    name = top.text("landscape")
    if not name:
        return None
    folder = base / name
    if not any((folder / f"{file}.toml").is_file() for file in LANDSCAPE_FILES):
        top.complain(
            Text("landscape 所指的文件夹不存在，或其中没有一个可用的定义文件。", "`landscape` names no folder that holds any of its definition files."),
            found=name,
            expected=Text("、".join(f"{file}.toml" for file in LANDSCAPE_FILES), ", ".join(f"{file}.toml" for file in LANDSCAPE_FILES)),
            fix=Text("改正文件夹名，或去掉 landscape。", "mend the folder's name, or leave `landscape` out."),
        )  # fmt: skip
        return None
    landscape = read_landscape(folder)
    read_coordination(folder, landscape=landscape)  # a slip in it is said now, not in the middle of a run
    return landscape


def _smallest_group(top: Entry) -> int:
    k = int(top.take("k", int, 5, Text("整数", "a whole number")))
    if k < 1:
        top.complain(Text("k 至少为 1。", "`k` is at least 1."), found=k, expected=Text("例如 5", "such as 5"))
    return k


def _file(entry: Entry, key: str, base: Path) -> Path | None:
    name = entry.text(key)
    return base / name if name else None


def _plan(entry: Entry, base: Path) -> SurveyPlan:
    label = entry.label()
    code = entry.code()
    system_name, rule_name, weighting = entry.text("system"), entry.text("rule"), entry.text("weighting")
    codebook_name = entry.text("codebook", required=True)
    variation_name = entry.text("variation")
    answers = entry.text("answers", required=True)
    experts = entry.text("experts")
    measures = _measures(entry, base)
    if experts and not system_name:
        entry.complain(Text("没有指标体系，专家权重无处可用。", "Without an index there is nothing for experts to weigh."), found=f"experts = {experts}", expected=Text('system = "..."', 'system = "..."'))  # fmt: skip
    entry.close()
    codebook_path = locate_definition(codebook_name, "codebooks", base) if codebook_name else base
    paths = [codebook_path]
    book = read_codebook(codebook_path)
    system = rule = None
    if system_name:
        paths.append(locate_definition(system_name, "systems", base))
        system = read_system(paths[-1], book)
        by_experts = weighting in EXPERTS and bool(experts)
        if weighting in EXPERTS and not experts and weighting not in [w.id for w in system.weightings]:
            entry.complain(Text("没有专家的判断表。", "There is no workbook of experts."), found=f"weighting = {weighting}", expected=Text('experts = "data/raw/experts.xlsx"', 'experts = "data/raw/experts.xlsx"'))  # fmt: skip
        elif weighting and not by_experts:
            system = reweight(system, weighting)
    if rule_name:
        paths.append(locate_definition(rule_name, "rules", base))
        rule = read_rule(paths[-1])
    variation = None
    if variation_name:
        paths.append(locate_definition(variation_name, "variations", base))
        variation = read_variation(paths[-1])
    elif rule is not None and (built_in := find_variation(system, rule)) is not None:
        paths.append(built_in)
        variation = read_variation(built_in)
    named = label if any(label) else book.label
    experts_path = base / experts if experts else None
    return SurveyPlan(
        code,
        named,
        base / answers,
        codebook_path,
        system,
        rule,
        (*paths, *measures),
        variation,
        experts_path,
        weighting,
        measures,
    )


def _measures(entry: Entry, base: Path) -> tuple[Path, ...]:
    """Take `measures`: a file, a folder of them, or a list; what is inside is read when measures are tried."""
    names = entry.texts("measures") if isinstance(entry.values.get("measures"), list) else (entry.text("measures"),)
    found: list[Path] = []
    for name in (one for one in names if one):
        folder = base / name
        found += sorted(folder.glob("*.toml")) if folder.is_dir() else [locate_definition(name, "measures", base)]
        if folder.is_dir() and not found:
            entry.complain(
                Text("文件夹里没有 .toml 文件。", "There are no .toml files in the folder."), found=f"measures = {name}"
            )
    return tuple(found)


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
    """
    problems: list[Problem] = []
    results: dict[str, SurveyResult] = {}
    for plan in study.surveys:
        try:
            results[plan.code] = _carry_out(plan, study)
        except DataError as error:
            problems += error.problems
    registry = visits = None
    try:
        registry = _read_registry(study)
        visits = _read_visits(study)
    except DataError as error:
        problems += error.problems
    if problems:
        raise DataError(problems)
    parts = [result.survey.provenance for result in results.values()]
    parts += [result.judgements.provenance for result in results.values() if result.judgements]
    parts += [part.provenance for part in (registry.survey if registry else None, visits) if part]
    reproduction = compare_published(study.published, results) if study.published else None
    return Analysis(study, results, registry, visits, reproduction, combine(*parts))


def _carry_out(plan: SurveyPlan, study: Study) -> SurveyResult:
    problems: list[Problem] = []
    judgements = None
    try:
        plan, judgements = _with_experts(plan)
    except DataError as error:
        problems += error.problems
    try:
        survey = read_survey(plan.path, read_codebook(plan.codebook_path), bad=study.bad_cells, card="required")
    except DataError as error:
        problems += error.problems
    if problems:
        raise DataError(problems)
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


__all__ = ["Analysis", "HmsurveyError", "Study", "SurveyPlan", "SurveyResult", "analyse", "read_study"]
