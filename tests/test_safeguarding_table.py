"""Does docs/safeguarding.md say the truth: is every rule that it lists tested by a test that carries its number?"""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
ROW = re.compile(r"^\| (R\d\d) \| .+ \| (.+) \| (.+) \|$", re.MULTILINE)
HOLD = (*range(1, 6), *range(7, 13), *range(14, 29), 30, 31, 38, 39, 40, 41, 43, 46, 47, 48, 49, 50, 52)


def table() -> dict[str, tuple[list[str], list[str]]]:
    """Rule, the files that enforce it, the tests that are named."""
    text = (ROOT / "docs/safeguarding.md").read_text(encoding="utf-8")
    return {
        rule: (re.findall(r"`(.+?)`", where), re.findall(r"`(.+?)`", tests)) for rule, where, tests in ROW.findall(text)
    }


def test_every_rule_that_holds_from_the_first_day_has_a_row() -> None:
    assert set(table()) == {f"R{number:02d}" for number in HOLD}


def test_every_row_names_files_and_tests_that_exist_and_carry_the_number() -> None:
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py")]
    written = {name for source in sources for name in re.findall(r"def (test_\w+)\(", source)}
    for rule, (files, tests) in table().items():
        assert files
        assert tests
        assert [one for one in files if not (ROOT / one).is_file()] == [], rule
        assert [one for one in tests if one not in written or rule.lower() not in one.lower()] == [], rule
