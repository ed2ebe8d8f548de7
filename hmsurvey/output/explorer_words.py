"""The words of the explorer's page, in both languages. `{n}` and the like are filled in on the page."""

from __future__ import annotations

from hmsurvey.errors import Text
from hmsurvey.tables import HIDDEN_NOTE, HIDDEN_SIGN

WORDS: dict[str, Text] = {
    "skip": Text("跳到正文", "Skip to content"),
    "no_script": Text(
        "本页要用 JavaScript 和较新的浏览器（2022 年以后的版本）。同样的数据也在同一文件夹的报告和工作簿里。",
        "This page needs JavaScript and a browser of 2022 or later. The same numbers are in the report and the workbook beside it.",
    ),
    "sources": Text("数据来源", "What data these are"),
    "surveys": Text("调查", "Surveys"),
    "copy": Text("复制链接", "Copy link"),
    "copied": Text("链接已复制，含当前设置和选择。", "Link copied, with the settings and the selection."),
    "copy_failed": Text(
        "浏览器不许复制：请从地址栏复制，地址中已含当前设置。",
        "The browser does not allow copying: take the link from the address bar, it holds the settings.",
    ),
    "bad_link": Text(
        "链接中有几项不适用，已忽略：{parts}。", "Some parts of the link do not fit and were left out: {parts}."
    ),
    "filters": Text("筛选", "Filters"),
    "any": Text("全部", "All"),
    "group": Text("城市", "City"),
    "stage": Text("阶段", "Stage"),
    "size": Text("规模", "Size"),
    "name": Text("名称", "Name"),
    "find": Text("名称或编号", "Name or id"),
    "clear": Text("清除筛选", "Clear filters"),
    "strip": Text("阶段小结", "Stages at a glance"),
    "all": Text("合计", "All"),
    "hidden": HIDDEN_SIGN,
    "hidden_words": Text("隐去", "not shown"),
    "hidden_note": HIDDEN_NOTE,
    "no_answers": Text("无答卷", "no answers"),
    "tiles": Text("地图", "Map"),
    "tiles_measure": Text("“{stage}”占比，每格一市", "Share at {stage}, one tile a city"),
    "tiles_note": Text(
        "方格按大致方位排列，不表示边界；n 小于 10 的写家数。",
        "Tiles stand roughly where the cities lie. Below n = 10, counts are written.",
    ),
    "bars": Text("各市阶段", "Stages by city"),
    "bars_measure": Text("占比（%），按所看阶段排序", "Shares, %; sorted by the stage that is looked at"),
    "profile": Text("各方面得分", "Scores by area"),
    "profile_measure": Text("平均得分", "Mean scores"),
    "profile_cuts": Text("；红线为分数线和底线", "; red lines are cut-offs and floors"),
    "profile_scales": Text("；每行按各自的量程", "; each row on its own scale"),
    "middle_half": Text("居中一半企业", "middle half"),
    "area": Text("方面", "Area"),
    "whatif": Text("措施试算", "What if"),
    "whatif_measure": Text(
        "勾选措施、拉动参与率，看各市期望有多少企业上升；有效率取所设平均值，按原定的权重和分数线",
        "Tick measures and set how many take part: how many enterprises are expected to rise, by city; effects at their assumed means, weights and cut-offs as written",
    ),
    "whatif_uptake": Text("{name}：参与率", "{name}: share that takes part"),
    "whatif_works": Text("有效率 {x}%", "works for {x}%"),
    "whatif_now": Text("现在", "Now"),
    "whatif_after": Text("措施后", "After"),
    "whatif_rise": Text("期望上升企业数", "Expected to rise"),
    "whatif_effort": Text("期望工作量", "Effort expected"),
    "whatif_above": Text("{stage}及以上，%", "{stage} or above, %"),
    "whatif_table": Text("各市期望结果", "What is expected, by city"),
    "whatif_back": Text("恢复所设", "As assumed"),
    "whatif_note": Text(
        "措施提高哪些答案、有效率多少都是设定的（{basis}），不是预测；现在没有阶段的企业不计。",
        "What the measures raise and how often they work is assumed ({basis}); it is no forecast. Enterprises without a stage are left out.",
    ),
    "unit": Text("单个企业", "One enterprise"),
    "close": Text("关闭", "Close"),
    "was_stage": Text("原为{stage}", "was {stage}"),
    "was": Text("原：{stage}", "was: {stage}"),
    "was_number": Text("恢复 {x}", "back to {x}"),
    "all_met": Text("{stage}的各项要求均已满足。", "Meets every need of {stage}."),
    "short_of": Text("未达{stage}：{need}", "Short of {stage}: {need}"),
    "cannot_tell": Text("资料缺失，不能判定：{need}", "Cannot be told, data missing: {need}"),
    "has": Text("（实际 {found}）", " (has {found})"),
    "has_percent": Text("{need}：实际（%）", "{need}: has, %"),
    "has_count": Text("{need}：实际", "{need}: has"),
    "or": Text(" 或 ", " or "),
    "and": Text(" 且 ", " and "),
    "need_met": Text("满足：", "met: "),
    "need_not": Text("未满足：", "not met: "),
    "need_unknown": Text("无法判断：", "cannot be told: "),
    "moved": Text("谁变了阶段", "Who moved"),
    "as_written": Text(
        "现在是规则原文。移动滑块，变了阶段的企业就列在这里。",
        "The rule stands as written. Move a slider, and whoever changes stage is listed here.",
    ),
    "nobody_moved": Text("没有企业因此改变阶段。", "Nobody changes stage."),
    "moved_short": Text("变动 {n}", "{n} moved"),
    "moved_of": Text(
        "{n}改变了阶段（共 {all} 家），升 {up}，降 {down}。", "{n} of {all} changed stage: {up} up, {down} down."
    ),
    "moved_only": Text("表中只列变动的", "Only these in the table"),
    "and_more": Text("另有 {n} 家，见表", "and {n} more, in the table"),
    "reset": Text("恢复规则原文", "Back to the rule as written"),
    "table": Text("明细表", "Table"),
    "in_percent": Text("（%）", ", %"),
    "listed": Text("{n}。", "{n}. "),
    "none_fits": Text("没有符合筛选条件的。", "None fits the filters. "),
    "sort_hint": Text("点表头排序；点名称看理由。", "Press a heading to sort, a name to see why."),
    "sort_groups": Text("点表头排序；点名称选中。", "Press a heading to sort, a name to select."),
    "page_back": Text("上一页", "Previous"),
    "page_forth": Text("下一页", "Next"),
    "page_of": Text("第 {page} / {pages} 页", "page {page} of {pages}"),
    "sliders": Text("权重与分数线", "Weights and cut-offs"),
    "sliders_measure": Text(
        "移动滑块或直接填数，全部企业随即重新定阶段。",
        "Move a slider or type a number: every enterprise is staged anew at once.",
    ),
    "cuts_of": Text("{stage}的分数线和底线", "Cut-offs and floors of {stage}"),
    "no_sliders": Text("没有滑块：{why}", "No sliders: {why}"),
    "weights": Text("各方面权重", "Weights of the areas"),
    "weighting": Text("权重方案", "Weighting"),
    "weights_as_written": Text("按研究设定", "as the study has it"),
    "weights_own": Text("自定", "own"),
    "no_weight": Text(
        "至少一项权重要大于 0，否则没有总分。", "At least one weight has to be above 0, or there is no total."
    ),
    "kept_needs": Text(
        "规则的其他要求照原文判定，不随滑块改变。",
        "The rule’s other needs are judged as written; no slider changes them.",
    ),
    "differs": Text(
        "这个浏览器算出的阶段与研究结果不符，滑块已停用。请换一个浏览器。",
        "This browser computes other stages than the study, so the sliders are off. Please use another browser.",
    ),
}

