"""The page and the figures of the recovery study: words, tables and charts of what `recovery.py` found. Computes no more than means of its columns."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from recovery import (
    CONFIDENCE,
    DRAWS,
    METHODS,
    ODDS,
    SCENARIOS,
    SURVEYS,
    TIMES,
    City,
    Study,
    joint_coverage,
    recovered,
    share_coverage,
)

from hmsurvey.output import theme
from hmsurvey.output.page import Head, KeyItem, Page
from hmsurvey.output.rows import Part, Row, draw_names, lay_rows, part_key, percent_ticks, row_axes, stack
from hmsurvey.output.stamping import stamp
from hmsurvey.output.theme import themed
from hmsurvey.provenance import Provenance

DPI = 130  # a page on a screen; figures for print leave by hmsurvey run
NAMES = {"questionnaire": "Questionnaire (carrier rule)", "index": "Index survey (the default rule)"}
OUTCOMES = {"found": "Found again", "higher": "Put higher", "lower": "Put lower", "unstaged": "Left unstaged"}
MARKS = {"exact": "o", "wilson": "s", "exact, three together": "^", "goodman, three together": "D"}
WORDS = {
    "exact": "Exact, one share",
    "wilson": "Wilson, one share",
    "exact, three together": "Exact, three together",
    "goodman, three together": "Goodman, three together",
}
COLOURS = dict(zip(METHODS, ("#1B4F72", "#B5482F", "#6FA8C9", "#E8C170"), strict=True))

HEAD = """\
# Recovery: is the true stage found again, and do intervals cover?

Written by `python tools/recovery.py`; a second run writes the same bytes. 由脚本生成，重跑结果逐字节相同。

**What data are these?** All of it is synthetic: the stand-in of `data/raw`, its truth in `data/truth`, and a stand-in {times} times as large of the same seed. Nothing here is about any real
enterprise or city. It says how the *methods* do when the truth is known, under the kinds of error and silence that the stand-in was given (assumptions A80 to A99); real answers may err in
other ways. 全部为模拟数据，只检验方法，不说明任何真实企业或城市。

**In short**

{short}
"""


def pct(value: float, decimals: int = 1) -> str:
    """Return a percentage (of 0-100), a dash where there is none."""
    return "–" if np.isnan(value) else f"{value:.{decimals}f}%"


def markdown(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table; the first column is text."""
    lines = ["| " + " | ".join(header) + " |", "|---" + "|---:" * (len(header) - 1) + "|"]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows]) + "\n"


def confusion_table(counts: pd.DataFrame, labels: dict[str, str]) -> str:
    """Return a confusion table: true stages down, reported ones across."""
    rows = []
    for code in counts.index.drop("unstaged"):
        n = int(counts.loc[code].sum())
        share = pct(100 * counts.at[code, code] / n) if n else "–"
        rows.append([labels[code], str(n), *(str(int(v)) for v in counts.loc[code]), share])
    return markdown(["true stage", "n", *(labels[c].lower() for c in counts.columns), "found again"], rows)


def method_table(rows: Sequence[tuple[str, dict[str, float]]]) -> str:
    """Return how often each way of staging finds its own true stage again."""
    cells = [
        [name, f"{found['n']}", *(pct(found[key]) for key in OUTCOMES), pct(found["of_staged"])] for name, found in rows
    ]
    return markdown(["method", "n", *(word.lower() for word in OUTCOMES.values()), "found again, of the staged"], cells)


def city_row(city: City) -> list[float]:
    """Return coverage and width (0-100) of every method in one city: means over the stages, or of the three together."""
    size, found = len(city.true), []
    for method in METHODS[:2]:
        parts = np.array([share_coverage(method, city.n, size, k) for k in city.totals])
        found += [100 * float(value) for value in parts.mean(axis=0)]
    for method in METHODS[2:]:
        found += [100 * value for value in joint_coverage(method, city.n, city.totals)]
    return found


def worst(method: str, cities: Sequence[City]) -> float:
    """Return the lowest coverage (0-100) over every total that the cities' frames could have had."""
    pairs = {(city.n, len(city.true)) for city in cities}
    return 100 * min(share_coverage(method, n, size, k)[0] for n, size in sorted(pairs) for k in range(size + 1))


