"""Golden letters: odd mail in, the writer's words out. What is odd in each stands in tests/letters/README.md."""

from pathlib import Path

import pytest

from penfriends.mail.inbound import MailClass, parse

LETTERS = Path(__file__).parents[1] / "letters"
NAMES = sorted(path.stem for path in LETTERS.glob("*.eml"))
UNSURE = {"poem-with-marks", "answers-below-outlook", "footer-unmarked", "not-an-attribution-marked", "html-poem"}


@pytest.mark.parametrize("name", NAMES)
def test_golden_letter(name: str) -> None:
    mail = parse((LETTERS / f"{name}.eml").read_bytes())
    assert mail.kept_text == (LETTERS / f"{name}.kept.txt").read_text(encoding="utf-8").strip("\n")
    assert mail.mail_class is MailClass.HUMAN
    assert mail.sure is (name not in UNSURE)


def test_what_outlook_packed_is_unpacked() -> None:
    mail = parse((LETTERS / "winmail-dat.eml").read_bytes())
    assert [(one.name, one.kind.value, bool(one.data)) for one in mail.attachments] == [
        ("garden.png", "image", True),
        ("plan.doc", "removed", False),
    ]


def test_every_letter_is_explained() -> None:
    explained = (LETTERS / "README.md").read_text(encoding="utf-8")
    assert [name for name in NAMES if f"| {name} |" not in explained] == []
