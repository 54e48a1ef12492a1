"""Rule R14 in the names of six countries: a first name, an initial, and never a surname."""

import pytest

from penfriends.rules.roster_names import surname_first, two_cells, whole_name
from penfriends.rules.roster_values import Trouble


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Ava B", "Ava B"),
        ("Ava B.", "Ava B"),
        ("3. Ava  b", "Ava B"),
        ("Ava", "Ava"),
        ("Ava Brown", "Ava B"),
        ("Ava J. Brown", "Ava B"),
        ("Brown, Ava", "Ava B"),
        ("Anna-Lena Schmidt", "Anna-Lena S"),
        ("Anna Maria Schmidt", "Anna S"),
        ("Anna Maria S", "Anna Maria S"),
        ("Jan van der Berg", "Jan V"),
        ("van der Berg, Jan", "Jan V"),
        ("Jan 't Hooft", "Jan T"),
        ("Pat O’Brien", "Pat O"),
        ("DUPONT Marie-Claire", "Marie-Claire D"),
        ("Marie-Claire LE GOFF", "Marie-Claire L"),
        ("María García López", "María L"),
        ("Łucja Świątek", "Łucja Ś"),
        ("L\u0301eo S\u0301wit", "Ĺeo Ś"),
        ("Peter (Pete) Smith", "Peter S"),
        ("محمد خ", "محمد خ"),
        ("محمد خالد", "محمد خ"),
        ("محمد خالد أحمد النجار", "محمد ن"),
        ("عبد الله خالد", "عبد الله خ"),
        ("نور الدين خليل", "نور الدين خ"),
        ("\u200fليلى\u200f حـ", "ليلى ح"),
    ],
)
def test_R14_a_first_name_and_an_initial_at_most(written: str, shown: str) -> None:
    assert whole_name(written).shown == shown


@pytest.mark.parametrize("written", ["Ava B", "Ava B.", "Ava", "Anna Maria S", "محمد خ", "Ava J B"])
def test_what_was_short_already_is_not_called_cut(written: str) -> None:
    assert not whole_name(written).cut


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Kowalska Anna", "Anna K"),
        ("Kowalska-Nowak Anna-Maria", "Anna-Maria K"),
        ("K. Anna Maria", "Anna Maria K"),
        ("van der Berg Jan", "Jan V"),
        ("KOWALSKA Anna Maria", "Anna Maria K"),
        ("Kowalska, Anna Maria", "Anna Maria K"),
        ("النجار عبد الله", "عبد الله ن"),
        ("Anna", "Anna"),
    ],
)
def test_R14_where_the_heading_says_surname_first(written: str, shown: str) -> None:
    assert surname_first(written).shown == shown


def test_R14_two_columns_keep_all_first_names() -> None:
    assert two_cells("Anna Maria", "van der Berg").shown == "Anna Maria V"
    assert two_cells("Ava J.", "B.") == two_cells("Ava", "B")
    assert two_cells("Ava", "").shown == "Ava"


@pytest.mark.parametrize(
    "written",
    ["Ava99", "ava@example.org", "Insta Ava", "???", "J\ufffdrg M", "Ava 0170 123456", "a/b", "=Ava", "Ava\x07"],
)
def test_what_is_no_name(written: str) -> None:
    assert whole_name(written).trouble is Trouble.NOT_A_NAME


def test_names_have_an_end() -> None:
    assert whole_name("A" + 61 * "a").trouble is Trouble.NAME_TOO_LONG
    assert whole_name(" ").trouble is Trouble.NO_NAME
    assert whole_name("Ava " + "B" + 80 * "b").shown == "Ava B"
