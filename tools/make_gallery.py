"""Take the pictures of the two READMEs from a run: docs/figures/gallery_NAME.LANG.png.

For developers only; it needs Chromium, LibreOffice (`soffice`), poppler (`pdftoppm`) and the packages of `pip install -e .[dev]`:

    hmsurvey run study.toml --out RUN --no-notebooks
    hmsurvey cards study.toml --ids ID --out RUN/reports/internal/cards
    python tools/make_gallery.py RUN/reports [--chromium PATH]

A run whose data are not synthetic is refused: pictures of real enterprises do not belong in a repository.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

FIGURES = Path(__file__).resolve().parents[1] / "docs" / "figures"
WIDE, COLOURS, LARGEST = 900, 96, 250_000  # pixels, colours, bytes
CITY, CHART = "shenyang", "stages_index"
BLIND = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]


def main() -> None:
    """Take them all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("reports", type=Path, help="the folder `reports` of a run")
    parser.add_argument("--chromium", default=shutil.which("chromium") or "chromium")
    asked = parser.parse_args()
    reports = asked.reports.resolve()
    for circle in ("internal", "public"):
        if json.loads((reports / circle / "manifest.json").read_text("utf-8"))["nature"] != "synthetic":
            sys.exit(f"{reports / circle} is not a run on synthetic data; no pictures are taken.")
    with sync_playwright() as play, tempfile.TemporaryDirectory() as scratch:
        browser = play.chromium.launch(executable_path=asked.chromium, args=BLIND)
        for lang in ("en", "zh"):
            other = "English" if lang == "en" else "中文"
            keep("report", lang, shot(browser, reports / "public" / f"report.{lang}.html", 900, 1000))
            keep("city", lang, shot(browser, reports / "internal" / "cities" / f"{CITY}.{lang}.html", 1080, 1080))
            keep("explorer", lang, shot(browser, reports / "internal" / "explorer.html", 1180, 1120, click=other))
            keep("brief", lang, first_page(set_by_office(reports / "public" / f"brief.{lang}.docx", Path(scratch))))
            keep("card", lang, first_page(cards(reports / "internal" / "cards", lang)))
            keep("chart", lang, (reports / "internal" / "figures" / lang / f"{CHART}.png").read_bytes())
        browser.close()


def shot(browser: Browser, page: Path, wide: int, high: int, *, click: str = "") -> bytes:
    """Return the top of a page as a PNG; a button of that name is pressed first where there is one."""
    tab = browser.new_page(viewport={"width": wide, "height": high})
    tab.goto(page.as_uri())
    tab.wait_for_timeout(800)
    button: Any = tab.get_by_role("button", name=click, exact=True)
    if click and button.count():
        button.first.click()
        tab.wait_for_timeout(400)
    found = tab.screenshot()
    tab.close()
    return found


def set_by_office(document: Path, scratch: Path) -> Path:
    """Return a Word document as a PDF, as LibreOffice sets it."""
    profile = f"-env:UserInstallation={(scratch / 'profile').as_uri()}"
    order = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(scratch), str(document)]
    subprocess.run(order, check=True, capture_output=True)
    return scratch / f"{document.stem}.pdf"


def cards(folder: Path, lang: str) -> Path:
    """Return the file of score cards, of all or of chosen enterprises."""
    found = [path for name in ("cards", "chosen") if (path := folder / f"{name}.{lang}.pdf").is_file()]
    if not found:
        sys.exit(f"No score cards in {folder}: run `hmsurvey cards study.toml --ids ID --out {folder}` first.")
    return found[0]


def first_page(document: Path) -> bytes:
    """Return the first page of a PDF as a PNG."""
    order = ["pdftoppm", "-png", "-singlefile", "-f", "1", "-scale-to-x", str(WIDE), "-scale-to-y", "-1", str(document)]
    return subprocess.run(order, check=True, capture_output=True).stdout


def keep(name: str, lang: str, picture: bytes) -> None:
    """Write a picture small enough for a README."""
    image = Image.open(BytesIO(picture)).convert("RGB")
    if image.width != WIDE:
        image = image.resize((WIDE, round(image.height * WIDE / image.width)), Image.Resampling.LANCZOS)
    path = FIGURES / f"gallery_{name}.{lang}.png"
    image.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
    size = path.stat().st_size
    print(f"{path.name}: {image.width} x {image.height}, {size:,} bytes")
    if size > LARGEST:
        sys.exit(f"{path.name} is larger than {LARGEST:,} bytes.")


if __name__ == "__main__":
    main()
