"""Can anybody but us write a return path?"""

from uuid import UUID

from penfriends.mail.return_path import loop_mark, sign, verify, verify_loop_mark

KEY = b"k" * 32
DELIVERY = UUID("0193d3b0-7a10-7b2c-8a3f-0123456789ab")


def test_a_signed_path_names_its_delivery_in_any_case() -> None:
    address = sign(DELIVERY, KEY, "bounce.example.org")
    local, _, domain = address.partition("@")
    assert domain == "bounce.example.org"
    assert len(local) == 45
    assert local == local.lower()
    assert verify(address, KEY) == verify(address.upper(), KEY) == verify(f"<{address}>", KEY) == DELIVERY


def test_every_changed_letter_breaks_the_signature() -> None:
    address = sign(DELIVERY, KEY, "b.example")
    local = address.partition("@")[0]
    for index in range(len(local)):
        for letter in "a7-":
            if local[index] != letter:
                assert verify(local[:index] + letter + local[index + 1 :] + "@b.example", KEY) is None


def test_what_is_no_return_path_is_none() -> None:
    for address in (
        "",
        "@",
        "b-@x",
        "b--@x",
        "b-" + "a" * 26 + "-" + "a" * 16 + "@x",
        "b-\u0131@x",
        "anna@example.org",
    ):
        assert verify(address, KEY) is None
    assert verify(sign(DELIVERY, b"other", "x.example"), KEY) is None


def test_a_loop_mark_is_no_return_path_and_the_other_way_round() -> None:
    mark = loop_mark(KEY, DELIVERY)
    assert verify_loop_mark(f" {mark.upper()} ", KEY) == DELIVERY
    assert verify(f"b-{mark}@x.example", KEY) is None
    assert verify_loop_mark(sign(DELIVERY, KEY, "x")[2:].partition("@")[0], KEY) is None
    assert verify_loop_mark("x", KEY) is None
