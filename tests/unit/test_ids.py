"""Do ids rise, one by one and by the thousand?"""

from penfriends.ids import uuid7, uuid7s


def test_ids_rise_and_say_what_they_are() -> None:
    made = [uuid7(), *uuid7s(5000), uuid7(), *uuid7s(0), *uuid7s(2)]
    assert made == sorted(set(made))
    assert {(one.version, one.variant) for one in made} == {(7, "specified in RFC 4122")}
