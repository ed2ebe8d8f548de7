"""The section on consistency: do the indicators of an area rise and fall together, and where the coefficient means little."""

from __future__ import annotations

from hmsurvey.analysis.coherence import tabulate_reliability
from hmsurvey.errors import Text
from hmsurvey.output.content import Block, Content, Section, area_level, blocks_of, rows_of
from hmsurvey.output.phrases import decimal
from hmsurvey.tables import Table


def tell_coherence(content: Content) -> Section | None:
    """Build the section on consistency; None where no survey has an index with areas."""
    blocks: list[Block] = []
    for result in content.results:
        level = area_level(result.scores.system) if result.scores is not None else ""
        if not level:
            continue
        table = tabulate_reliability(result, level=level)
        if table.frame["alpha"].notna().any():
            blocks += [*content.heading(result), _sentence(table), table]
    if not blocks:
        return None
    return Section("coherence", Text("各方面的指标是否一致", "Do the indicators hang together?"), blocks_of(*blocks))


def _sentence(table: Table) -> Text:
    rows = sorted(rows_of(table.frame[table.frame["alpha"].notna()]), key=lambda row: float(row["alpha"]))
    low, high = rows[0], rows[-1]
    labels = table.column("node").labels
    dependent = sum(row["n_dependent"] > 0 for row in rows)
    zh = f"α 系数最低的是“{labels[low['node']].zh}”（{decimal(low['alpha'], 2)}），最高的是“{labels[high['node']].zh}”（{decimal(high['alpha'], 2)}）。"
    en = f"Alpha is lowest for “{labels[low['node']].en}” ({decimal(low['alpha'], 2)}) and highest for “{labels[high['node']].en}” ({decimal(high['alpha'], 2)})."
    if dependent:
        zh += f"其中 {dependent} 个方面有指标在逻辑上相连（没有系统，就谈不上系统功能），那里的系数部分是题目设计造成的，不能当作一致性的证据。"
        en += f" In {dependent} of these areas some indicators are tied to others by logic (no system, so no function of it): there the coefficient is partly made by the design and is no evidence of consistency."
    return Text(zh, en)
