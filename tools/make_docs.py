"""Write docs/INDEX_SYSTEM.md, docs/ASSUMPTIONS.md and docs/landscape.md from the definition files; a test holds the committed ones to them.

Run from anywhere: `python tools/make_docs.py`.
"""

from __future__ import annotations

from pathlib import Path

from hmsurvey.codebook import read_codebook
from hmsurvey.definitionfile import definitions_folder
from hmsurvey.indicators import read_system
from hmsurvey.landscape import built_in_landscape
from hmsurvey.output.index_doc import assumptions_document, index_document
from hmsurvey.output.landscape_doc import landscape_document
from hmsurvey.rules import Rule, read_rule

DOCS = Path(__file__).resolve().parents[1] / "docs"
INDEX = "digital_archives"


def documents() -> dict[str, str]:
    """Return the documents by file name."""
    definitions = definitions_folder()
    codebook = read_codebook(definitions / "codebooks" / f"{INDEX}.toml")
    system = read_system(definitions / "systems" / f"{INDEX}.toml", codebook)
    rules: list[Rule] = [read_rule(path) for path in sorted((definitions / "rules").glob("*.toml"))]
    mine = [rule for rule in rules if rule.system == system.id]
    mine.sort(key=lambda rule: rule.id != INDEX)
    return {
        "INDEX_SYSTEM.md": index_document(system, codebook, mine),
        "ASSUMPTIONS.md": assumptions_document(),
        "landscape.md": landscape_document(built_in_landscape()),
    }


def main() -> None:
    """Write them."""
    for name, text in documents().items():
        (DOCS / name).write_text(text, encoding="utf-8", newline="\n")
        print(f"docs/{name}: {len(text.splitlines())} lines")


if __name__ == "__main__":
    main()
