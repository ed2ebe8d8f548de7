"""Office files read by another program: LibreOffice sets them as pages, and the text of the pages is given back."""

from __future__ import annotations

import shutil
import subprocess
import unicodedata
from pathlib import Path

import pytest

NEEDED = ("soffice", "pdftotext")
MISSING = [name for name in NEEDED if shutil.which(name) is None]
needs_office = pytest.mark.skipif(bool(MISSING), reason=f"not on the PATH: {', '.join(MISSING)}")


def has_chinese_font() -> bool:
    """Tell whether programs can set Chinese here, as far as fontconfig knows."""
    lister = shutil.which("fc-list")
    return lister is None or bool(subprocess.run([lister, ":lang=zh"], capture_output=True, check=True).stdout.strip())


needs_chinese_font = pytest.mark.skipif(not has_chinese_font(), reason="no Chinese font among those of fontconfig")


def pages_of(path: Path, profile: Path) -> list[str]:
    """Convert a document to PDF and return the text of each page.

    `profile` is a folder of the program's own, so that two conversions do not meet.
    """
    command = ["soffice", f"-env:UserInstallation={profile.resolve().as_uri()}", "--headless", "--norestore"]
    subprocess.run(
        [*command, "--convert-to", "pdf", "--outdir", str(profile), str(path)],
        check=True,
        capture_output=True,
        timeout=240,
    )
    made = profile / f"{path.stem}.pdf"
    text = subprocess.run(["pdftotext", "-layout", str(made), "-"], check=True, capture_output=True, timeout=60).stdout
    return [unicodedata.normalize("NFKC", page) for page in text.decode("utf-8").split("\f")[:-1]]
