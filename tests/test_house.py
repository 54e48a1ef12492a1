"""Does what lies around the code hold: locks, licence, signposts, the files for containers?"""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from penfriends.settings import SECRET_NAMES, Settings

ROOT = Path(__file__).parents[1]
LOCKS = ("run", "dev", "build", "uv")
PIN = re.compile(r"^([a-z0-9][a-z0-9._-]*)==([^ ;\\]+)( ; [^\\]+)? \\$")
SIGNPOST = re.compile(r"`((?:[\w.*-]+/)+[\w.*-]*)`|\]\(([^)#:]+)\)")
PAGES = sorted(path.relative_to(ROOT).as_posix() for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
SCRIPTS = [".ci/run", *sorted(f"bin/{path.name}" for path in (ROOT / "bin").iterdir())]
MADE_LATER = ("var/", "build/", "dist/", ".venv/")
ROOTS_OF_SIGNPOSTS = (
    ROOT,
    ROOT / "src/penfriends",
    ROOT / "src/penfriends/web/static",
    ROOT / "templates",
    ROOT / "docs",
)


def pins(lock: str) -> set[tuple[str, str, str]]:
    lines = (ROOT / f"requirements/{lock}.lock").read_text(encoding="utf-8").splitlines()
    return {(found[1], found[2], found[3] or "") for line in lines if (found := PIN.match(line))}


def tracked() -> list[Path]:
    """The text files of the repository; everything under the root where this is not a checkout."""
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [path for name in listed.split("\0") if name and (path := ROOT / name).is_file()]


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_versions_and_hashes_and_no_host(lock: str) -> None:
    text = (ROOT / f"requirements/{lock}.lock").read_text(encoding="utf-8")
    assert not re.search(r"://|^-|--index|--find-links| @ ", text, re.MULTILINE)
    blocks = re.split(r"\n(?=[a-z0-9])", text.strip())
    assert all(PIN.match(block.partition("\n")[0]) and "--hash=sha256:" in block for block in blocks)


def test_what_develops_holds_what_runs() -> None:
    assert pins("run") | pins("build") <= pins("dev"), (
        "run `make lock`: bin/bootstrap relies on dev.lock being the larger one"
    )


def test_what_is_asked_for_is_in_the_lock() -> None:
    for level in ("run", "dev", "build"):
        wanted = re.findall(r"^([a-zA-Z][\w.-]*)", (ROOT / f"requirements/{level}.in").read_text(), re.MULTILINE)
        names = {name for name, _, _ in pins(level)}
        assert {name.lower().replace("_", "-") for name in wanted} <= names, f"run `make lock` ({level}.in)"


def test_no_file_speaks_of_the_machine_it_was_written_on() -> None:
    here = [str(ROOT) + "/", str(Path.home()) + "/", f"{os.uname().nodename}." * 2]
    telling = [re.escape(place) for place in here if len(place) > 5]
    pattern = re.compile("|".join([*telling, r"\b[\w-]+\.(?:internal|corp|intranet)\b"]).encode())
    found = [str(path.relative_to(ROOT)) for path in tracked() if pattern.search(path.read_bytes())]
    assert found == []


def test_no_secret_and_no_database_is_kept() -> None:
    bad = re.compile(r"(^|/)(\.env|id_rsa|.*\.(pem|key|sqlite3|mo|pyc))$")
    assert [str(path) for path in tracked() if bad.search(str(path.relative_to(ROOT)))] == []


@pytest.mark.parametrize("page", PAGES)
def test_signposts_lead_somewhere(page: str) -> None:
    """Every path in a README or a document exists: seen from the page, the root, the package or docs."""
    text = re.sub(r"```.*?```", "", (ROOT / page).read_text(encoding="utf-8"), flags=re.DOTALL)
    lost = []
    for quoted, linked in SIGNPOST.findall(text):
        target = quoted or linked
        if "/" in target and not target.startswith("/") and not _is_there(target, (ROOT / page).parent):
            lost.append(target)
    assert lost == []


def _is_there(target: str, page_folder: Path) -> bool:
    if target.startswith(MADE_LATER):
        return True
    return any(any(place.glob(target.rstrip("/"))) for place in (page_folder, *ROOTS_OF_SIGNPOSTS))


def test_the_licence_is_the_one_that_we_say() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert project["license"] == "AGPL-3.0-or-later"
    assert "GNU AFFERO GENERAL PUBLIC LICENSE" in text
    assert "13. Remote Network Interaction" in text
    assert text.rstrip().endswith("<http://www.gnu.org/licenses/>.")


def test_the_compose_file_is_one() -> None:
    checked = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", "docker-compose.yml"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize("page", ["docker-compose.yml", "docs/compose.env.example", "Dockerfile"])
def test_settings_that_are_named_exist(page: str) -> None:
    named = re.findall(r"PENFRIENDS_([A-Z_]+)\b", (ROOT / page).read_text(encoding="utf-8"))
    known = set(Settings.model_fields) | {f"{name.lower()}_file" for name in SECRET_NAMES} | {"version"}
    assert {name.lower() for name in named} - known == set()


@pytest.mark.parametrize("script", SCRIPTS)
def test_scripts_can_be_run(script: str) -> None:
    path = ROOT / script
    interpreter = path.read_text(encoding="utf-8").splitlines()[0].removeprefix("#!").split()[-1].rpartition("/")[2]
    assert os.access(path, os.X_OK)
    assert interpreter in {"sh", "bash", "python3"}
    read = "import ast, sys; ast.parse(open(sys.argv[1]).read())"
    looks_at = [sys.executable, "-c", read] if interpreter == "python3" else [interpreter, "-n"]
    assert subprocess.run([*looks_at, str(path)], capture_output=True, check=False).returncode == 0
