"""Tables for papers: three-line tables as LaTeX and as a page to copy from into Word or WPS, with the paragraph on method before them.

Three rules and no others: above the heads, under them, under the last row. The title stands above, the notes below; both say what kind of data the numbers rest on.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from html import escape
from pathlib import Path

from hmsurvey.errors import NOTHING, Lang, Text
from hmsurvey.output.citing import citation
from hmsurvey.output.content import PART_OF_PAGE, Passage
from hmsurvey.output.edition import Edition
from hmsurvey.output.phrases import NOTHING_SIGN, cell_text, is_number_column, join
from hmsurvey.output.results import write_bytes
from hmsurvey.output.views import Cell, TableView, may_show, set_text, view_table
from hmsurvey.provenance import NATURE_WORDS, Provenance
from hmsurvey.tables import Column, Table

FOLDER = "paper"
_KEY = (
    "sample_flow", "coverage", "scores_by_city", "areas_", "indicators", "stages_", "shares_", "reached_", "means_", "needs", "carriers", "distance_bands",
    "options_", "differences_", "province_", "rule_", "weights_", "reliability_", "rivals_",
)  # fmt: skip
_MOST_ROWS, _MOST_COLUMNS = 40, 14  # more does not fit a page of a journal
_SENTENCE = 40  # characters from which words of a cell are a sentence, in Chinese
_SHORT = 20  # rows of a table that no page end divides
_EASY = 8  # columns that a page of a journal takes in its ordinary type
_UNBROKEN = 8  # characters of a cell that stays on one line
_LABEL, _NOTE = Text("表", "Table"), Text("注：", "Note. ")
_METHOD, _SOFTWARE, _TABLES = Text("方法", "Method"), Text("软件引用", "Citation of the software"), Text("表", "Tables")
_HOW = Text(
    "选中所需的段落或表格，复制后粘贴到 Word 或 WPS；三线表的线会保留。",
    "Select a paragraph or a table, copy it, and paste it into Word or WPS; the three rules are kept.",
)
_SPECIAL = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%", "_": r"\_",
    "^": r"\textasciicircum{}", "~": r"\textasciitilde{}", "<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}", '"': r"\textquotedbl{}",
    "\u2212": r"$-$", "\u2009": r"\,", "\u202f": r"\,", "\u00a0": "~", "\u2013": "--",
}  # fmt: skip


def write_paper(edition: Edition, folder: Path, *, lang: Lang) -> list[Path]:
    """Write `paper/tables.LANG.tex` and `paper/tables.LANG.html` of an edition; return their paths.

    Parameters
    ----------
    edition
        What its readers may see.
    folder
        Where the folder `paper` goes.
    lang
        The language.
    """
    tables = paper_tables(edition)
    said = [block for section in edition.sections for block in section.blocks if isinstance(block, Passage)]
    passages = [block.of(lang) for block in said if tuple(block) != tuple(citation())]  # which stands by itself
    content = {"tex": latex_of(edition, tables, passages, lang), "html": html_of(edition, tables, passages, lang)}
    return [
        write_bytes(folder / FOLDER / f"tables.{lang}.{suffix}", text.encode("utf-8"))
        for suffix, text in content.items()
    ]


def paper_tables(edition: Edition) -> list[Table]:
    """Return the tables that a paper may want: those of the page, about groups, that fit one."""
    found = {table.code: table for section in edition.sections for table in section.tables}
    fitting = [
        table
        for table in found.values()
        if table.code.startswith(_KEY)
        and not table.code.endswith(PART_OF_PAGE)
        and may_show(table, edition.study)
        and 0 < len(table.frame) <= _MOST_ROWS
        and len(table.columns) <= _MOST_COLUMNS
    ]
    return [without_remarks(table) for table in fitting]


def without_remarks(table: Table) -> Table:
    """Return a table without the columns of words that a journal would not set: what is empty goes, what says the same of every row or speaks of some only becomes a note, and sentences that tell the numbers once more go.

    A column without which two rows would bear the same words stays.
    """
    rows = [
        [_words_of(value, column) for value, column in zip(row, table.columns, strict=True)]
        for row in table.frame.itertuples(index=False, name=None)
    ]
    kept, notes = list(range(len(table.columns))), list(table.notes)
    for place, column in reversed(list(enumerate(table.columns))[1:]):
        said = [row[place] for row in rows]
        rest = [k for k in kept if k != place and not is_number_column(table.columns[k])]
        told_apart = len({tuple(row[k] for k in rest) for row in rows}) == len(
            {tuple(row[k] for k in {*rest, place}) for row in rows}
        )
        if (
            is_number_column(column)
            or not told_apart
            or any((r, column.code) in table.hidden for r in table.frame.index)
        ):
            continue
        texts = [text for text in dict.fromkeys(said) if any(text)]
        longest = max((len(text.zh) for text in texts), default=0)
        if not texts or longest > _SENTENCE:
            kept.remove(place)
        elif len(texts) == 1 and len(rows) > 2 and all(any(text) for text in said):
            kept.remove(place)
            notes.insert(0, _ended(Text(f"{column.label.zh}：{texts[0].zh}", f"{column.label.en}: {texts[0].en}")))
        elif not all(any(text) for text in said) and _by_name(rows, place):
            kept.remove(place)
            for text in texts:
                names = join(list(dict.fromkeys(row[0] for row in rows if row[place] == text)))
                notes.append(_ended(Text(f"{names.zh}：{text.zh}", f"{names.en}: {text.en}")))
    columns = tuple(table.columns[k] for k in sorted(kept))
    return replace(table, frame=table.frame[[c.code for c in columns]], columns=columns, notes=tuple(notes))


def _by_name(rows: Sequence[Sequence[Text]], place: int) -> bool:
    """Tell whether rows of one name all bear the same words in a column, so that a note can speak of them by name."""
    return len({(row[0], row[place]) for row in rows}) == len({row[0] for row in rows})


def _words_of(value: object, column: Column) -> Text:
    words = cell_text(value, column, 1, "zh"), cell_text(value, column, 1, "en")
    return NOTHING if NOTHING_SIGN in words else Text(*words)


def _ended(text: Text) -> Text:
    """Return a sentence with its full stop."""
    return Text(
        text.zh if text.zh.endswith("。") else f"{text.zh}。", text.en if text.en.endswith(".") else f"{text.en}."
    )


def _titled(view: TableView, provenance: Provenance, lang: Lang) -> str:
    """Return a table's title with the kind of its data, unless they are real."""
    if provenance.nature == "real":
        return view.title
    kind = NATURE_WORDS[provenance.nature].of(lang)
    return f"{view.title}（{kind}）" if lang == "zh" else f"{view.title} ({kind})"


