"""Is each fault of the records of our domains told from the others, and no silence taken for a fault?"""

from collections.abc import Mapping

import pytest

from penfriends import domain_reasons
from penfriends.mail.signing import Signer
from penfriends.rules.mail_domains import LEVELS, Finding, House, Level, Topic, judge, same_owner
from penfriends.rules.name_questions import UNKNOWN, Answer, Fate, Kind, Question
from penfriends.rules.spf import MOST_LOOKUPS
from tests.support.keys import key_in_pem

KEY = Signer("pf1", "letters.town.example", key_in_pem()).public_half()
HOUSE = House(
    "letters.town.example", "bounce.town.example", "town.example", "pf1", "letters.town.example", KEY
)  # fmt: skip
DKIM_AT = "pf1._domainkey.letters.town.example TXT"
GOOD: Mapping[str, list[str]] = {
    "letters.town.example MX": ["10 mx.town.example."],
    "bounce.town.example MX": ["10 mx.town.example.", "20 mx2.town.example."],
    "mx.town.example ADDRESS": ["192.0.2.1"],
    "mx2.town.example ADDRESS": ["2001:db8::1"],
    "bounce.town.example TXT": ["v=spf1 ip4:192.0.2.1 -all", "something else"],
    DKIM_AT: [f"v=DKIM1; k=rsa; p={KEY[:60]} {KEY[60:]}"],
    "_dmarc.town.example TXT": ["v=DMARC1; p=reject"],
}
SILENT = ["?"]


def judged(changed: Mapping[str, list[str]], house: House = HOUSE) -> list[Finding]:
    """The findings where the records are the good ones, but for `changed`."""
    zone = {**GOOD, **changed}
    known: dict[Question, Answer] = {}
    while missing := judge(house, known).missing:
        for one in missing:
            values = tuple(zone.get(f"{one.name} {one.kind.value}", ()))
            known[one] = UNKNOWN if list(values) == SILENT else Answer(Fate.FOUND if values else Fate.NOTHING, values)
    return list(judge(house, known).findings)


def code(topic: Topic, domain: str, changed: Mapping[str, list[str]], house: House = HOUSE) -> str:
    [one] = [one for one in judged(changed, house) if (one.topic, one.domain) == (topic, domain)]
    assert one.level is LEVELS[one.code]
    return one.code


def spf(*records: str, **others: list[str]) -> str:
    return code(Topic.SPF, "bounce.town.example", {"bounce.town.example TXT": list(records), **others})


def dkim(*records: str) -> str:
    return code(Topic.DKIM, "letters.town.example", {DKIM_AT: list(records)})


def test_where_all_is_well_nothing_is_said_to_be_wrong() -> None:
    assert [(one.code, one.domain) for one in judged({})] == [
        ("mx_fine", "letters.town.example"),
        ("mx_fine", "bounce.town.example"),
        ("spf_not_needed", "letters.town.example"),
        ("spf_fine", "bounce.town.example"),
        ("dkim_fine", "letters.town.example"),
        ("dmarc_fine", "letters.town.example"),
        ("dmarc_fine", "town.example"),
    ]
    assert {one.level for one in judged({})} == {Level.FINE}


def test_where_nobody_answers_all_is_unknown_and_nothing_is_wrong() -> None:
    known = {Question("x", Kind.TXT): UNKNOWN}
    assert {one.level for one in judge(HOUSE, known).findings} == {Level.UNKNOWN}


def test_every_code_has_a_sentence() -> None:
    assert LEVELS.keys() == domain_reasons.FOUND.keys()
    assert set(domain_reasons.TOPICS) == set(Topic)


# --- the way back -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "wanted"),
    [
        ({"letters.town.example MX": []}, "mx_missing"),
        ({"letters.town.example MX": [], "letters.town.example ADDRESS": ["192.0.2.1"]}, "mx_only_address"),
        ({"letters.town.example MX": [], "letters.town.example ADDRESS": SILENT}, "mx_unknown"),
        ({"letters.town.example MX": ["0 ."]}, "mx_null"),
        ({"letters.town.example MX": ["10 gone.town.example."]}, "mx_lost"),
        ({"letters.town.example MX": ["10 mx.town.example.", "20 gone.town.example."]}, "mx_lost"),
        ({"letters.town.example MX": SILENT}, "mx_unknown"),
        ({"mx.town.example ADDRESS": SILENT}, "mx_unknown"),
    ],
)
def test_mx(changed: dict[str, list[str]], wanted: str) -> None:
    assert code(Topic.MX, "letters.town.example", changed) == wanted


