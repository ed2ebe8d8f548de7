"""Write tests/golden/definition_hashes.toml anew, after a definition was changed and its version raised.

    python tools/renew_hashes.py                  refuses a definition whose content changed under the same version
    python tools/renew_hashes.py --same-version   accepts it (before a release, when nobody has used that version yet)

A definition's hash is of its content as parsed, so that comments and layout may change freely.
"""

from __future__ import annotations

import hashlib
import json
import sys
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
DEFINITIONS = ROOT / "hmsurvey" / "definitions"
GOLDEN = ROOT / "tests" / "golden" / "definition_hashes.toml"
HEAD = """\
# What each definition says, by its version. A definition whose content changes without a new version fails a test.
# After a change: raise `version` in the definition, then run tools/renew_hashes.py (a line in CHANGELOG.md says what moves).
"""


def content_hash(values: dict[str, Any]) -> str:
    """Return the SHA-256 of a parsed definition without its version."""
    content = {key: value for key, value in values.items() if key != "version"}
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def hashes_now() -> dict[str, tuple[str, str]]:
    """Return version and hash of every built-in definition, by its path without `.toml`."""
    found = {}
    for path in sorted(DEFINITIONS.rglob("*.toml")):
        values = tomllib.loads(path.read_text(encoding="utf-8"))
        name = path.relative_to(DEFINITIONS).with_suffix("").as_posix()
        found[name] = (str(values.get("version", "")), content_hash(values))
    return found


def hashes_golden() -> dict[str, tuple[str, str]]:
    """Return what was recorded."""
    if not GOLDEN.exists():
        return {}
    entries = tomllib.loads(GOLDEN.read_text(encoding="utf-8")).get("definition", [])
    return {entry["id"]: (entry["version"], entry["sha256"]) for entry in entries}


def faults(now: dict[str, tuple[str, str]], golden: dict[str, tuple[str, str]]) -> list[str]:
    """Say what is wrong with each definition, and what to do."""
    found = []
    for name, (version, sha256) in now.items():
        if not version:
            found.append(f"{name}: it has no version; give it one.")
        elif name not in golden:
            found.append(f"{name}: new; run tools/renew_hashes.py.")
        elif sha256 != golden[name][1] and version == golden[name][0]:
            found.append(
                f"{name}: its content changed, its version is still {version}; raise `version`, then run tools/renew_hashes.py."
            )
        elif (version, sha256) != golden[name]:
            found.append(f"{name}: version {version} is not recorded yet; run tools/renew_hashes.py.")
    return found + [f"{name}: it is gone; run tools/renew_hashes.py." for name in golden if name not in now]


def main() -> None:
    """Record the present definitions."""
    now, golden = hashes_now(), hashes_golden()
    refused = [fault for fault in faults(now, golden) if "raise `version`" in fault or "no version" in fault]
    if refused and "--same-version" not in sys.argv[1:]:
        sys.exit("\n".join(refused))
    lines = [HEAD]
    for name, (version, sha256) in now.items():
        lines.append(f'[[definition]]\nid = "{name}"\nversion = "{version}"\nsha256 = "{sha256}"\n')
    GOLDEN.write_text("\n".join(lines), encoding="utf-8")
    changed = [name for name in now if now[name] != golden.get(name)]
    print(f"{len(now)} definitions recorded; {len(changed)} changed: {', '.join(changed) or '-'}")


if __name__ == "__main__":
    main()