def html_of(edition: Edition, tables: Sequence[Table], passages: Sequence[str], lang: Lang) -> str:
    """Return the page to copy from: every style stands in the elements, since a paste takes no style sheet along."""
    font = "宋体, SimSun, 'Times New Roman', serif" if lang == "zh" else "'Times New Roman', serif"
    kind = NATURE_WORDS[edition.provenance.nature].of(lang)
    title = escape(set_text(edition.study.label, lang))
    parts = [
        f'<!doctype html>\n<html lang="{"zh-CN" if lang == "zh" else "en"}">\n<head>\n<meta charset="utf-8">\n<title>{title}</title>\n</head>',
        f'<body style="font-family:{font};font-size:12pt;max-width:48em;margin:2em auto;padding:0 1em">',
        f'<p style="font-family:sans-serif;font-size:10pt"><b>{escape(kind)}</b> {escape(_HOW.of(lang))}</p>',
        f"<h1>{title}</h1>\n<h2>{escape(_METHOD.of(lang))}</h2>",
        *(f"<p>{escape(text)}</p>" for text in passages),
        f"<h2>{escape(_SOFTWARE.of(lang))}</h2>\n<p>{escape(citation().of(lang))}</p>",
        f"<h2>{escape(_TABLES.of(lang))}</h2>",
    ]
    for n, table in enumerate(tables, start=1):
        view = view_table(table, lang, {})
        caption = f"{_LABEL.of(lang)} {n}{'　' if lang == 'zh' else '. '}{_titled(view, table.provenance, lang)}"
        parts.append(_html_table(view, caption, lang))
    return "\n".join([*parts, "</body>\n</html>\n"])


