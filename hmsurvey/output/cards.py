"""Score cards: one page an enterprise, all in one file and each in a file of its own.

What stands on a card comes from `analysis.portrait`; the look is in `definitions/print/card.typ`. A card is about a single unit: where units are enterprises it is internal, and says so on its face.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from hmsurvey.analysis.plans import efforts_of, efforts_path, plan_next_steps
from hmsurvey.analysis.portrait import Gallery, portray
from hmsurvey.errors import LANGS, DefinitionError, HmsurveyError, Lang, Text, UsageError
from hmsurvey.output.card_words import card_data, shared_data
from hmsurvey.output.content import area_level
from hmsurvey.output.press import ask, press, set_plain
from hmsurvey.output.printers import batches, printers
from hmsurvey.output.results import write_bytes
from hmsurvey.output.robust import varied
from hmsurvey.output.sealed import seal_record
from hmsurvey.receiving import MANIFEST, made_from, read_json
from hmsurvey.sealing import read_seal, seal
from hmsurvey.study import Analysis, SurveyResult

_AT_ONCE = 60  # cards measured, or set singly, by one process: more would take memory, fewer time
N_PLANS = 3  # plans of a unit: the least and the next best
_LONGEST = 60  # characters of a file's name, so that a path stays short enough for any system
_RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{k}" for port in ("com", "lpt") for k in range(10))}
_TEMPLATE = "card.typ"


def gallery_of(analysis: Analysis, survey: str = "", *, units: Iterable[str] = ()) -> Gallery:
    """Describe the units of one survey for their cards.

    Parameters
    ----------
    analysis
        A study carried out.
    survey
        Which survey; without one the first that has an index and stages, else the first that has stages.
    units
        Which units; all where none is named.

    Raises
    ------
    UsageError
        No such survey, no stages, or no such unit.
    """
    result = analysis[survey] if survey else _first(analysis)
    variations = None
    if result.plan.variation is not None and result.stages is not None and len(result.survey.answers):
        variations = varied(result, analysis.study.seed)
    level = area_level(result.scores.system) if result.scores is not None else ""
    return with_next_steps(portray(result, level=level, variations=variations, units=units))


def with_next_steps(gallery: Gallery) -> Gallery:
    """Plan the next step of every unit of a gallery, where the index has efforts of its own; where they do not fit, say so."""
    result = gallery.result
    if result.scores is None or efforts_path(result) is None or not gallery.portraits:
        return gallery
    try:
        efforts = efforts_of(result)
        steps = plan_next_steps(result, n_plans=N_PLANS, units=[p.unit for p in gallery.portraits])
    except (DefinitionError, UsageError) as error:
        if result.plan.efforts is not None and isinstance(error, DefinitionError):
            raise  # a slip in the study's own file, to be mended
        why = error.problems[0].what
        return replace(gallery, steps_note=Text(f"没有规划下一步：{why.zh}", f"No next step was planned: {why.en}"))
    provenance = gallery.provenance.with_definition(f"efforts {efforts.id} {efforts.version}")
    return replace(gallery, steps={step.unit: step for step in steps}, provenance=provenance)


def _first(analysis: Analysis) -> SurveyResult:
    results = list(analysis.results.values())
    staged = [result for result in results if result.stages is not None]
    return next((r for r in staged if r.scores is not None), staged[0] if staged else results[0])


def write_cards(
    analysis: Analysis, gallery: Gallery, folder: Path, *, lang: Lang, said: Callable[[int, int], None] | None = None
) -> list[Path]:
    """Write `cards.LANG.pdf` with all cards (`chosen.LANG.pdf` where only some are asked for), and `LANG/UNIT.pdf` for each; every file as a whole or not at all.

    Parameters
    ----------
    analysis, gallery
        A study carried out, and the units of one of its surveys.
    folder
        Where to.
    lang
        The language.
    said
        Is told how many single files of how many are written.

    Returns
    -------
    list of Path
        The file with all cards first.
    """
    inside = "internal" if analysis.study.units == "enterprises" else "public"
    record = seal_record(gallery.provenance, study=analysis.study, visibility=inside)
    shared = shared_data(analysis, gallery, lang)
    cards = [set_plain(card_data(gallery, portrait, lang), lang) for portrait in gallery.portraits]
    names = file_names(gallery.result.survey.answers.units)
    whole = len(cards) == len(names)

    def write(path: Path, paper: bytes) -> Path:
        return write_bytes(path, seal(paper, ".pdf", record))

    with printers(len(cards)) as hand_over:
        some = [cards[places.start : places.stop] for places in batches(len(cards), _AT_ONCE)]
        cards = [card for fits in [hand_over(fitted, shared, few) for few in some] for card in fits()]
        together = hand_over(_set, [{**shared, "cards": cards}])
        single = [{**shared, "title": card["title"], "cards": [card]} for card in cards]
        apart = [hand_over(_set, single[places.start : places.stop]) for places in batches(len(cards), _AT_ONCE)]
        written = [write(folder / f"{'cards' if whole else 'chosen'}.{lang}.pdf", *together())]
        papers = (paper for set_ in apart for paper in set_())
        for portrait, paper in zip(gallery.portraits, papers, strict=True):
            written.append(write(folder / lang / f"{names[portrait.unit]}.pdf", paper))
            if said is not None:
                said(len(written) - 1, len(cards))
    return written


def _set(contents: Sequence[Mapping[str, Any]]) -> list[bytes]:
    return [press(_TEMPLATE, content, tagged=False) for content in contents]


def fitted(shared: Mapping[str, Any], cards: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return cards of one page each: one that would run over carries the ratio at which it is set smaller."""
    found = ask(_TEMPLATE, {**shared, "cards": [{**card, "ratio": 0.0} for card in cards]}, "ratio")
    ratios = {place: 1.0 if ratio >= 1.0 else min(round(ratio, 4), 0.9999) for place, ratio in found}
    return [{**card, "ratio": ratios[k]} for k, card in enumerate(cards)]


