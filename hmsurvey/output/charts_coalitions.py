"""Charts of the coordination mode: how far each coalition takes the enterprises, and which is the smallest that does it."""

from __future__ import annotations

from matplotlib.colors import Normalize, to_hex
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from hmsurvey.errors import Lang, Text
from hmsurvey.output import theme
from hmsurvey.output.headlines import ENTERPRISES, Noun, header, label, lead, within
from hmsurvey.output.page import Head, KeyItem, Page
from hmsurvey.output.rows import (
    Part,
    Row,
    columns_right,
    draw_names,
    empty,
    lay_rows,
    part_key,
    percent_ticks,
    row_axes,
    stack,
)
from hmsurvey.output.stamping import finish
from hmsurvey.output.theme import themed
from hmsurvey.output.typesetting import number, percent, width, wrap
from hmsurvey.tables import Table

_ROOM = 172.0


@themed()
def plot_coalitions(table: Table, *, lang: Lang, noun: Noun = ENTERPRISES) -> Figure:
    """Draw the stages that each coalition reaches as stacked shares, as it is first, then single parties, pairs and all.

    Parameters
    ----------
    table
        From `tabulate_coalitions`.
    lang
        "zh" or "en".
    noun
        What the units are called.
    """
    codes = [c.code.removeprefix("share_").removesuffix("_pct") for c in table.columns if c.code.startswith("share_")]
    colours = theme.stage_colours(codes)
    parts = [Part(f"n_{code}", header(table, f"n_{code}", lang), colours[code]) for code in codes]
    n = int(table.frame["n_staged"].iloc[0]) if len(table.frame) else 0
    shown = Text(
        f"按两个矩阵和答卷推算，各参加方所能带到的阶段，占已定阶段{noun.zh}的百分比，n = {n}",
        f"Stages that each coalition could reach by the matrices and the answers, % of the {noun.en} with a stage, n = {n}",
    )
    head = Head(headline_coalitions(table, lang), shown.of(lang), part_key(parts, table.frame, lang))
    if not n:
        return finish(empty(head, lang), table, lang)
    sizes = [name.count("+") + 1 if k else 0 for k, name in enumerate(table.frame["coalition"])]
    names = [label(table, "coalition", code, lang) for code in table.frame["coalition"]]
    rows = [Row(name, apart=k > 0 and sizes[k] != sizes[k - 1], bold=not sizes[k]) for k, name in enumerate(names)]
    grid = lay_rows(rows, room=_ROOM)
    page = Page(head, height=grid.height + 42)
    draw_names(page, grid, top=26)
    frame = table.frame
    drawn = zip(frame["drawn_low_pct"], frame["drawn_high_pct"], strict=True)
    columns = [
        (_over(header(table, "reached_pct", lang), lang), [percent(x, lang) for x in frame["reached_pct"]]),
        (Text("扰动时", "When\nshaken").of(lang), [f"{number(a, 0)}–{number(b, 0)}" if a == a else "" for a, b in drawn]),
    ]  # fmt: skip
    right = columns_right(page, grid, columns, top=26)
    axes = row_axes(page, grid, left=grid.left, right=right, limits=(0, 100), top=26)
    stack(axes, frame, parts, base="n_staged", grid=grid)
    percent_ticks(axes)
    note = Text(
        "“扰动时”：矩阵各项和“怎样算有”的界线随机改动时，九成抽样所在的百分比范围。",
        "When shaken: the range in % of nine in ten draws in which entries of the matrices were turned round and lines for having a means moved.",
    )
    return finish(page, table, lang, notes=(note.of(lang), table.notes[0].of(lang)))


def _over(words: str, lang: Lang) -> str:
    """Break a head over a column: "Intermediate or above (%)"."""
    words = words.replace("（%）", "").replace(" (%)", "")
    return words.replace("及以上", "\n及以上") if lang == "zh" else words.replace(" or ", "\nor ")


def headline_coalitions(table: Table, lang: Lang) -> str:
    """Say how far the best single party, the best pair and all of them get."""
    frame = table.frame
    if not len(frame) or not frame["n_staged"].iloc[0]:
        return Text("没有可用的答卷", "There are no usable answers").of(lang)
    rows = frame.iloc[1:]
    size = rows["coalition"].str.count(r"\+") + 1
    now, whole = float(frame["reached_pct"].iloc[0]), float(rows["reached_pct"].iloc[-1])
    one, two = (float(rows["reached_pct"][size == k].max()) for k in (1, 2))
    stage = header(table, "reached_pct", lang).replace("（%）", "").replace(" (%)", "")
    a, b, c, d = (percent(x, lang) for x in (now, one, two, whole))
    zh = f"达到{stage}的由现在的 {a}，单独一方至多提到 {b}，两方至多 {c}，三方协同 {d}"
    en = f"from {a} at {stage.lower()}, one party alone could get to {b} at most, two to {c}, all three to {d}"
    return lead(Text(zh, en).of(lang), table.provenance.kind, lang)