def _html_table(view: TableView, caption: str, lang: Lang) -> str:
    thick, thin = "1.5pt solid #000", "0.75pt solid #000"
    rows = [
        _html_row(
            "th", view.header, f"border-top:{thick};border-bottom:{thin};font-weight:normal;vertical-align:bottom;"
        )
    ]
    for place, cells in enumerate(view.rows):
        last = f"border-bottom:{thick};" if place == len(view.rows) - 1 else ""
        rows.append(_html_row("td", cells, last + ("font-weight:bold;" if place in view.totals else "")))
    notes = "".join(
        f'<p style="font-size:9pt;margin:2pt 0">{escape((_NOTE.of(lang) if k == 0 else "") + note)}</p>'
        for k, note in enumerate((*view.notes, view.provenance))
    )
    size = "10.5pt" if len(view.header) <= _EASY else "9pt"
    return (
        f'<p style="text-align:center;font-size:10.5pt;margin:1.6em 0 .3em;font-weight:bold;break-after:avoid">{escape(caption)}</p>\n'
        f'<table style="border-collapse:collapse;border:none;font-size:{size};width:100%;break-inside:{"avoid" if len(view.rows) <= _SHORT else "auto"}">\n{chr(10).join(rows)}\n</table>\n{notes}'
    )


def _html_row(tag: str, cells: Sequence[Cell], look: str) -> str:
    texts = []
    for cell in cells:
        side = "right" if cell.numeric else "left"
        whole = "white-space:nowrap;" if len(cell.text) <= _UNBROKEN or (cell.numeric and tag == "td") else ""
        texts.append(f'<{tag} style="{look}{whole}text-align:{side};padding:2pt 5pt">{escape(cell.text)}</{tag}>')
    return f"<tr>{''.join(texts)}</tr>"


def latex(text: str) -> str:
    r"""Return a text that LaTeX sets as it stands: nothing in it is a command, control characters and line ends are gone.

    >>> latex(r"50% of \input{x} & $y")
    '50\\% of \\textbackslash{}input\\{x\\} \\& \\$y'
    """
    kept = "".join(" " if unicodedata.category(char) in ("Cc", "Zl", "Zp") else char for char in text)
    kept = "".join(char for char in kept if unicodedata.category(char) not in ("Cf", "Cs", "Co", "Cn"))
    return "".join(_SPECIAL.get(char, char) for char in kept)


def latex_of(edition: Edition, tables: Sequence[Table], passages: Sequence[str], lang: Lang) -> str:
    """Return the tables as LaTeX floats for the package booktabs, the paragraph on method before them."""
    kind = NATURE_WORDS[edition.provenance.nature]
    engine = (
        "% XeLaTeX or LuaLaTeX; \\usepackage{booktabs,ctex,graphicx}"
        if lang == "zh"
        else "% \\usepackage{booktabs,graphicx}; XeLaTeX or LuaLaTeX"
    )
    parts = [f"% {kind.zh} {kind.en}\n{engine}"]
    parts += [latex(text) + "\n" for text in passages]
    parts.append(f"% {_SOFTWARE.of(lang)}\n{latex(citation().of(lang))}\n")
    parts += [_latex_table(table, lang) for table in tables]
    return "\n".join(parts)


def _latex_table(table: Table, lang: Lang) -> str:
    view = view_table(table, lang, {})
    sides = "".join("r" if cell.numeric else "l" for cell in view.header)
    lines = [
        "\\begin{table}[htbp]",
        "\\centering\\small",
        f"\\caption{{{latex(_titled(view, table.provenance, lang))}}}",
        f"\\label{{tab:{''.join(c if c.isascii() and c.isalnum() else '-' for c in table.code)}}}",
        f"\\resizebox{{\\ifdim\\width>\\linewidth\\linewidth\\else\\width\\fi}}{{!}}{{\\begin{{tabular}}{{{sides}}}",
        "\\toprule",
        " & ".join(latex(cell.text) for cell in view.header) + " \\\\",
        "\\midrule",
    ]
    for place, cells in enumerate(view.rows):
        words = [latex(cell.text) for cell in cells]
        if place in view.totals:
            words = [f"\\textbf{{{word}}}" for word in words]
        # A cell that begins with a bracket would be taken for the option of the line end before it.
        lines.append("{}" + " & ".join(words) + " \\\\")
    notes = " ".join(latex(note) for note in (*view.notes, view.provenance))
    lines += [
        "\\bottomrule",
        "\\end{tabular}}",
        f"\\par\\smallskip\\footnotesize\\raggedright {latex(_NOTE.of(lang))}{notes}",
        "\\end{table}",
        "",
    ]
    return "\n".join(lines)