def remove_gone(folder: Path, written: Iterable[Path], *, study: str) -> list[Path]:
    """Remove single cards of an earlier run that this one did not write; only files that carry this study's seal, unaltered."""
    kept = {path.resolve() for path in written}
    gone = [path for path in _sealed(folder, study) if path.resolve() not in kept]
    for path in gone:
        path.unlink()
    return gone


def cards_in(folder: Path, *, study: str) -> list[Path]:
    """Return the cards of a study below a folder, together and single, that are as they were written."""
    return [path for one in (folder, *(folder / lang for lang in LANGS)) for path in _sealed(one, study)]


def _sealed(folder: Path, study: str) -> list[Path]:
    """Return the files of a folder that carry a study's seal, unaltered."""
    found = []
    for path in sorted(folder.glob("*.pdf")):
        own = read_seal(path.read_bytes(), ".pdf")
        if own is not None and own.intact and str(own.record.get("study", "")).split(" ")[0] == study:
            found.append(path)
    return found


def remove_outdated(folder: Path, now: Mapping[str, Any], *, study: str, written: Iterable[Path] = ()) -> int:
    """Remove cards that were made from other workbooks or definitions, or by another version of the program, than what is written now.

    Parameters
    ----------
    folder
        Where cards may lie.
    now
        The manifest of what is written now.
    study
        The study's id; only cards that carry its seal, unaltered, are removed.
    written
        Cards of now.

    Returns
    -------
    int
        How many were removed.
    """
    if not folder.is_dir():
        return 0
    manifest = folder / MANIFEST
    try:
        earlier = read_json(manifest) if manifest.is_file() else {}
    except HmsurveyError:
        earlier = {}
    if made_from(earlier) == made_from(now):
        return 0
    kept = {path.resolve() for path in written}
    gone = [path for path in cards_in(folder, study=study) if path.resolve() not in kept]
    for path in (*gone, manifest):
        path.unlink(missing_ok=True)
    return len(gone)


def outdated_words(n: int) -> Text:
    """Say that outdated cards were removed."""
    return Text(
        f"删去以前的评分卡 {n} 份：所依据的工作簿、定义或程序版本已变。重新生成：hmsurvey cards",
        f"Removed {n} score card{'' if n == 1 else 's'} made from other workbooks or definitions, or by another version of the program; write them anew: hmsurvey cards",
    )


def file_names(units: Sequence[str]) -> dict[str, str]:
    """Return a safe file name for every unit: letters, digits, - and _ stay; what had to be changed or could be mixed up carries a mark of the id.

    Examples
    --------
    >>> file_names(["S001", "../S001", "S002"])["S001"]
    'S001'
    """
    plain = {
        unit: "".join(c if c.isalnum() or c in "-_" else "_" for c in unit)[:_LONGEST].strip("_") for unit in units
    }
    seen: dict[str, int] = {}
    for name in plain.values():
        seen[name.casefold()] = seen.get(name.casefold(), 0) + 1
    return {unit: name if _stands(unit, name, seen) else _marked(unit, name) for unit, name in plain.items()}


def _stands(unit: str, name: str, seen: dict[str, int]) -> bool:
    folded = name.casefold()
    fits = len(name.encode("utf-8")) <= 3 * _LONGEST
    return bool(name) and name == unit and seen[folded] == 1 and folded not in _RESERVED and fits


def _marked(unit: str, name: str) -> str:
    mark = hashlib.sha256(unit.encode("utf-8", "surrogatepass")).hexdigest()[:10]
    return f"{name}-{mark}" if name else mark
