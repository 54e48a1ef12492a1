"""Does `penfriends pair-classes` read its file, print who writes to whom, and say plainly what is wrong?"""

import io
import json
import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from penfriends import class_words, i18n
from penfriends.pair_command import pair_classes
from penfriends.pair_file import MOST_BYTES, FaultKind, read
from penfriends.rules.partners import Complaint, Kind, Remark, Trouble
from tests.support.command import penfriends

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/pair-classes.md").read_text(encoding="utf-8")
EXAMPLE = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)[0]
TODAY = date(2026, 9, 14)


def told(folder: Path, asked: str | Mapping[str, Any], *, as_json: bool = False, seed: int = 0) -> tuple[int, str, str]:
    """How the command ends, and what it says on either side."""
    file, out, wrong = folder / "in.json", io.StringIO(), io.StringIO()
    file.write_text(asked if isinstance(asked, str) else json.dumps(asked), encoding="utf-8")
    done = pair_classes(str(file), seed=seed, as_json=as_json, today=TODAY, out=out, wrong=wrong)
    return done, out.getvalue(), wrong.getvalue()


def small(**changes: Any) -> dict[str, Any]:
    """Two and two who could all have each other."""
    classes = [
        {"name": name, "pupils": [{"id": f"{name}{n}", "languages": {"en": "well"}} for n in (1, 2)]} for name in "ab"
    ]
    return {"classes": classes} | changes


def pupil_with(**changes: Any) -> dict[str, Any]:
    asked = small()
    asked["classes"][0]["pupils"][1] |= changes
    return asked


def test_the_example_of_the_documentation(tmp_path: Path) -> None:
    done, out, wrong = told(tmp_path, EXAMPLE)
    assert (done, wrong) == (0, "")
    assert "Chloe and Jan [settled by a teacher]: " in out
    assert "Worst pair: " in out
    assert "With more than one partner: Jan (2)." in out
    assert "1 pupil of 6a in Hürth has more than one partner. 1 has volunteered." in out
    assert re.search(
        r"^ +\d+  Ada and Zoë: Both like: Cats · One of them writes only a little English\. · 4 months", out, re.M
    )
    assert "Mia" not in out


def test_as_json(tmp_path: Path) -> None:
    done, out, _ = told(tmp_path, EXAMPLE, as_json=True)
    link = json.loads(out)["links"][0]
    assert done == 0
    assert link["before"] == {
        "smaller": "6a in Hürth",
        "least": 1,
        "most": 2,
        "sharing": 1,
        "volunteers": 1,
        "missing": 0,
    }
    assert all(sum(term["points"] for term in one["terms"]) == one["score"] for one in link["pairs"])
    assert link["worst"]["score"] == min(one["score"] for one in link["pairs"])
    assert link["total"] == sum(one["score"] for one in link["pairs"])
    assert [one["pupil"] for one in link["shares"]] == ["h1"]
    assert link["complaints"] == []


def test_another_order_says_the_same_and_another_seed_may_not(tmp_path: Path) -> None:
    asked = small()
    turned = {"classes": [one | {"pupils": one["pupils"][::-1]} for one in asked["classes"]]}
    pairs = [
        {
            tuple(one["pupils"])
            for one in json.loads(told(tmp_path, this, as_json=True, seed=seed)[1])["links"][0]["pairs"]
        }
        for this, seed in ((asked, 0), (turned, 0), *((asked, seed) for seed in range(1, 9)))
    ]
    assert pairs[0] == pairs[1]
    assert pairs[0] != max(pairs, key=lambda one: one != pairs[0])


def test_a_ring_and_standing_couples(tmp_path: Path) -> None:
    asked = small(standing=[["a1", "b1"]])
    asked["classes"].append({"name": "c", "pupils": [{"id": "c1", "name": "Cleo", "languages": {"en": "first"}}]})
    done, out, _ = told(tmp_path, asked, as_json=True)
    answer = json.loads(out)
    assert done == 0
    assert [one["classes"] for one in answer["links"]] == [["a", "b"], ["b", "c"], ["c", "a"]]
    assert ["a1", "b1"] in [one["pupils"] for one in answer["links"][0]["pairs"]]


@pytest.mark.parametrize(
    ("wishes", "code", "said"),
    [
        ({"locks": [["a1", "x9"]]}, "unknown_pupil", "A wish names somebody who is in none of these classes: x9."),
        ({"together": [["a1", "a2"]]}, "together_nobody_shares", "a1 and a2 are to be kept together, but"),
        ({"apart": [["a1", "b1"], ["a1", "b2"]]}, "rules_conflict", "a1 and b1 apart; a1 and b2 apart."),
    ],
)
def test_wishes_that_cannot_be_kept(tmp_path: Path, wishes: dict[str, Any], code: str, said: str) -> None:
    done, out, _ = told(tmp_path, small(**wishes))
    assert done == 1
    assert said in out
    assert "points" not in out
    done, out, _ = told(tmp_path, small(**wishes), as_json=True)
    assert (done, json.loads(out)["links"][0]["complaints"][0]["code"]) == (1, code)