def city_table(cities: Sequence[City]) -> str:
    """Return frame, sample and coverage by city, the mean of all last."""
    rows, values = [], np.array([city_row(city) for city in cities])
    for city, line in zip(cities, values, strict=True):
        rows.append(
            [
                city.name,
                str(len(city.true)),
                str(city.n),
                " / ".join(map(str, city.totals)),
                *(f"{v:.1f}" for v in line),
            ]
        )
    rows.append(["**mean of the cities**", "", "", "", *(f"**{v:.1f}**" for v in values.mean(axis=0))])
    heads = [
        f"{name} {what}" for name in ("exact", "Wilson", "exact x3", "Goodman x3") for what in ("cover %", "width")
    ]
    return markdown(["city", "N", "n", "true stages, from advanced to low", *heads], rows)


def mean_table(study: Study) -> str:
    """Return coverage and width of the interval of the mean score by city."""
    pairs = list(zip(study.cities["index"], study.means["index"], strict=True))
    rows = [
        [city.name, str(len(city.true)), str(city.n), f"{city.total.mean():.1f}", pct(100 * cover), f"{wide:.1f}"]
        for city, (cover, wide) in pairs
    ]
    cover, wide = np.array(study.means["index"]).mean(axis=0)
    rows.append(["**mean of the cities**", "", "", "", f"**{pct(100 * cover)}**", f"**{wide:.1f}**"])
    return markdown(["city", "N", "n", "true mean", "covers", "mean width"], rows)


def selective_table(study: Study, code: str) -> str:
    """Return coverage by how the answers came about."""
    rows = [
        [name, pct(100 * found["exact"]), pct(100 * found["wilson"]), f"{found['bias']:+.1f}"]
        for name, found in study.selective[code].items()
    ]
    return markdown(
        ["who answers, and what", "exact covers", "Wilson covers", "bias of the share at low, points"], rows
    )


def short(study: Study) -> str:
    """Return the findings in a few lines."""
    large = {code: recovered(study.large[code]) for code in SURVEYS}
    exact = {code: np.array([city_row(city) for city in study.cities[code]]).mean(axis=0) for code in SURVEYS}
    lines = [
        "- "
        + "; ".join(
            f"{NAMES[code]}: the true stage is found again in {pct(large[code]['found'])} of {large[code]['n']} enterprises, {pct(large[code]['unstaged'])} stay unstaged, and of the staged "
            f"{pct(large[code]['of_staged'])} are right"
            for code in SURVEYS
        )
        + ".",
        f"- The exact 90% interval of one share covers {pct(exact['questionnaire'][0])} and {pct(exact['index'][0])} of the time on average, never less than 90% whatever the truth: being discrete, it over-covers, and is "
        f"still narrower than Wilson's ({exact['questionnaire'][1]:.1f} and {exact['index'][1]:.1f} points wide against {exact['questionnaire'][3]:.1f} and {exact['index'][3]:.1f}), which does not know that the "
        "population is small.",
        "- Intervals answer for chance. When the chances of answering double with every standard deviation of the general level, the exact interval covers "
        + " and ".join(pct(100 * study.selective[code][SCENARIOS[4][0]]["exact"]) for code in SURVEYS)
        + ": **no interval knows who did not answer.**",
    ]
    return "\n".join(lines)


def shipped_section(study: Study) -> str:
    """Return the part on the shipped stand-in, which is quick to compute again."""
    text = "## Is the true stage found again?\n\nThe true stage is the rule's on the complete, error-free answers of `data/truth`; the reported one is the rule's on `data/raw`. Left unstaged is an outcome of its own.\n"
    for code in SURVEYS:
        text += f"\n### {NAMES[code]}\n\n" + confusion_table(study.shipped[code], dict(study.labels))
    return text


