"""Does penfriends run from a built package as well as from a checkout? Nothing of the checkout may be missing in it."""

import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOOK = "import penfriends, workers, penfriends.app; print(penfriends.__file__, workers.__file__ or workers.__path__)"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    done = subprocess.run(build, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def place(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty environment with only the wheel in it; what it depends on is borrowed from ours by a .pth."""
    made = tmp_path_factory.mktemp("place")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(made)], check=True)
    ours = sysconfig.get_path("purelib")
    site = Path(sysconfig.get_path("purelib", vars={"base": str(made)}))
    (site / "borrowed.pth").write_text(f"{ours}\n", encoding="utf-8")
    uv = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--offline", "--no-deps"]
    subprocess.run([*uv, "--python", str(made / "bin/python"), str(wheel)], check=True)
    return made


def in_place(place: Path, *command: str) -> str:
    own = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PENFRIENDS"))}
    done = subprocess.run(
        [str(place / "bin" / command[0]), *command[1:]],
        env=own, cwd=place, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_wheel_holds_what_is_not_python(wheel: Path) -> None:
    held = set(zipfile.ZipFile(wheel).namelist())
    wanted = {
        f"penfriends/_templates/{path.relative_to(ROOT / 'templates')}"
        for path in (ROOT / "templates").rglob("*")
        if path.is_file()
    }
    for folder in ("locale", "web/static", "migrations", "demo/data"):
        files = [path for path in (ROOT / "src/penfriends" / folder).rglob("*") if path.suffix not in {".pyc", ".mo"}]
        wanted |= {path.relative_to(ROOT / "src").as_posix() for path in files if path.is_file()}
    pseudo = {name for name in wanted if name.startswith(("penfriends/locale/xa/", "penfriends/locale/xb/"))}
    assert wanted - pseudo <= held
    assert any(name.endswith("licenses/LICENSE") for name in held)
    assert not [name for name in held if name.startswith(("tests/", "src/", "bin/")) or "locale/xa" in name]


def test_it_is_the_installed_one_that_runs(place: Path) -> None:
    assert in_place(place, "python", "-c", LOOK).count(str(place)) == 2


def test_it_says_that_it_is_well(place: Path) -> None:
    in_place(place, "penfriends", "check")
