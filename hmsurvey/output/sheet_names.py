"""What the sheets of a workbook are called: short, in both languages, each once, within Excel's 31 characters."""

from __future__ import annotations

import re
from collections.abc import Sequence

from hmsurvey.errors import Text
from hmsurvey.tables import Table

_LONGEST = 31  # characters of a sheet's name, by Excel
_LONG_WORD = 6  # letters from which a survey's code is cut where a name is too long
_SHORT = {
    "sources": Text("数据文件", "Data files"),
    "sample_flow": Text("样本流程", "Sample flow"),
    "coverage": Text("覆盖", "Coverage"),
    "nonresponse": Text("未答", "Missing"),
    "scores_by_city": Text("各市得分", "Scores"),
    "indicators": Text("指标", "Indicators"),
    "stages_side_by_side": Text("阶段并列", "Stages both"),
    "stages_by_city": Text("各市阶段", "Stages"),
    "stages": Text("各市阶段", "Stages"),
    "areas": Text("各市得分", "Scores"),
    "reached": Text("达到占比", "Reached"),
    "needs_by_city": Text("各市要求", "Needs by city"),
    "carriers_by_city": Text("各市载体", "Carriers by city"),
    "loss": Text("隐去个数", "Not shown"),
    "enterprises": Text("企业名单", "Enterprises"),
    "needs": Text("要求", "Needs"),
    "distance_bands": Text("差距", "Distance"),
    "distance": Text("各企业差距", "Distance each"),
    "carriers": Text("载体", "Carriers"),
    "type_stages": Text("类型阶段", "Type stages"),
    "filing": Text("报送", "Filing"),
    "visit_changes": Text("走访前后", "Visits"),
    "visits": Text("走访名单", "Visits each"),
    "visits_unmatched": Text("走访未对应", "Visits unmatched"),
    "misclassified": Text("走访核对", "Visits compared"),
    "visit_agreement": Text("走访一致", "Visits agree"),
    "adjusted": Text("校正占比", "Put right"),
    "adjusted_by_city": Text("各市校正", "Put right, city"),
    "moves": Text("阶段变动", "Moves"),
    "transitions": Text("阶段变动", "Moves"),
    "wave_moves": Text("各市变动", "Moves by city"),
    "like_for_like": Text("同批比较", "Like for like"),
    "short_like_for_like": Text("同批简表", "Like, short"),
    "drivers": Text("变化来源", "Drivers"),
    "first_drivers": Text("主要变化来源", "First drivers"),
    "drivers_by_city": Text("各市变化来源", "Drivers by city"),
    "return": Text("向均值回归", "To the mean"),
    "restaged": Text("标准更换", "Another yardstick"),
    "rule": Text("规则", "Rule"),
    "weights": Text("权重", "Weights"),
    "shares": Text("各市占比", "Shares"),
    "province": Text("全省占比", "Province"),
    "survey_weights": Text("调查权数", "Survey weights"),
    "coordination": Text("协同推算", "Coordination"),
    "means": Text("各市均分", "Means"),
    "ranks": Text("名次范围", "Ranks"),
    "shrunken": Text("收缩估计", "Shrunken"),
    "many": Text("多选题", "Many answers"),
    "options": Text("选项", "Options"),
    "what_if": Text("措施试算", "What if"),
    "measures": Text("各项措施", "Measures"),
    "effort_curve": Text("工作量曲线", "Effort curve"),
    "risers": Text("谁可能上升", "Who may rise"),
    "plans": Text("下一步", "Next steps"),
    "mix": Text("最优安排", "Best mix"),
    "conclusions": Text("协同结论", "Conclusions"),
    "coalitions": Text("参加方", "Coalitions"),
    "smallest": Text("最小参加方", "Smallest"),
    "smallest_by_city": Text("各市须几方", "By city"),
    "smallest_by_size": Text("各规模须几方", "By size"),
    "ties": Text("并列", "Ties"),
    "overturning": Text("可推翻项", "Overturning"),
    "readings": Text("几种读法", "Readings"),
    "own_means": Text("企业自身条件", "Own means"),
    "overlap": Text("选项组合", "Overlap"),
    "option_test": Text("选项检验", "Option test"),
    "stage_chances": Text("阶段概率", "Stage chances"),
    "share_ranges": Text("占比范围", "Share ranges"),
    "city_chances": Text("各市占比范围", "City ranges"),
    "influence": Text("影响", "Influence"),
    "unit_influence": Text("各企业影响", "Influence each"),
    "differences": Text("差别检验", "Differences"),
    "pairs": Text("两两比较", "Pairs"),
    "odds": Text("比值比", "Odds ratios"),
    "rivals": Text("各种方法", "Rival methods"),
    "rival_moves": Text("方法间变动", "Rival moves"),
    "rival_consensus": Text("方法一致", "Consensus"),
    "rival_movers": Text("阶段有变", "Rival movers"),
    "rival_agreement": Text("各企业一致", "Agreement each"),
    "yardsticks": Text("两项对照", "Two surveys"),
    "yardstick_moves": Text("两项变动", "Survey moves"),
    "contradictions": Text("矛盾", "Contradictions"),
    "reliability": Text("一致性", "Reliability"),
    "items": Text("各指标", "Items"),
    "dimensions": Text("维度", "Dimensions"),
    "loadings": Text("载荷", "Loadings"),
    "recovery": Text("方面与因子", "Area factors"),
    "ladder": Text("要求先后", "Ladder of needs"),
    "separation": Text("分界", "Borders"),
    "wright": Text("同一把尺", "One scale"),
    "stage_measures": Text("阶段能力", "Stage measures"),
    "difficulty": Text("难度", "Difficulty"),
    "weight_choices": Text("权重比较", "Weightings"),
    "weight_spread": Text("权重差别", "Weight spread"),
    "landscape_norms": Text("规范", "Norms"),
    "landscape_platforms": Text("平台", "Platforms"),
    "landscape_modules": Text("模块", "Modules"),
    "landscape_types": Text("档案类型", "Archive types"),
    "landscape_ladder": Text("载体阶梯", "Carrier ladder"),
    "landscape_problems": Text("问题", "Problems"),
    "landscape_parties": Text("三方", "Parties"),
    "landscape_solutions": Text("对策", "Solutions"),
    "landscape_decides": Text("由谁决定", "Who decides"),
    "landscape_brings": Text("各方条件", "What each brings"),
    "landscape_grounds": Text("各条依据", "Grounds"),
    "platform_use": Text("平台使用", "Platform use"),
    "platform_overlap": Text("平台组合", "Overlap"),
    "platform_pairs": Text("平台成对", "Platform pairs"),
    "types_filed": Text("类型报送", "Types filed"),
    "carriers_platforms": Text("载体平台", "Carrier by use"),
    "filing_load": Text("报送负担", "Filing load"),
    "problem_overview": Text("问题", "Problems"),
    "problem_ranks": Text("问题先后", "Problem ranks"),
    "main_problem": Text("首要问题", "Main problem"),
    "severities": Text("严重度", "Severity"),
    "unit_severities": Text("各企业严重度", "Severity each"),
    "severity_agreement": Text("问题一致", "Problems agree"),
    "importance": Text("权重得分", "Weight score"),
    "assumptions": Text("假定", "Assumptions"),
    "case": Text("案例", "Case"),
}


