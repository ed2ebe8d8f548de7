"""One survey of a study, as its file names it: workbook, codebook, index, rule, what may vary, what may be tried. Read and valid, before any answer is seen."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hmsurvey.codebook import read_codebook
from hmsurvey.definitionfile import Entry, locate_definition
from hmsurvey.errors import Text
from hmsurvey.expert_weights import EXPERTS
from hmsurvey.indicators import read_system, reweight
from hmsurvey.rules import Rule, read_rule
from hmsurvey.systems import IndicatorSystem
from hmsurvey.variation import Variation, find_variation, read_variation
from hmsurvey.waves import read_year


@dataclass(frozen=True, slots=True)
class SurveyPlan:
    """One survey of a study: its workbook and its definitions, read and valid.

    `efforts` is a file of what it takes to raise answers, none: the built-in one of the index. `measures` are files (or folders) of measures to try, none: those built in. `experts_path` is a workbook of experts' comparisons; where `weighting` is one of theirs, `analyse` puts their weights in place. `year` is when it was held; 0
    where the study does not say.
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
    year: int = 0
    efforts: Path | None = None


def read_plan(entry: Entry, base: Path) -> SurveyPlan:
    """Read one `[[survey]]` of a study file and the definitions it names."""
    label = entry.label()
    code = entry.code()
    system_name, rule_name, weighting = entry.text("system"), entry.text("rule"), entry.text("weighting")
    codebook_name = entry.text("codebook", required=True)
    variation_name = entry.text("variation")
    answers = entry.text("answers", required=True)
    year = read_year(entry)
    experts = entry.text("experts")
    measures, efforts = _measures(entry, base), _efforts(entry, base, system_name or rule_name)
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
        (*paths, *measures, *((efforts,) if efforts else ())),
        variation,
        experts_path,
        weighting,
        measures,
        year,
        efforts,
    )


def _efforts(entry: Entry, base: Path, staged_by: str) -> Path | None:
    """Take `efforts`: a file, or the name of a built-in one; what is inside is read when plans are made."""
    name = entry.text("efforts")
    if name and not staged_by:
        entry.complain(Text("没有指标体系和规则，工作量无处可用。", "Without an index or a rule there is nothing for efforts to speak of."), found=f"efforts = {name}", expected=Text('rule = "..."', 'rule = "..."'))  # fmt: skip
    return locate_definition(name, "efforts", base) if name else None


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