@pytest.mark.parametrize(
    ("asked", "kind", "where"),
    [
        ("{", FaultKind.NOT_JSON, "1:2"),
        ("[" * 100_000, FaultKind.NOT_JSON, ""),
        ("[]", FaultKind.NOT_OBJECT, ""),
        ({}, FaultKind.MISSING, "classes"),
        ({"classes": {}}, FaultKind.NOT_LIST, "classes"),
        ({"classes": [{"name": "a", "pupils": []}]}, FaultKind.TWO_CLASSES, "classes"),
        ({"classes": [{"name": "a", "pupils": []}] * 13}, FaultKind.TOO_MANY_CLASSES, "classes"),
        ({"classes": [{"name": "a", "pupils": [1] * 201}] * 2}, FaultKind.TOO_MANY_PUPILS, "classes[0].pupils"),
        (small(lock=[]), FaultKind.UNKNOWN_FIELD, "lock"),
        (small(locks=[["a1"]]), FaultKind.NOT_COUPLE, "locks[0]"),
        (small(apart="a1"), FaultKind.NOT_LIST, "apart"),
        (small(today="14.9.2026"), FaultKind.NOT_DAY, "today"),
        (small(join_circles=1), FaultKind.NOT_TRUTH, "join_circles"),
        (pupil_with(volunteer="yes"), FaultKind.NOT_TRUTH, "classes[0].pupils[1].volunteer"),
        (pupil_with(id=7), FaultKind.NOT_TEXT, "classes[0].pupils[1].id"),
        (pupil_with(name=" "), FaultKind.NOT_TEXT, "classes[0].pupils[1].name"),
        (pupil_with(birth="2014-02-30"), FaultKind.NOT_BIRTH, "classes[0].pupils[1].birth"),
        (pupil_with(birth=2027), FaultKind.NOT_BIRTH, "classes[0].pupils[1].birth"),
        (pupil_with(birth=True), FaultKind.NOT_BIRTH, "classes[0].pupils[1].birth"),
        (pupil_with(birth="2026-09-15"), FaultKind.NOT_BIRTH, "classes[0].pupils[1].birth"),
        (pupil_with(languages={}), FaultKind.NO_LANGUAGE, "classes[0].pupils[1].languages"),
        (pupil_with(languages=["en"]), FaultKind.NOT_OBJECT, "classes[0].pupils[1].languages"),
        (pupil_with(languages={"english": "well"}), FaultKind.NOT_LANGUAGE, "classes[0].pupils[1].languages"),
        (pupil_with(languages={"en": "C1"}), FaultKind.NOT_LEVEL, "classes[0].pupils[1].languages.en"),
        (pupil_with(interests=["chess", "elephants"]), FaultKind.NOT_INTEREST, "classes[0].pupils[1].interests[1]"),
        (pupil_with(interests=[{}]), FaultKind.NOT_INTEREST, "classes[0].pupils[1].interests[0]"),
        (pupil_with(colour="blue"), FaultKind.UNKNOWN_FIELD, "classes[0].pupils[1].colour"),
    ],
)
def test_what_is_wrong_with_a_file_and_where(tmp_path: Path, asked: Any, kind: FaultKind, where: str) -> None:
    done, out, wrong = told(tmp_path, asked)
    assert (done, out) == (2, "")
    assert f": {where}: " in wrong if where else wrong
    done, out, wrong = told(tmp_path, asked, as_json=True)
    assert (done, wrong) == (2, "")
    assert (kind, where) in {(one["code"], one["where"]) for one in json.loads(out)["faults"]}


def test_everything_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    asked = pupil_with(birth="?", languages={})
    assert told(tmp_path, asked | {"locks": [[]]})[2].count("\n") == 3


def test_what_is_no_text_at_all() -> None:
    assert [one.kind for one in read(b"\xff\xfe{", TODAY)[1]] == [FaultKind.NOT_JSON]
    assert [one.kind for one in read(b" " * (MOST_BYTES + 1), TODAY)[1]] == [FaultKind.TOO_LARGE]
    assert read(b"\xef\xbb\xbf" + EXAMPLE.encode(), TODAY)[0] is not None


def test_names_cannot_steer_a_terminal_and_two_of_one_name_are_told_apart(tmp_path: Path) -> None:
    asked = small()
    for one in asked["classes"][0]["pupils"]:
        one["name"] = "Al\x1b[2J"
    out = told(tmp_path, asked)[1]
    assert "\x1b" not in out
    assert "(a1)" in out
    assert "(a2)" in out


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_every_code_has_a_sentence_in_every_language(language: str) -> None:
    names = {"a": "Ada", "b": "Ben"}
    with i18n.speaking(language):
        for trouble in Trouble:
            said = class_words.complaint_sentence(Complaint(trouble, ("a", "b"), ((Kind.LOCK, ("a", "b")),)), names)
            assert said
            assert "%(" not in said
        assert all(class_words.remark_sentence(remark) for remark in Remark)
    assert class_words.FAULTS.keys() == set(FaultKind)


def test_as_a_program(tmp_path: Path) -> None:
    (tmp_path / "in.json").write_text(EXAMPLE, encoding="utf-8")
    german = penfriends(tmp_path, "pair-classes", "in.json", "--lang", "de", "--seed", "3")
    assert (german.returncode, german.stderr) == (0, "")
    assert "Thetford" in german.stdout
    assert penfriends(tmp_path, "pair-classes", "nowhere.json").returncode == 2
    assert penfriends(tmp_path, "pair-classes", "in.json", "--lang", "tlh").returncode == 2
