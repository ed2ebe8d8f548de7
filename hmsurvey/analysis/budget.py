"""What to offer where, for a given effort: the mix of measures, city by city, that is expected to lift the most enterprises; and the curve of lifts against effort.

Each city is offered one package (any of the combinations, or nothing). Expected lifts and efforts are exact under the assumed uptakes and effects, and the mix is proved best. Beside
it stand the enterprises' own least plans: nothing that raises answers of these enterprises can lift more for the same effort.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hmsurvey.analysis.planner import PLANNED, NextStep
from hmsurvey.analysis.ways import Floats, Ways, provenance_of
from hmsurvey.analysis.whatif import DRAWS, expected_lifts, group_codes, what_if
from hmsurvey.analysis.whatif_tables import INSIDE, INTERVAL_NOTE
from hmsurvey.analysis.words import ALL, group_label, group_labels
from hmsurvey.errors import Problem, Text, UsageError
from hmsurvey.measures import basis_of
from hmsurvey.provenance import Provenance
from hmsurvey.statistics.packages import best_choices, most_within
from hmsurvey.tables import Column, Table

POINTS = 24  # budgets of a curve
_BOUND_NOTE = Text(
    "逐户最省方案是上限：每家企业恰好只做够进入上一阶段的那几项，普遍推行的措施做不到这么准。",
    "Least plans are a bound: every enterprise does just what takes it up, which measures offered to all cannot match.",
)


def _mix_note(provenance: Provenance) -> Text:
    basis = basis_of(provenance.definitions)
    return Text(
        f"每市各选一个措施组合，推行哪几项各市可以不同，也可以都不推行；同市企业一视同仁。期望上升数和工作量按所设参与率、有效率（{basis.zh}）算出，不靠抽取；最优由整数规划证明。",
        f"Each city has a package of measures of its own, or none: which ones may differ from city to city, and within a city all are offered the same. Expected lifts and efforts are exact under the uptakes and effects assumed ({basis.en}); an integer programme proves the mix best.",
    )


@dataclass(frozen=True, slots=True, eq=False)
class Offers:
    """Expected lifts and efforts of every package in every city: group x combination."""

    ways: Ways
    groups: tuple[str, ...]
    lifts: Floats
    efforts: Floats


@dataclass(frozen=True, slots=True)
class Mix:
    """What is offered where for a budget: by city the codes of the measures (none: nothing), and what is expected of it."""

    budget: float
    packages: tuple[tuple[str, tuple[str, ...]], ...]
    lifted: float
    effort: float


def weigh_offers(ways: Ways) -> Offers:
    """Reckon what every package is expected to lift, and to take, in every city."""
    groups = group_codes(ways)
    member = np.stack([ways.groups == group for group in groups]).astype(np.float64) if groups else np.zeros((0, 0))
    packages = range(ways.rank.shape[1])
    pairs = [expected_lifts(ways, package) for package in packages]
    lifts = np.stack([member @ lifted for lifted, _ in pairs], axis=1)
    return Offers(ways, tuple(groups), lifts, np.stack([member @ effort for _, effort in pairs], axis=1))


def choose_mix(offers: Offers, budget: float) -> Mix:
    """Choose what to offer where so that the most enterprises are expected to rise within a budget of effort.

    Raises
    ------
    UsageError
        The budget is below 0 or no number.
    """
    if not (isinstance(budget, int | float | np.number) and 0 <= budget < np.inf):
        raise UsageError(
            Problem(
                Text("预算应是不小于 0 的数。", "A budget is a number, and not below 0."),
                found=f"{budget:g}" if isinstance(budget, float) else repr(budget),
                expected=Text("0 或以上的有限数", "a finite number of 0 or above"),
            )
        )
    chosen = _fewest(offers, best_choices(offers.lifts, offers.efforts, budget))
    rows = np.arange(len(chosen))
    codes = offers.ways.measures.codes
    packages = tuple(
        (group, tuple(code for bit, code in enumerate(codes) if int(package) >> bit & 1))
        for group, package in zip(offers.groups, chosen, strict=True)
    )
    return Mix(budget, packages, float(offers.lifts[rows, chosen].sum()), float(offers.efforts[rows, chosen].sum()))


def _fewest(offers: Offers, chosen: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return for every city the package of fewest measures that lifts and takes as much: none is offered where it concerns nobody."""
    rows = np.arange(len(chosen))[:, None]
    alike = (offers.lifts >= offers.lifts[rows, chosen[:, None]] - 1e-12) & (offers.efforts <= offers.efforts[rows, chosen[:, None]] + 1e-12)  # fmt: skip
    sizes = np.array([int(package).bit_count() for package in range(offers.lifts.shape[1])])
    return np.asarray(np.where(alike, sizes, len(sizes)).argmin(axis=1))


def budgets_of(offers: Offers, points: int = POINTS) -> list[float]:
    """Return budgets from nothing to what all measures everywhere are expected to take, closer together where little is spent."""
    whole = float(offers.efforts.max(axis=1).sum()) if offers.efforts.size else 0.0
    return [float(np.ceil(10.0 * whole * (k / points) ** 1.5) / 10.0) for k in range(points + 1)] if whole else [0.0]


