"""hmsurvey: from questionnaires to scores, stages and cities, with where every number comes from.

Names load when they are first used, so that `import hmsurvey` and `hmsurvey --help` stay light.
"""

from __future__ import annotations

import importlib
from typing import Any

__version__ = "0.1.0"

_HOMES = {
    "read_codebook": "hmsurvey.codebook",
    "read_system": "hmsurvey.indicators",
    "reweight": "hmsurvey.indicators",
    "read_rule": "hmsurvey.rules",
    "read_survey": "hmsurvey.survey",
    "check_answers": "hmsurvey.survey",
    "score": "hmsurvey.scoring",
    "stage": "hmsurvey.staging",
    "because": "hmsurvey.staging",
    "read_study": "hmsurvey.study",
    "analyse": "hmsurvey.study",
    "about_data": "hmsurvey.analysis.about",
    "read_built_in_rule": "hmsurvey.analysis.alternatives",
    "read_precedents": "hmsurvey.analysis.alternatives",
    "restage": "hmsurvey.analysis.alternatives",
    "read_variation": "hmsurvey.variation",
    "vary": "hmsurvey.analysis.robustness",
    "tabulate_stage_chances": "hmsurvey.analysis.chances",
    "tabulate_share_ranges": "hmsurvey.analysis.chances",
    "tabulate_city_chances": "hmsurvey.analysis.chances",
    "trace_choices": "hmsurvey.analysis.sensitivity",
    "tabulate_influence": "hmsurvey.analysis.sensitivity",
    "tabulate_unit_influence": "hmsurvey.analysis.sensitivity",
    "tabulate_alternatives": "hmsurvey.analysis.alternatives",
    "tabulate_precedents": "hmsurvey.analysis.alternatives",
    "tabulate_moves": "hmsurvey.analysis.alternatives",
    "tabulate_movers": "hmsurvey.analysis.alternatives",
    "tabulate_system": "hmsurvey.analysis.anatomy",
    "tabulate_evidence": "hmsurvey.analysis.anatomy",
    "tabulate_weightings": "hmsurvey.analysis.anatomy",
    "tabulate_levels": "hmsurvey.analysis.anatomy",
    "tabulate_facts": "hmsurvey.analysis.anatomy",
    "tabulate_answers": "hmsurvey.analysis.answering",
    "tabulate_silences": "hmsurvey.analysis.answering",
    "tabulate_carriers": "hmsurvey.analysis.carriers",
    "tabulate_type_stages": "hmsurvey.analysis.carriers",
    "tabulate_reliability": "hmsurvey.analysis.coherence",
    "fit_indicators": "hmsurvey.analysis.difficulty",
    "tabulate_difficulty": "hmsurvey.analysis.difficulty",
    "tabulate_stage_measures": "hmsurvey.analysis.difficulty",
    "tabulate_differences": "hmsurvey.analysis.comparison",
    "tabulate_pairs": "hmsurvey.analysis.comparison",
    "tabulate_odds": "hmsurvey.analysis.odds",
    "tabulate_coverage": "hmsurvey.analysis.coverage",
    "tabulate_nonresponse": "hmsurvey.analysis.coverage",
    "tabulate_sample_flow": "hmsurvey.analysis.coverage",
    "cut_offs": "hmsurvey.analysis.cutoffs",
    "tabulate_distance_bands": "hmsurvey.analysis.distance",
    "explain": "hmsurvey.analysis.explaining",
    "tabulate_filing": "hmsurvey.analysis.filing",
    "render": "hmsurvey.analysis.explaining",
    "tabulate_many": "hmsurvey.analysis.multiquestions",
    "tabulate_option_test": "hmsurvey.analysis.multianswer",
    "tabulate_options": "hmsurvey.analysis.multianswer",
    "tabulate_options_by_city": "hmsurvey.analysis.multianswer",
    "tabulate_overlap": "hmsurvey.analysis.multianswer",
    "narrow": "hmsurvey.analysis.narrowing",
    "find_example": "hmsurvey.analysis.onpaper",
    "tabulate_points": "hmsurvey.analysis.onpaper",
    "tabulate_silence_cost": "hmsurvey.analysis.onpaper",
    "tabulate_ranks": "hmsurvey.analysis.ranks",
    "tabulate_shrunken": "hmsurvey.analysis.ranks",
    "tabulate_agreement": "hmsurvey.analysis.reproductions",
    "tabulate_reproduction": "hmsurvey.analysis.reproductions",
    "tabulate_means": "hmsurvey.analysis.shares",
    "tabulate_shares": "hmsurvey.analysis.shares",
    "tabulate_areas": "hmsurvey.analysis.tabulation",
    "tabulate_distance": "hmsurvey.analysis.tabulation",
    "tabulate_indicators": "hmsurvey.analysis.tabulation",
    "tabulate_needs": "hmsurvey.analysis.tabulation",
    "tabulate_stages": "hmsurvey.analysis.tabulation",
    "tabulate_units": "hmsurvey.analysis.tabulation",
    "tabulate_province": "hmsurvey.analysis.weighted",
    "tabulate_province_means": "hmsurvey.analysis.weighted",
    "tabulate_survey_weights": "hmsurvey.analysis.weighted",
    "tabulate_visits": "hmsurvey.analysis.visits",
    "tabulate_visit_changes": "hmsurvey.analysis.visits",
    "tabulate_experts": "hmsurvey.analysis.weight_choices",
    "tabulate_weight_choices": "hmsurvey.analysis.weight_choices",
    "tabulate_weight_spread": "hmsurvey.analysis.weight_choices",
    "weight_alternatives": "hmsurvey.analysis.weight_choices",
    "weigh_as_given": "hmsurvey.analysis.weighting",
    "weigh_by_data": "hmsurvey.analysis.weighting",
    "weigh_by_experts": "hmsurvey.analysis.weighting",
    "weigh_equally": "hmsurvey.analysis.weighting",
    "weigh_experts": "hmsurvey.analysis.weighting",
    "read_experts": "hmsurvey.judging",
    "write_expert_template": "hmsurvey.judging_template",
    "UNITS": "hmsurvey.output.headlines",
    "plot_areas": "hmsurvey.output.charts",
    "plot_carriers": "hmsurvey.output.charts",
    "plot_stages": "hmsurvey.output.charts",
    "plot_coverage": "hmsurvey.output.charts_fieldwork",
    "plot_sample_flow": "hmsurvey.output.charts_fieldwork",
    "plot_visits": "hmsurvey.output.charts_fieldwork",
    "plot_map": "hmsurvey.output.map",
    "plot_indicators": "hmsurvey.output.charts_reasons",
    "plot_needs": "hmsurvey.output.charts_reasons",
    "plot_nonresponse": "hmsurvey.output.charts_reasons",
    "plot_weights": "hmsurvey.output.charts_weights",
    "plot_options": "hmsurvey.output.charts_multianswer",
    "plot_overlap": "hmsurvey.output.charts_multianswer",
    "plot_ranks": "hmsurvey.output.charts_shares",
    "plot_shares": "hmsurvey.output.charts_shares",
    "plot_distance": "hmsurvey.output.charts_units",
    "plot_stage_chances": "hmsurvey.output.charts_robustness",
    "plot_share_ranges": "hmsurvey.output.charts_robustness",
    "plot_influence": "hmsurvey.output.charts_robustness",
    "plot_units": "hmsurvey.output.charts_units",
}

__all__ = sorted([*_HOMES, "__version__"])


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'hmsurvey' has no attribute {name!r}")
    return getattr(importlib.import_module(home), name)


def __dir__() -> list[str]:
    return list(__all__)