def document(study: Study) -> str:
    """Return the page."""
    labels = dict(study.labels)
    text = HEAD.format(times=TIMES, short=short(study)) + "\n" + shipped_section(study)
    text += f"\nThe same on the stand-in {TIMES} times as large, where rates are steadier:\n"
    for code in SURVEYS:
        text += f"\n{NAMES[code]}:\n\n" + confusion_table(study.large[code], labels)
    text += """
Two stages apart hardly happens; what errors do is to move an enterprise over the one line it stands next to. In the stand-in reports err upward more often than downward (A92), so more are put
higher than lower.

## By method

Each way of staging is held to its *own* truth: the same method on the complete answers. This says how steady a method is under reporting errors, not which one is right. Methods that find their
lines in the data (natural breaks, k-means, latent classes) move their lines when the answers err, and so move enterprises whose own answers did not change.

![How often each method finds its own true stage again](figures/recovery_methods.png)
"""
    for code in SURVEYS:
        text += f"\n### {NAMES[code]}\n\n" + method_table(study.methods[code])
    text += f"""
## Do 90% intervals cover at least 90%?

Each city's **frame** is a finite population: as many enterprises as the registry has in production (N), cut from the stand-in {TIMES} times as large, with their true stages. Samples are as large as the
survey's answers from that city (n), drawn by lot without replacement. For shares nothing is simulated: the chance of every possible sample is summed, so the figures have no error of their own.
Width is in points. Columns of one share are means over the three stages; "x3" are three intervals that must all cover at once.

![Coverage by city and method](figures/recovery_coverage.png)
"""
    for code in SURVEYS:
        low = {method: worst(method, study.cities[code]) for method in METHODS[:2]}
        text += f"\n### {NAMES[code]}\n\n" + city_table(study.cities[code])
        text += f"\nThe lowest coverage over every truth that these frames could have had (each K from 0 to N): exact {pct(low['exact'])}, Wilson {pct(low['wilson'])}.\n"
    text += f"""
**How to read it.** The exact interval promises at least 90% for every truth, and keeps it. It must over-cover, since only N + 1 shares exist: where a stage is empty (K = 0) the sample can only say so,
and it covers always. Wilson's treats the population as endless; with half of a city answering it is much wider than it need be, which is why it covers even more here. It promises 90% only on average: of
very few answers it can cover less, though in these frames it does not.

### Mean scores

The interval of the mean (Student's t with the finite population correction), {DRAWS} samples a city; the error of a coverage is about {100 * np.sqrt(0.9 * 0.1 / DRAWS):.1f} points.

{mean_table(study)}
It promises 90% only for scores that are about normal; scores are skewed, and coverage lies around 90% and in single cities a little below it.

## What intervals do not know

The same frames and the same n, {DRAWS} samples a city; mean coverage over cities and stages. "Gaps": enterprises whose answers leave them unstaged drop out, as in the stand-in, where the weaker leave more
blank. "Reported": stages as reported, errors included. Below, true answers, but the chances of being among those who answered multiply by {ODDS[1]:g}, {ODDS[2]:g} or {ODDS[3]:g} with every standard deviation of an enterprise's
general level.

![Coverage when answering goes with the trait](figures/recovery_selective.png)
"""
    for code in SURVEYS:
        text += f"\n### {NAMES[code]}\n\n" + selective_table(study, code)
    return (
        text
        + """
The stand-in's own gaps hardly matter. Errors of reporting take a few points of coverage, most where the lines are crossed in one direction. Selective answering takes the most, and nothing in the answers shows it:
the intervals stay as narrow as before and lie in the wrong place. An interval is a statement about chance under assumption A100; who did not answer is a question for the field work (registry, reminders, visits).

## What this study cannot say

- How often stages of real enterprises are right. The errors and gaps here are those that the stand-in was given.
- Whether the rule is the right one: the truth is the rule's own, on better answers.
- How selective the answering of a real survey is. The factors are examples, not estimates.
"""
    )


# --- figures --------------------------------------------------------------------------------------------------------------------------


@themed()
def plot_methods(study: Study) -> Page:
    """Draw what becomes of the true stage, a bar a method."""
    rows, lines = [], []
    for code in SURVEYS:
        for place, (name, found) in enumerate(study.methods[code]):
            rows.append(
                Row(
                    name, f"n = {found['n']}", apart=place == 0, head=NAMES[code] if place == 0 else "", bold=place == 0
                )
            )
            lines.append({"n": found["n"]} | {key: found["n"] * found[key] / 100 for key in OUTCOMES})
    frame = pd.DataFrame(lines)
    shares = [found["found"] for code in SURVEYS for _, found in study.methods[code]]
    colours = (theme.MAIN, theme.ACCENT, "#E8C170", theme.UNSTAGED_COLOUR)
    parts = [
        Part(key, words, colour, theme.UNSTAGED_HATCH if key == "unstaged" else "")
        for (key, words), colour in zip(OUTCOMES.items(), colours, strict=True)
    ]
    head = Head(
        f"In the synthetic data, {min(shares):.0f}% to {max(shares):.0f}% of true stages are found again; the index loses most to gaps",
        "% of enterprises, each method against its own stage on the complete answers",
        part_key(parts, frame, "en"),
    )
    grid = lay_rows(rows, room=190.0)
    page = Page(head, height=grid.height + 16)
    draw_names(page, grid)
    axes = row_axes(page, grid, left=grid.left, right=page.width, limits=(0, 100))
    stack(axes, frame, parts, base="n", grid=grid)
    percent_ticks(axes)
    return page