@themed()
def plot_smallest(table: Table, *, lang: Lang, noun: Noun = ENTERPRISES) -> Figure:
    """Draw for each aim which coalition is the smallest that does it: aims down, coalitions across, shares in the cells.

    Parameters
    ----------
    table
        From `tabulate_smallest`.
    lang
        "zh" or "en".
    noun
        What the units are called.
    """
    frame = table.frame
    n = int(frame["n"].iloc[0]) if len(frame) else 0
    codes = [c.code for c in table.columns if c.code.startswith("n_") and c.code != "n_tied"]
    shown = Text(
        f"做到每一项所需的最小参加方，占已定阶段{noun.zh}的百分比，n = {n}；并列的各计一次",
        f"The smallest coalition that does it, % of the {noun.en} with a stage, n = {n}; ties count in each",
    )
    steps = [0, 20, 40, 60, 80]
    norm = Normalize(0, 100)
    key = tuple(KeyItem(percent(s, lang), to_hex(theme.SEQUENTIAL(norm(s)))) for s in steps)
    head = Head(headline_smallest(table, lang), shown.of(lang), key)
    if not n:
        return finish(empty(head, lang), table, lang)
    problems = [str(code).startswith("P") for code in frame["target"]]
    rows = [
        Row(label(table, "target", code, lang), apart=k > 0 and problems[k] and not problems[k - 1])
        for k, code in enumerate(frame["target"])
    ]
    grid = lay_rows(rows, room=150.0, pitch=24.0)
    parties = _members(codes)
    names = {p: label_of_party(table, p, lang) for p in parties}
    left = max(grid.left, max(width(name, theme.NOTE) for name in names.values()) + 12)
    wide = (theme.TEXT_WIDTH - left - 10) / len(codes)
    pitch_head = 14.0
    top = pitch_head * len(parties) + 12
    page = Page(head, height=top + grid.height)
    draw_names(page, grid, top=top)
    for k, party in enumerate(parties):
        page.text(left - 7, pitch_head * (k + 0.5), names[party], ha="right", color=theme.SOFT, gid="party")
    axes = page.axes(left, 0, page.width - left, top + grid.height)
    axes.set(xlim=(0, page.width - left), ylim=(top + grid.height, 0), xticks=[], yticks=[])
    axes.set_frame_on(False)
    for place, code in enumerate(codes):
        x = place * wide + (5 if place > 0 else 0) + (5 if place == len(codes) - 1 else 0)
        members = code.removeprefix("n_").split("+")
        if members[0] in parties:
            at = [pitch_head * (k + 0.5) for k in range(len(parties))]
            inside = [y for y, party in zip(at, parties, strict=True) if party in members]
            axes.plot(
                [x + wide / 2] * 2, [min(inside), max(inside)], color=theme.INK, linewidth=1.0, zorder=theme.MARKS
            )
            axes.plot([x + wide / 2] * len(at), at, "o", color=theme.FAINT, markersize=6, zorder=theme.MARKS)
            axes.plot([x + wide / 2] * len(inside), inside, "o", color=theme.INK, markersize=6, zorder=theme.MARKS + 0.1, gid="member")  # fmt: skip
        else:
            words = "\n".join(wrap(header(table, code, lang), theme.NOTE, wide))
            page.text(left + x + wide / 2, top - 6, words, ha="center", va="bottom", color=theme.SOFT, gid="column")
        for y, pitch, count, target in zip(grid.centres, grid.pitches, frame[code], frame["target"], strict=True):
            share = 100.0 * count / n
            colour = to_hex(theme.SEQUENTIAL(norm(share))) if count else theme.PAPER
            axes.add_patch(
                Rectangle((x + 0.6, top + y - pitch / 2 + 0.6), wide - 1.2, pitch - 1.2, facecolor=colour, edgecolor="#D5D5D5" if not count else "none", linewidth=0.5, zorder=theme.FILLS, gid=f"{target}/{code}")
            )  # fmt: skip
            words = percent(share, lang) if count else "–"
            size = theme.NOTE if width(words, theme.NOTE) < wide - 2 else 7.5
            axes.text(x + wide / 2, top + y, words, size=size, ha="center", va="center_baseline", color=theme.ink_on(colour), zorder=theme.WORDS, gid="value")  # fmt: skip
    return finish(page, table, lang, notes=(table.notes[0].of(lang),))


def _members(codes: list[str]) -> list[str]:
    """Return the parties that form the coalitions, in their order."""
    whole = max(codes, key=lambda code: code.count("+"))
    return whole.removeprefix("n_").split("+")


def label_of_party(table: Table, party: str, lang: Lang) -> str:
    """Return what the column of a party alone is called."""
    return header(table, f"n_{party}", lang)


def headline_smallest(table: Table, lang: Lang) -> str:
    """Say for which aim single parties do most often, and which takes most."""
    frame = table.frame
    rows = frame[frame["target"].str.startswith("P")] if len(frame) else frame
    if not len(rows) or not rows["n"].iloc[0]:
        return Text("没有可用的答卷", "There are no usable answers").of(lang)
    worst = rows.iloc[int(rows["n_nobody"].to_numpy().argmax())]
    name = label(table, "target", worst["target"], lang)
    share = percent(100.0 * worst["n_nobody"] / worst["n"], lang)
    zh = f"最难的是“{name}”：{share} 的企业三方协同也做不到"
    aim = " ".join(within(word) for word in name.split(" "))  # a verb, a code and a label: solve P1 low digitisation
    en = f"hardest is to {aim}: {share} of the enterprises do not get there even with all three"
    return lead(Text(zh, en).of(lang), table.provenance.kind, lang)


__all__ = ["headline_coalitions", "headline_smallest", "plot_coalitions", "plot_smallest"]
