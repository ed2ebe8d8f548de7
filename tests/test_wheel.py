"""The wheel carries every data file of the package: an installed hmsurvey has its definitions and fonts."""

import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def test_wheel_holds_every_definition_file(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("hmsurvey-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        inside = set(archive.namelist())
    definitions = ROOT / "hmsurvey" / "definitions"
    here = {
        path.relative_to(ROOT).as_posix()
        for path in definitions.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and not path.name.startswith(".")
    }
    assert {f"hmsurvey/definitions/fonts/NotoSansSC-{weight}.ttf" for weight in ("Regular", "Bold")} <= here
    assert here - inside == set()
    # And nothing beside the package and its metadata.
    assert {name.split("/")[0].split("-")[0] for name in inside} == {"hmsurvey"}