@themed()
def plot_coverage(study: Study) -> Page:
    """Draw coverage by city, a mark a method, beside the promised 90%."""
    rows = [
        Row(city.name, f"{city.n} of {len(city.true)}", apart=place == 0, head=NAMES[code] if place == 0 else "")
        for code in SURVEYS
        for place, city in enumerate(study.cities[code])
    ]
    values = np.array([city_row(city)[::2] for code in SURVEYS for city in study.cities[code]])
    key = tuple(KeyItem(WORDS[method], COLOURS[method], marker=MARKS[method], edge=theme.PAPER) for method in METHODS)
    least, most = float(values[:, 0].min()), float(values[:, 0].max())
    head = Head(
        f"In the synthetic frames, exact 90% intervals cover {least:.0f}% to {most:.0f}% of the time, city by city",
        "Coverage in % by city (n of N); for one share the mean over the stages; the line is what is promised",
        key,
    )
    grid = lay_rows(rows)
    page = Page(head, height=grid.height + 16)
    draw_names(page, grid)
    axes = row_axes(page, grid, left=grid.left, right=page.width - 6, limits=(88.0, 100.5))
    axes.axvline(100 * CONFIDENCE, color=theme.INK, linewidth=0.9, zorder=theme.MARKS)
    for place, method in enumerate(METHODS):
        heights = np.array(grid.centres) + 3.2 * (place - 1.5)  # apart, or marks at 100% would hide each other
        axes.plot(values[:, place], heights, MARKS[method], color=COLOURS[method], markersize=4.6, markeredgecolor=theme.PAPER, markeredgewidth=0.4, linestyle="none", zorder=theme.MARKS)  # fmt: skip
    axes.set_xticks([90, 95, 100], ["90%", "95%", "100%"])
    return page


@themed()
def plot_selective(study: Study) -> Page:
    """Draw coverage against how strongly answering goes with the trait."""
    names = [SCENARIOS[0][0], *(name for name, _, odds in SCENARIOS if odds > 1)]
    key = (
        KeyItem("Questionnaire, exact", "#1B4F72", marker="o", edge=theme.PAPER),
        KeyItem("Questionnaire, Wilson", "#B5482F", marker="o", edge=theme.PAPER),
        KeyItem("Index, exact", "#1B4F72", marker="s", edge=theme.PAPER),
        KeyItem("Index, Wilson", "#B5482F", marker="s", edge=theme.PAPER),
    )
    last = min(study.selective[code][names[-1]]["exact"] for code in SURVEYS)
    head = Head(
        f"In the synthetic frames, exact 90% intervals cover only {100 * last:.0f}% once answering goes strongly with the general level",
        "Mean coverage in %; across, the factor by which the chances of answering multiply with a standard deviation",
        key,
    )
    high = 150.0
    page = Page(head, height=high + 18)
    axes = page.axes(28, 0, page.width - 40, high)
    axes.set(xlim=(0.9, ODDS[-1] + 0.1), ylim=(60, 101))
    axes.axhline(100 * CONFIDENCE, color=theme.INK, linewidth=0.9, zorder=theme.MARKS)
    for code, mark, line in (("questionnaire", "o", "-"), ("index", "s", "--")):
        for method, colour in (("exact", "#1B4F72"), ("wilson", "#B5482F")):
            heights = [100 * study.selective[code][name][method] for name in names]
            axes.plot(ODDS, heights, mark + line, color=colour, markersize=6, markeredgecolor=theme.PAPER, linewidth=1.3, zorder=theme.MARKS)  # fmt: skip
    axes.set_xticks(ODDS, [f"{odds:g}" if odds > 1 else "1 (by lot)" for odds in ODDS])
    axes.tick_params(left=False, labelleft=True)
    axes.set_yticks([60, 70, 80, 90, 100], [f"{tick}%" for tick in (60, 70, 80, 90, 100)])
    return page


def write_figures(study: Study, folder: Path, provenance: Provenance) -> tuple[Path, ...]:
    """Write the figures as PNG; return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, plot in (("methods", plot_methods), ("coverage", plot_coverage), ("selective", plot_selective)):
        figure: Figure = stamp(plot(study).figure, provenance, "en")
        path = folder / f"recovery_{name}.png"
        with themed():
            figure.savefig(path, dpi=DPI, metadata={"Software": "hmsurvey", "Source": "synthetic data"})
        written.append(path)
    return tuple(written)