# --- who may send -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("records", "wanted"),
    [
        ([], "spf_missing"),
        (["v=spf10 -all"], "spf_missing"),
        (SILENT, "spf_unknown"),
        (["V=SPF1 MX ~ALL"], "spf_fine"),
        (["v=spf1 a mx -all", "v=spf1 ~all"], "spf_several"),
        (["v=spf1"], "spf_without_end"),
        (["v=spf1 mx ?all"], "spf_without_end"),
        (["v=spf1 mx +all"], "spf_open"),
        (["v=spf1 all"], "spf_open"),
        (["v=spf1 ip4:0.0.0.0/0 -all"], "spf_open"),
        (["v=spf1 ip4:192.0.2.1/24 ip6:2001:db8::/32 a:mx.test/24//64 exp=why.test -all +all"], "spf_fine"),
        (["v=spf1 ip4:192.0.2.300 -all"], "spf_broken"),
        (["v=spf1 ip4:2001:db8::1 -all"], "spf_broken"),
        (["v=spf1 include: -all"], "spf_broken"),
        (["v=spf1 192.0.2.1 -all"], "spf_broken"),
        (["v=spf1 include:nowhere.test -all"], "spf_broken"),
        (["v=spf1 include:silent.test -all"], "spf_unknown"),
        (["v=spf1 include:open.test -all"], "spf_open"),
        (["v=spf1 ?include:open.test -all"], "spf_fine"),
        (["v=spf1 include:%{i}.spf.test -all"], "spf_fine"),
        (["v=spf1 redirect=mild.test"], "spf_fine"),
        (["v=spf1 redirect=nowhere.test"], "spf_broken"),
        (["v=spf1 include:round.test -all"], "spf_too_many"),
        ([f"v=spf1 {'mx ' * MOST_LOOKUPS}-all"], "spf_fine"),
        ([f"v=spf1 {'mx ' * (MOST_LOOKUPS + 1)}-all"], "spf_too_many"),
        ([f"v=spf1 include:mild.test {'a ' * (MOST_LOOKUPS - 1)}-all"], "spf_too_many"),
    ],
)
def test_spf(records: list[str], wanted: str) -> None:
    others = {
        "open.test TXT": ["v=spf1 +all"], "mild.test TXT": ["v=spf1 mx ~all"], "silent.test TXT": SILENT,
        "round.test TXT": ["v=spf1 include:round.test -all"],
    }  # fmt: skip
    assert spf(*records, **others) == wanted


# --- our signature ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("records", "wanted"),
    [
        ([], "dkim_missing"),
        (["v=spf1 -all"], "dkim_missing"),
        (SILENT, "dkim_unknown"),
        ([f"p={KEY}"], "dkim_fine"),
        ([f"v=DKIM1; t=s:y; p={KEY}"], "dkim_testing"),
        (["v=DKIM1; p="], "dkim_revoked"),
        ([f"p={KEY}", f"p={KEY}"], "dkim_several"),
        ([f"p={KEY[:-40]}"], "dkim_differs"),
        ([f"p={KEY[:20]}AAAA{KEY[24:]}"], "dkim_differs"),
        (["p=ha§"], "dkim_broken"),
        ([f"v=DKIM2; p={KEY}"], "dkim_broken"),
        ([f"k=ed25519; p={KEY}"], "dkim_broken"),
        ([f"h=sha1; p={KEY}"], "dkim_broken"),
        ([f"s=other; p={KEY}"], "dkim_broken"),
        ([f"h=sha1:sha256; s=email; p={KEY}"], "dkim_fine"),
    ],
)
def test_dkim(records: list[str], wanted: str) -> None:
    assert dkim(*records) == wanted


