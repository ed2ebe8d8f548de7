"""Filing beside keeping: what enterprises file on platforms, and what they have in a system of their own.

The two are asked apart and never added: filing is a duty, keeping is the archive.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from hmsurvey.analysis.carriers import type_labels
from hmsurvey.analysis.tabulation import need_stages
from hmsurvey.answers import NONE, is_usable
from hmsurvey.errors import Text
from hmsurvey.study import SurveyResult
from hmsurvey.tables import Column, Table

FILED = "filed."


def has_filing(result: SurveyResult) -> bool:
    """Tell whether the survey asks, beside how a type is kept, where it is filed."""
    if result.stages is None or result.stages.rule.per_answer is None:
        return False
    codes = {question.code for question in result.survey.codebook.questions}
    return any(FILED + code.split(".", 1)[-1] in codes for code in type_labels(result))


def tabulate_filing(result: SurveyResult) -> Table:
    """Count, by archive type, who files it on a platform and who has it captured by a system.

    Returns
    -------
    Table
        One row a type: `n_both` (enterprises with a usable answer to both questions), `n_filed` (filed on at least one platform), `n_captured` (the
        highest carrier level), `n_filed_only` (filed, and kept below a records system), with the shares of the first two.
    """
    stages, answers = need_stages(result), result.survey.answers
    rows = []
    for code in type_labels(result):
        other = FILED + code.split(".", 1)[-1]
        if other not in answers.values:
            continue
        kept = result.survey.codebook.question(code)
        usable = is_usable(answers.states[code]) & is_usable(answers.states[other])
        filed = usable & (answers.states[other] != NONE)
        place = np.asarray(answers.values[code])
        levels = [kept.place_of_option(level) for level in kept.levels]
        captured = usable & (place == levels[-1])
        loose = usable & np.isin(place, levels[: len(levels) // 2])
        n = int(usable.sum())
        rows.append(
            {
                "question": code,
                "n_both": n,
                "n_filed": int(filed.sum()),
                "filed_pct": 100.0 * filed.sum() / n if n else np.nan,
                "n_captured": int(captured.sum()),
                "captured_pct": 100.0 * captured.sum() / n if n else np.nan,
                "n_filed_only": int((filed & loose).sum()),
            }
        )
    columns = (
        Column("question", Text("档案类型", "Archive type"), "code", labels=type_labels(result)),
        Column(
            "n_both",
            Text("两题都有答案", "Answered both"),
            "count",
            Text(
                "“怎样保存”和“报送到哪里”都有答案的企业数",
                "enterprises that said both how it is kept and where it is filed",
            ),
        ),
        Column("n_filed", Text("在平台报送", "Filed on a platform"), "count"),
        Column("filed_pct", Text("在平台报送（%）", "Filed (%)"), "percent"),
        Column("n_captured", Text("系统采集", "Captured by a system"), "count"),
        Column("captured_pct", Text("系统采集（%）", "Captured (%)"), "percent"),
        Column(
            "n_filed_only",
            Text("报送了，自己只存纸质或零散文件", "Filed, but kept on paper or loose"),
            "count",
        ),
    )
    frame = pd.DataFrame(rows, columns=[column.code for column in columns])
    title = Text("报送与保存：各类环保档案", "Filing and keeping by archive type")
    return Table(frame, stages.provenance, f"filing_{result.plan.code}", title, columns)
