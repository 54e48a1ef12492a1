"""Does the check of translations find what it is there to find?"""

from pathlib import Path

import polib
import pytest

from penfriends import pseudo
from tests.support.translations import Sentence, check_catalogue, differences

PLAIN = Sentence(None, "Dear %(name)s, <b>hello</b>", "Dear %(name)s, <b>hello</b>", counted=False)
COUNTED = Sentence(None, "One letter", "%(num)s letters", counted=True)


@pytest.mark.parametrize(
    ("form", "found"),
    [
        ("Lieber %(name)s, <b>hallo</b>", []),
        ("<b>Hallo</b>, %(name)s, 100 %%", []),
        ("Lieber, <b>hallo</b>", ["lost %(name)s"]),
        ("%(nom)s <b>hallo</b> %(name)s", ["unknown %(nom)s"]),
        ("%(name)s hallo", ["other HTML tags than the source"]),
        ("%(name)s <i>hallo</i>", ["other HTML tags than the source"]),
        ("%(name)s <b>hallo</b> 100 %", ["a lone %, write %%"]),
        (" %(name)s <b>hallo</b>", ["other white space at an end than the source"]),
    ],
)
def test_a_form_that_breaks_a_promise(form: str, found: list[str]) -> None:
    assert list(differences(PLAIN, form)) == found


@pytest.mark.parametrize("form", ["Ein Brief", "%(num)s Briefe", "zwei Briefe"])
def test_a_counted_form_need_not_show_the_number(form: str) -> None:
    assert list(differences(COUNTED, form)) == []


def test_a_catalogue_with_every_fault(tmp_path: Path) -> None:
    catalogue = polib.POFile()
    catalogue.append(polib.POEntry(msgid="One letter", msgid_plural="%(num)s letters", msgstr_plural={0: "x", 1: "y"}))
    catalogue.append(polib.POEntry(msgid="Old", msgstr="Alt"))
    catalogue.append(polib.POEntry(msgid="Vague", msgstr="Ungefähr", flags=["fuzzy"]))
    catalogue.append(polib.POEntry(msgid="Empty", msgstr=""))
    catalogue.save(str(tmp_path / "pl.po"))
    sentences = [COUNTED, *(Sentence(None, text, text, counted=False) for text in ("Vague", "Empty", "New"))]
    found = list(check_catalogue({one.key: one for one in sentences}, tmp_path / "pl.po", "pl"))
    assert [line.rpartition(": ")[0] for line in found] == [
        "2 plural forms, the language has 3",
        "fuzzy, to be looked at by a person",
        "not translated",
        "missing, run `make messages`",
        "no longer used, run `make messages`",
    ]


def test_pseudo_languages_keep_what_a_program_reads() -> None:
    assert pseudo.longer("Dear %(name)s") == "[Déár %(name)s~~~~~~]"
    assert pseudo.mirrored("<b>%(num)s</b> letters") == "<b>%(num)s</b>\u202e letters\u202c"


def test_pseudo_catalogues_can_be_read(tmp_path: Path) -> None:
    for path in pseudo.write(tmp_path):
        assert all(entry.msgstr or entry.msgstr_plural for entry in polib.pofile(str(path)))