# Where a study is about units in groups instead of enterprises in cities.
OF_UNITS: dict[str, Text] = {
    "group": Text("组", "Group"),
    "bars": Text("各组阶段", "Stages by group"),
    "tiles_measure": Text("“{stage}”占比，每格一组", "Share at {stage}, one tile a group"),
    "middle_half": Text("居中一半单位", "middle half"),
    "unit": Text("单个单位", "One unit"),
    "as_written": Text(
        "现在是规则原文。移动滑块，变了阶段的单位就列在这里。",
        "The rule stands as written. Move a slider, and whoever changes stage is listed here.",
    ),
    "nobody_moved": Text("没有单位因此改变阶段。", "Nobody changes stage."),
    "moved_of": Text(
        "{n}改变了阶段（共 {all} 个），升 {up}，降 {down}。", "{n} of {all} changed stage: {up} up, {down} down."
    ),
    "and_more": Text("另有 {n} 个，见表", "and {n} more, in the table"),
    "sliders_measure": Text(
        "移动滑块或直接填数，全部单位随即重新定阶段。",
        "Move a slider or type a number: every unit is staged anew at once.",
    ),
    "tiles_note": Text(
        "方格按大致方位排列，不表示边界；n 小于 10 的写个数。",
        "Tiles stand roughly where the groups lie. Below n = 10, counts are written.",
    ),
}