def tabulate_effort_curve(offers: Offers, *, budgets: Sequence[float] = (), steps: Iterable[NextStep] = ()) -> Table:
    """Return enterprises lifted against effort: a row a budget, what is offered in how many cities, and the bound from least plans where `steps` are given."""
    ways = offers.ways
    codes = ways.measures.codes
    least = np.array([step.plans[0].effort for step in steps if step.state == PLANNED])
    rows = []
    for budget in budgets or budgets_of(offers):
        mix = choose_mix(offers, budget)
        rows.append(
            {
                "budget": budget,
                "effort": mix.effort,
                "lifted": mix.lifted,
                **{f"cities_{code}": sum(code in package for _, package in mix.packages) for code in codes},
                "bound": most_within(least, budget) if least.size else np.nan,
            }
        )
    labels = {one.code: one.label for one in ways.measures.measures}
    columns = (
        Column("budget", Text("可用工作量", "Effort at hand"), "number"),
        Column("effort", Text("期望工作量", "Effort expected"), "number"),
        Column("lifted", Text("期望上升企业数", "Enterprises expected to rise"), "number"),
        *(
            Column(
                f"cities_{code}",
                Text(f"推行 {code} 的市数", f"Cities with {code}"),
                "count",
                labels[code],
            )
            for code in codes
        ),
        Column("bound", Text("逐户最省方案可上升数（上限）", "Bound from least plans"), "number"),
    )
    frame = pd.DataFrame(rows, columns=[column.code for column in columns])
    found = provenance_of(ways)
    return Table(
        frame,
        found,
        f"effort_curve_{ways.result.plan.code}",
        Text("工作量与可上升的企业数", "Enterprises lifted against effort"),
        columns,
        (_mix_note(found), _BOUND_NOTE) if steps else (_mix_note(found),),
    )


def mix_words(mix: Mix) -> Text:
    """Say in how many cities each measure is offered, and in how many none is.

    >>> mix_words(Mix(9.0, (("x", ("S1", "S2")), ("y", ("S2",)), ("z", ())), 2.5, 8.0)).en
    'S1 in 1, S2 in 2, nothing in 1 of 3 cities'
    """
    packages = [package for _, package in mix.packages]
    codes = sorted({code for package in packages for code in package})
    counts = {code: sum(code in package for package in packages) for code in codes}
    idle = sum(not package for package in packages)
    zh = [f"{code} 在 {n} 市" for code, n in counts.items()] + ([f"{idle} 市都不推行"] if idle else [])
    en = [f"{code} in {n}" for code, n in counts.items()] + ([f"nothing in {idle}"] if idle else [])
    return Text(f"{len(packages)} 市中：{'、'.join(zh)}", f"{', '.join(en)} of {len(packages)} cities")


def tabulate_mix(offers: Offers, budget: float, *, draws: int = DRAWS, seed: int = 1) -> Table:
    """Return what to offer where for a budget: a row a city and one of all, what is expected of it, and the range of the draws."""
    ways, mix = offers.ways, choose_mix(offers, budget)
    codes, book = ways.measures.codes, ways.result.survey.codebook
    run = what_if(ways, offered=dict(mix.packages), draws=draws, seed=seed)
    low, high = np.percentile(run.lifted, INSIDE, axis=0)
    rows: list[dict[str, object]] = []
    for g, (group, package) in enumerate(mix.packages):
        mask = sum(1 << codes.index(code) for code in package)
        rows.append(
            {"group": group, "n_staged": int(run.before[g].sum()), "package": "+".join(package)}
            | {"lifted": offers.lifts[g, mask], "lifted_low": low[g], "lifted_high": high[g]}
            | {"effort": offers.efforts[g, mask]}
        )
    if offers.groups != (ALL,):
        rows.append(
            {"group": ALL, "n_staged": int(run.before[-1].sum()), "package": "…"}
            | {"lifted": mix.lifted, "lifted_low": low[-1], "lifted_high": high[-1], "effort": mix.effort}
        )
    words = {
        str(row["package"]): Text(*(str(row["package"]).replace("+", mark) for mark in ("、", ", "))) for row in rows
    }
    words |= {"": Text("不推行", "nothing"), "…": mix_words(mix)}
    rise = Text("上升企业数", "Enterprises that rise")
    columns = (
        Column("group", group_label(book), "code", labels=group_labels(book)),
        Column("n_staged", Text("已分段企业数", "Enterprises with a stage"), "count"),
        Column("package", Text("推行的措施", "Measures offered"), "code", labels=words),
        Column("lifted", Text("期望上升企业数", "Enterprises expected to rise"), "number"),
        Column("lifted_low", Text(f"{rise.zh}：下限", f"{rise.en}: lower bound"), "number"),
        Column("lifted_high", Text(f"{rise.zh}：上限", f"{rise.en}: upper bound"), "number"),
        Column("effort", Text("期望工作量", "Effort expected"), "number"),
    )
    frame = pd.DataFrame(rows, columns=[column.code for column in columns])
    title = Text(f"工作量 {budget:g} 以内的最优安排", f"The best mix within an effort of {budget:g}")
    found = provenance_of(ways)
    notes = (_mix_note(found), INTERVAL_NOTE)
    return Table(frame, found, f"mix_{ways.result.plan.code}", title, columns, notes)