def sheet_names(tables: Sequence[Table]) -> list[str]:
    """Return names of sheets in both languages, each once, within Excel's 31 characters."""
    found: list[str] = []
    for place, table in enumerate(tables, start=1):
        stem = max(
            (key for key in _SHORT if table.code == key or table.code.startswith(key + "_")), key=len, default=""
        )
        short = _SHORT.get(stem, table.title)
        rest = table.code.removeprefix(stem).strip("_") if stem else ""
        found.append(_fitting(f"{place:02d} {short.of('zh')}", short.of("en"), rest.split("_") if rest else []))
    return found


def _fitting(head: str, english: str, rest: Sequence[str]) -> str:
    """Return the fullest name of whole words that Excel takes.

    What tells sheets apart (a survey, a question, cities or stages) comes before the English name, years of waves come last; a long survey's code is cut short before anything is left out.
    """
    told = [word for word in rest if word != "by"]
    timeless = [word for word in told if not re.fullmatch("(19|20)[0-9]{2}", word)]
    tails = [tail for words in (told, timeless) for tail in dict.fromkeys((" ".join(words), _cut_short(words)))]
    some = [_cut_short(timeless[:n]) for n in range(len(timeless) - 1, 0, -1)]
    names = [
        *(f"{head} {english} {tail}" for tail in tails),
        *(f"{head} {tail}" for tail in tails),
        *(f"{head} {english} {tail}" for tail in some),
        *(f"{head} {tail}" for tail in some),
        f"{head} {english}",
        head,
    ]
    plain = [re.sub(r"[\[\]:*?/\\']", " ", name).rstrip() for name in names]
    return next((name for name in plain if len(name) <= _LONGEST), plain[-1][:_LONGEST].rstrip())


def _cut_short(words: Sequence[str]) -> str:
    """Return words with the first, a survey's code, cut short where it is long."""
    return " ".join(f"{word[:4]}." if k == 0 and len(word) > _LONG_WORD else word for k, word in enumerate(words))
