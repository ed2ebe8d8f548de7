"""Headlines of the fieldwork and of the map: coverage, sample flow, visits, what differs between cities."""

from __future__ import annotations

import pandas as pd

from hmsurvey.analysis.words import ALL, UNKNOWN
from hmsurvey.errors import Lang, Text
from hmsurvey.output.headlines import ENTERPRISES, Noun, header, label, lead, stage_words, total_row
from hmsurvey.output.typesetting import percent
from hmsurvey.tables import Table

ENOUGH = 10  # units a city needs before a headline names it


_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth")


def _surveys(table: Table) -> list[tuple[str, str]]:
    return [(c.code.removeprefix("n_usable_"), c.code) for c in table.columns if c.code.startswith("n_usable_")]


def headline_coverage(table: Table, lang: Lang) -> str:
    """Say what share of the units in production each survey reached, and in how many cities."""
    surveys = _surveys(table)
    if not len(table.frame) or not surveys:
        return lead(Text("没有答卷", "no answers").of(lang), table.provenance.nature, lang)
    row, cities = total_row(table), table.frame[~table.frame["group"].isin([ALL, UNKNOWN])]
    parts = []
    for survey, column in surveys:
        reached, n = int((cities[column] > 0).sum()), int(row[column])
        share = row.get(f"coverage_{survey}_pct")
        of = Text(
            f" {reached}/{len(cities)} 市", f"{reached} of {len(cities)} {'city' if len(cities) == 1 else 'cities'}"
        ).of(lang)
        if share is not None and pd.notna(share):
            zh, en = (
                f"覆盖{of}、在产企业的 {percent(float(share), lang)}",
                f"{percent(float(share), lang)} of those in production, {of}",
            )
        else:
            zh, en = f"收回有效答卷 {n} 份，覆盖{of}", f"{n} usable answer{'' if n == 1 else 's'}, {of}"
        parts.append(Text(zh, en).of(lang))
    if len(parts) == 1:
        words = Text("调查" + parts[0], "the survey reached " + parts[0]).of(lang)
    else:
        words = Text("；".join(f"调查{'一二三四五六'[k] if k < 6 else k + 1}{part}" for k, part in enumerate(parts)), "; ".join(f"the {_ORDINALS[k] if k < 6 else f'{k + 1}th'} survey reached {part}" if k == 0 else f"the {_ORDINALS[k] if k < 6 else f'{k + 1}th'} {part}" for k, part in enumerate(parts))).of(lang)  # fmt: skip
    return lead(words, table.provenance.nature, lang)


def headline_sample_flow(table: Table, lang: Lang) -> str:
    """Say how many of what was sent can be staged."""
    parts = []
    for _, row in table.frame.iterrows():
        name = label(table, "survey", str(row["survey"]), lang)
        if pd.notna(row["sent"]) and row["sent"] > 0 and pd.notna(row["staged"]):
            share = percent(100 * float(row["staged"]) / float(row["sent"]), lang)
            zh = f"发出 {row['sent']:.0f} 份，{row['staged']:.0f} 份可定阶段（{share}）"
            en = f"of {row['sent']:.0f} sent, {row['staged']:.0f} can be staged ({share})"
            if len(table.frame) > 1:
                zh = f"“{name}”{zh}"
                en = f'{row["staged"]:.0f} of {row["sent"]:.0f} sent can be staged in the "{name}" ({share})'
        else:
            zh, en = f"{name}有效 {row['usable']:.0f} 份", f"{name}: {row['usable']:.0f} usable"
        parts.append(Text(zh, en).of(lang))
    words = Text("；", "; ").of(lang).join(parts) or Text("没有调查", "no surveys").of(lang)
    return lead(words, table.provenance.nature, lang)


def headline_visits(table: Table, lang: Lang, *, noun: Noun = ENTERPRISES) -> str:
    """Say how many stages the visits changed."""
    codes = list(table.frame["stage_before"])
    n = int(table.frame["n"].sum()) if len(table.frame) else 0
    if n == 0:
        return lead(
            Text(f"没有走访过的{noun.zh}", f"no {noun.en_one} was visited").of(lang), table.provenance.nature, lang
        )
    same = sum(int(table.frame[f"n_after_{code}"].iloc[place]) for place, code in enumerate(codes))
    visited, changed = noun.counted(n, lang), n - same
    if changed == 0:
        words = Text(f"走访的 {visited}阶段都没有改变", f"visits changed the stage of none of {visited}")
    else:
        words = Text(
            f"走访的 {visited}中，有 {changed} {noun.counter}改变了阶段",
            f"visits changed the stage of {changed} of {visited}",
        )
    return lead(words.of(lang), table.provenance.nature, lang)


def headline_map(table: Table, lang: Lang, *, value: str, n: str) -> str:
    """Say between which cities the value ranges; a share of answers only among cities with ten or more of them, and says so."""
    frame = table.frame[~table.frame["group"].isin([ALL, UNKNOWN])]
    counts = frame[n].fillna(0)
    enough = ENOUGH if value.startswith("share_") else 1  # coverage is over the registry, not over the answers
    part = frame[(counts >= enough) & frame[value].notna()]
    some = bool(((counts > 0) & (counts < enough)).any())
    name = value_words(table, value, lang)
    if len(part) < 2:
        share = total_row(table).get(value) if len(table.frame) else None
        if share is None or pd.isna(share):
            return lead(Text("没有可用的答卷", "no usable answers").of(lang), table.provenance.nature, lang)
        whole = percent(float(share), lang)
        words = Text(
            f"{name}合计 {whole}；各市答卷太少，不宜比较",
            f"{name}: {whole} over all; too few answers to compare cities",
        )
        return lead(words.of(lang), table.provenance.nature, lang)
    low, high = (_end(table, part, end, value=value, lang=lang) for end in (part[value].min(), part[value].max()))
    if low == high:
        words = Text(f"{name}各市相同：{low}", f"{name} is the same in all cities: {low}")
    else:
        among = Text(f"（n ≥ {ENOUGH} 的市）", f" among cities with n ≥ {ENOUGH}") if some else Text("", "")
        words = Text(f"{name}从 {low}到 {high}{among.zh}", f"{name} ranges from {low} to {high}{among.en}")
    return lead(words.of(lang), table.provenance.nature, lang)


def _end(table: Table, part: pd.DataFrame, end: float, *, value: str, lang: Lang) -> str:
    """Return one end of a range with its city, or with how many cities share it."""
    shown = percent(float(end), lang)
    cities = [str(code) for code, v in zip(part["group"], part[value], strict=True) if percent(float(v), lang) == shown]
    who = label(table, "group", cities[0], lang)
    if len(cities) > 1:
        who = Text(f"{len(cities)} 市", f"{len(cities)} cities").of(lang)
    return Text(f"{shown}（{who}）", f"{shown} ({who})").of(lang)


def value_words(table: Table, value: str, lang: Lang) -> str:
    """Return what a percentage column shows, without its unit: "高级阶段占比", "share at the advanced stage"."""
    if value.startswith("share_"):
        stage = header(table, "n_" + value[6:-4], lang)
        return Text(f"{stage}占比", f"the share at {stage_words(stage, lang)}").of(lang)
    survey = header(table, value, lang).split("：" if lang == "zh" else ": ", 1)[-1]
    return Text(f"{survey}的覆盖率", f'coverage of the "{survey}"').of(lang)