def test_what_to_publish_is_our_own_key() -> None:
    [one] = [one for one in judged({DKIM_AT: []}) if one.topic is Topic.DKIM]
    assert f"{one.name} TXT" == DKIM_AT
    assert one.publish == f"v=DKIM1; k=rsa; p={KEY}"


@pytest.mark.parametrize(
    ("where", "record", "wanted"),
    [
        ("bounce.town.example TXT", "v=spf1 mx +all", "v=spf1 mx -all"),
        ("bounce.town.example TXT", "v=spf1 mx ?all", "v=spf1 mx -all"),
        ("bounce.town.example TXT", "v=spf1 a", "v=spf1 a -all"),
        ("bounce.town.example TXT", "v=spf1 ip4:0.0.0.0/0 ~all", "v=spf1 ip4:ADDRESS -all"),
        (
            "_dmarc.letters.town.example TXT",
            "v=DMARC1; p=none; rua=mailto:a@b.example",
            "v=DMARC1; p=quarantine; rua=mailto:a@b.example",
        ),
    ],
)
def test_what_to_publish_keeps_what_was_right(where: str, record: str, wanted: str) -> None:
    assert wanted in [one.publish for one in judged({where: [record]}) if one.seen == record]


def test_where_the_mail_server_signs_its_key_is_not_known() -> None:
    plain = House("letters.town.example", "bounce.town.example", "town.example")
    assert code(Topic.DKIM, "letters.town.example", {}, plain) == "dkim_elsewhere"
    assert code(Topic.DMARC, "letters.town.example", {}, plain) == "dmarc_fine"
    far = House("letters.town.example", "bounce.host.example", "letters.town.example")
    assert code(Topic.DMARC, "letters.town.example", {}, far) == "dmarc_on_dkim"


# --- against forgers --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("own", "above", "wanted"),
    [
        ([], [], "dmarc_missing"),
        (["v=DMARC1; p=quarantine"], [], "dmarc_fine"),
        ([], ["v=DMARC1; p=none; sp=reject"], "dmarc_fine"),
        ([], ["v=DMARC1; p=reject; sp=none"], "dmarc_none"),
        (["v=DMARC1; p=none"], ["v=DMARC1; p=reject"], "dmarc_none"),
        (["v=DMARC1"], [], "dmarc_broken"),
        (["v=DMARC1; p=sometimes"], [], "dmarc_broken"),
        (["v=DMARC1; p=none", "v=DMARC1; p=reject"], [], "dmarc_several"),
        (SILENT, ["v=DMARC1; p=reject"], "dmarc_unknown"),
        (["v=DMARC1; p=reject; aspf=s"], [], "dmarc_fine"),
        (["p=reject"], [], "dmarc_missing"),
    ],
)
def test_dmarc(own: list[str], above: list[str], wanted: str) -> None:
    changed = {"_dmarc.letters.town.example TXT": own, "_dmarc.town.example TXT": above}
    assert code(Topic.DMARC, "letters.town.example", changed) == wanted


def test_our_own_mail_must_pass_what_we_ask_of_others() -> None:
    strict = {"_dmarc.town.example TXT": ["v=DMARC1; p=reject; aspf=s; adkim=s"]}
    assert code(Topic.DMARC, "town.example", strict) == "dmarc_misaligned"
    elsewhere = House("letters.town.example", "bounce.host.example", "team@club.example", "pf1", "host.example", KEY)
    assert code(Topic.DMARC, "letters.town.example", {}, elsewhere) == "dmarc_misaligned"


@pytest.mark.parametrize(
    ("one", "other", "wanted"),
    [
        ("a.town.example", "B.TOWN.example.", True),
        ("town.example", "a.b.town.example", True),
        ("town.example", "club.example", False),
        ("a.town.co.uk", "b.town.co.uk", True),
        ("a.co.uk", "b.co.uk", False),
        ("town.co.uk", "club.co.uk", False),
    ],
)
def test_domains_of_one_owner(one: str, other: str, wanted: bool) -> None:
    assert same_owner(one, other) is same_owner(other, one) is wanted
