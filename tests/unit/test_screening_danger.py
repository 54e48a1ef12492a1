"""Meetings, secrets, money, disclosures, unkind words and hidden text, in six languages."""

import pytest

from penfriends.rules.bands import Band
from penfriends.rules.screening import Kind, Verdict, screen, verdict

MEETINGS = (
    "Let's meet at the station on Saturday.",
    "Can we meet up after school?",
    "Meet me in the park at 4 pm, come alone.",
    "Please don't tell your mum about this.",
    "This is our secret, just between us.",
    "Lass uns am Samstag im Park treffen.",
    "Wollen wir uns mal am Bahnhof treffen?",
    "Sag deinen Eltern nichts davon.",
    "Das bleibt unter uns.",
    "On se voit samedi à la gare ?",
    "On pourrait se rencontrer en vrai pendant les vacances.",
    "Ne le dis à personne, c'est notre secret.",
    "Zullen we zaterdag afspreken bij het station?",
    "Kom bij mij thuis in het weekend.",
    "Vertel het niet aan je ouders.",
    "Spotkajmy się jutro w parku.",
    "Czy możemy się spotkać po szkole?",
    "Nie mów nikomu, to nasza tajemnica.",
    "دعنا نلتقي غدا في الحديقة",
    "هل نلتقي يوم السبت؟",
    "لا تخبر أحدا، هذا سر بيننا",
)
MONEY = (
    "Could you send me some money for the flight?",
    "Please buy me a Steam gift card.",
    "I must pay the customs fee before they release the parcel.",
    "I cannot pay the hospital bill for my daughter.",
    "You can use Western Union.",
    "My account is DE89 3704 0044 0532 0130 00.",
    "GB82WEST12345698765432",
    "I earn well with bitcoin and so can you.",
    "Kannst du mir Geld schicken?",
    "Ich muss die Krankenhausrechnung bezahlen.",
    "Bitte überweise mir 200 Euro.",
    "Peux-tu m'envoyer de l'argent ?",
    "Il faut payer les frais de douane.",
    "Achète une carte cadeau, s'il te plaît.",
    "Kun je geld overmaken?",
    "Ik heb geld nodig voor het ziekenhuis.",
    "Stuur me geld alsjeblieft.",
    "Wyślij mi pieniądze na bilet.",
    "Muszę zapłacić opłatę celną.",
    "Pożycz mi 500 złotych.",
    "أرسل لي المال من فضلك",
    "رقم الحساب البنكي عندي",
    "يجب أن أدفع فاتورة المستشفى",
)
DISCLOSURES = (
    "Sometimes I want to die.",
    "I have been cutting myself again.",
    "My stepfather hits me when mum is out.",
    "I don't want to live any more.",
    "He touched me and I am scared to go home.",
    "Ich will nicht mehr leben.",
    "Ich ritze mich manchmal.",
    "Mein Vater schlägt mich.",
    "Er fasst mich immer an.",
    "Je ne veux plus vivre.",
    "J'ai envie de mourir.",
    "Mon père me frappe.",
    "J'ai peur de rentrer à la maison.",
    "Ik wil niet meer leven.",
    "Ik wil dood.",
    "Mijn vader slaat me.",
    "Nie chcę już żyć.",
    "Chcę umrzeć.",
    "Tata mnie bije.",
    "Boję się wracać do domu.",
    "أريد أن أموت",
    "لا أريد أن أعيش",
    "أبي يضربني كل يوم",
)
UNKIND = (
    "You are stupid and nobody likes you.",
    "I hate you, you bastard.",
    "Du bist hässlich.",
    "Halt die Fresse!",
    "Ta gueule, connard.",
    "Ik haat je, klootzak.",
    "Spierdalaj stąd.",
    "أنت غبي",
)
HIDDEN = (
    "hel\u200blo there",
    "abc\u202egnp.exe",
    "plain\U000e0041\U000e0042 words",
    "pаypal with a Cyrillic а",
    "a\u2060b",
)
GROOMING = (
    "Send me a photo of you in your swimsuit, and don't tell your mum.",
    "Schick mir ein Foto von dir. Das bleibt unter uns.",
    "Je t'achèterai un téléphone. Es-tu seule à la maison ?",
)


@pytest.mark.parametrize(
    ("kind", "letters"),
    [
        (Kind.MEETING, MEETINGS),
        (Kind.MONEY, MONEY),
        (Kind.DISCLOSURE, DISCLOSURES),
        (Kind.UNKIND, UNKIND),
        (Kind.HIDDEN_TEXT, HIDDEN),
        (Kind.GROOMING, GROOMING),
    ],
    ids=lambda value: value.value if isinstance(value, Kind) else "",
)
def test_danger_is_found_in_19_of_20(kind: Kind, letters: tuple[str, ...]) -> None:
    missed = [one for one in letters if kind not in {found.kind for found in screen(one, band=Band.CHILD)}]
    assert len(missed) <= len(letters) * 0.05, missed


@pytest.mark.parametrize("band", list(Band))
def test_r33_a_disclosure_is_urgent_for_everybody(band: Band) -> None:
    assert verdict(screen("Sometimes I want to die.", band=band)) is Verdict.HOLD_URGENT


@pytest.mark.parametrize("band", list(Band))
def test_r34_money_is_held_for_everybody(band: Band) -> None:
    assert verdict(screen("Please send me money.", band=band)) is Verdict.HOLD


def test_r35_a_meeting_is_held_for_a_child_and_shown_for_an_adult() -> None:
    proposal = "Let's meet at the station on Saturday."
    assert verdict(screen(proposal, band=Band.CHILD)) is Verdict.HOLD
    assert verdict(screen(proposal, band=Band.ADULT)) is Verdict.ACCEPT
    assert screen(proposal, band=Band.ADULT)


def test_grooming_is_urgent_for_a_child() -> None:
    assert verdict(screen(GROOMING[0], band=Band.CHILD)) is Verdict.HOLD_URGENT
