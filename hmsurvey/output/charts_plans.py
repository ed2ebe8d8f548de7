"""A chart of next steps: which answers the best plans raise most often."""

from __future__ import annotations

from matplotlib.figure import Figure

from hmsurvey.errors import Lang, Text
from hmsurvey.output import theme
from hmsurvey.output.headlines import ENTERPRISES, Noun, label, subtitle
from hmsurvey.output.page import Head, Page, nice_limits, steps
from hmsurvey.output.rows import Row, columns_right, draw_names, empty, lay_rows, row_axes
from hmsurvey.output.stamping import finish
from hmsurvey.output.theme import themed
from hmsurvey.output.typesetting import number
from hmsurvey.tables import Table

MOST_ROWS = 15
_ROOM = 190.0


@themed()
def plot_raises(table: Table, *, lang: Lang, noun: Noun = ENTERPRISES) -> Figure:
    """Draw in how many best plans each answer is raised, the most frequent first, and the mean effort beside it.

    Parameters
    ----------
    table
        From `tabulate_raises`.
    lang
        "zh" or "en".
    noun
        What the units are called.
    """
    shown = Text(
        f"最省方案中要提高各项答案的{noun.zh}数（前 {MOST_ROWS} 项）",
        f"number of {noun.en} whose best plan raises an answer, the {MOST_ROWS} most frequent",
    )
    frame = table.frame.head(MOST_ROWS)
    title = Text("没有可以规划的下一步", "No next step to plan").of(lang)
    if len(frame):
        first = label(table, "question", frame["question"].iloc[0], lang)
        zh, en = f"最常见的一步：{first}", f"The commonest step: {first}"
        title = Text(zh, en).of(lang)
    head = Head(title, subtitle(table, lang, shown), ())
    if not len(frame):
        return finish(empty(head, lang), table, lang)
    grid = lay_rows([Row(label(table, "question", code, lang)) for code in frame["question"]], room=_ROOM)
    page = Page(head, height=grid.height + 26)
    draw_names(page, grid, top=10)
    columns = [
        (noun.zh + "数" if lang == "zh" else "Number", [number(n, 0) for n in frame["n_plans"]]),
        (Text("平均\n工作量", "Mean\neffort").of(lang), [number(x, 1) for x in frame["effort"]]),
    ]
    right = columns_right(page, grid, columns, top=10)
    _, high, step = nice_limits(0, float(max(frame["n_plans"].max(), 1)))
    axes = row_axes(page, grid, left=grid.left, right=right, limits=(0, high), top=10)
    axes.set_xticks(ticks := steps(0, high, max(step, 1.0)), [number(tick, 0) for tick in ticks])
    axes.grid(axis="x")
    axes.barh(
        grid.centres,
        frame["n_plans"].to_numpy(dtype=float),
        height=grid.bar,
        color=theme.ACCENT,
        zorder=theme.FILLS,
        gid="n_plans",
    )
    return finish(page, table, lang)
