"""Telephone numbers, e-mail addresses, links, handles and postal addresses, plain and hidden, in six languages."""

import pytest

from penfriends.rules.bands import Band
from penfriends.rules.screening import Kind, screen

PLAIN_PHONES = (
    "Give me a ring on 01772 345678 after tea, I am always in.",
    "My mobile is 07911 123456.",
    "You can reach us at +44 20 7183 8750 on weekdays.",
    "Tel.: 0241/477890, am besten abends.",
    "Meine Handynummer ist 0176 12345678, ruf einfach an!",
    "Unter +49 (0)241 47 78 90 bin ich zu erreichen.",
    "Mon numéro est le 06 12 34 56 78, appelle quand tu veux.",
    "Appelez-moi au 04.72.11.22.33 après 18 h.",
    "C'est le +33 6 12 34 56 78.",
    "Mijn nummer is 06-12345678, bel maar.",
    "Je kunt me bellen op 024 355 12 34.",
    "Bel +31 6 1234 5678 als je er bent.",
    "Mój numer to 612 345 678, zadzwoń wieczorem.",
    "Telefon: 12 345 67 89 do babci.",
    "Zadzwoń pod +48 612 345 678.",
    "رقمي هو 0599 123 456 اتصل بي مساء",
    "اتصل على ٠٥٩٩١٢٣٤٥٦ من فضلك",
    "هاتفي +970 59 912 3456",
)
HIDDEN_PHONES = (
    "zero seven nine one one, one two three four five six",
    "It goes oh seven seven double oh nine hundred and then 0 0 1 2 3 4 5",
    "my number: O7911 l23456",
    "0 7 9 1 1 1 2 3 4 5 6 and that is all I may say",
    "0-7-9-1-1-1-2-3-4-5-6",
    "0️⃣7️⃣9️⃣1️⃣1️⃣1️⃣2️⃣3️⃣4️⃣5️⃣6️⃣",
    "⓪⑦⑨①① ①②③④⑤⑥",
    "𝟎𝟕𝟗𝟏𝟏 𝟏𝟐𝟑𝟒𝟓𝟔",
    "０７９１１１２３４５６",
    "07\u200b911\u200b12\u200b3456",
    "07911\n123\n456",
    "0*7*9*1*1*1*2*3*4*5*6",
    "zeroseven nineoneone onetwothreefourfivesix",
    "oh double seven, nine one, triple two, three four five",
    "07911 and then 123 and then 456",
    "oh seven seven, nine one two",
    "My number is four one seven, nine two",
    "null eins sieben sechs eins zwei drei vier fünf sechs sieben acht",
    "null eins sieben sechs, dann zwo drei vier fünf sechs",
    "Null Eins Sieben Sechs vierunddreißig sechsundfünfzig achtundsiebzig",
    "nulleinssiebensechs einszweidreivierfünf",
    "0176 / dreiundzwanzig / fünfundvierzig / 67 / 8",
    "zéro six, douze, trente-quatre, cinquante-six, soixante-dix-huit",
    "zero six quatre-vingt-dix-neuf vingt et un quatre-vingts douze",
    "zéro sept soixante et onze quatre vingt treize zéro deux quinze",
    "06 douze 34 cinquante-six 78",
    "nul zes een twee drie vier vijf zes zeven acht",
    "nul zes, twaalf, vierendertig, zesenvijftig, achtenzeventig",
    "nul zes dubbel een twee drie drieëntwintig vijfenveertig",
    "zero szesc jeden dwa trzy cztery piec szesc siedem osiem",
    "sześćset dwanaście trzysta czterdzieści pięć sześćset siedemdziesiąt osiem",
    "sześć jeden dwa trzy cztery pięć sześć siedem osiem",
    "صفر خمسة تسعة تسعة واحد اثنان ثلاثة أربعة خمسة ستة",
    "صفر خمسة، تسعة وتسعون، اثنا عشر، أربعة وثلاثون، ستة وخمسون",
    "۰۵۹۹ ۱۲۳ ۴۵۶",
    "(0) (7) (9) (1) (1) (1) (2) (3) (4) (5) (6)",
)
PLAIN_EMAILS = (
    "Write to anna.k@example.org please.",
    "My mail: ANNA@GMX.DE",
    "anna+letters@mail.example.co.uk is mine",
    "Schreib mir an anna.müller@web.de, ja?",
    "Écris-moi à jean-luc@orange.fr.",
    "Mail me op piet_1@ziggo.nl!",
    "Mój adres to kasia77@wp.pl",
    "بريدي sami@gmail.com",
)
HIDDEN_EMAILS = (
    "anna at gmail dot com",
    "anna [at] example [dot] org",
    "anna(at)gmx(dot)de",
    "a n n a @ g m a i l . c o m",
    "anna AT hotmail",
    "anna＠gmail．com",
    "anna@gmail dot com",
    "anna @ gmail . com",
    "my gmail is annak77",
    "it is anna dot k at outlook dot com",
    "anna klammeraffe gmx punkt de",
    "anna ät web punkt de",
    "anna (ät) t-online (punkt) de",
    "jean arobase orange point fr",
    "jean arobase laposte . net",
    "piet apenstaartje ziggo punt nl",
    "piet apestaartje kpnmail punt nl",
    "kasia małpa wp kropka pl",
    "kasia malpa gmail kropka com",
    "سامي آت جيميل دوت كوم",
    "sami @ جيميل نقطة كوم",
    "anna\u200b@\u200bgmail\u200b.com",
)
LINKS = (
    "Look at https://example.org/me today",
    "my page is www.example.com",
    "example.de has pictures of it",
    "see xn--bcher-kva.example.com for it",
    "my shop dot com has it",
    "go to mypage dot co now",
    "meineseite punkt de",
    "monsite point fr",
    "mijnsite punt nl",
    "mojastrona kropka pl",
    "hxxp://bad.example.com/x",
    "www . example . com",
    "tinyurl.com/abc",
    "Siehe www.lotte-malt.hamburg und sag, wie es ist",
    "mine is www.maisie-draws.zzz/cats.",
    "WWW.KASIA",
    "youtu.be/abc",
)
HANDLES = (
    "Add me on Snapchat, I am anna_k",
    "my insta is annak",
    "find me on tik tok",
    "I am on Discord: wolf#1234",
    "do you have whats app?",
    "Roblox name: coolwolf99",
    "text me on w h a t s a p p",
    "follow me on 1nsta",
    "@anna_kowalska",
    "Hast du WhatsApp?",
    "Füg mich auf Snap hinzu",
    "Ich heiße bei Insta annak",
    "Ajoute-moi sur Insta",
    "Tu as Snapchat ?",
    "Mon pseudo sur Discord est loup",
    "Voeg me toe op Snapchat",
    "Heb je TikTok?",
    "Zoek me op Instagram",
    "Dodaj mnie na Snapie",
    "Masz Instagrama albo WhatsAppa?",
    "Mój nick na Discordzie to wilk",
    "أضفني على سناب شات",
    "هل عندك واتساب؟",
    "اسمي على انستغرام سامي",
)
ADDRESSES = (
    "I live at 14 Church Road, Preston.",
    "Our house is Flat 3, 27b Queen Victoria Street.",
    "My address is 9 mill lane",
    "Send it to PR1 2HE, they know us.",
    "Ich wohne in der Hauptstraße 12a.",
    "Berliner Str. 45, 52062 Aachen",
    "Meine Adresse ist Am Markt 5.",
    "Schicke es an den Lindenweg 7, bitte.",
    "J'habite 12 rue de la République.",
    "Voici : 5 bis, avenue Jean-Jaurès, 69007 Lyon",
    "mon adresse est 3 place du marché",
    "Rue du Centre 320, 8510 Marke",
    "Ik woon op de Kerkstraat 12.",
    "Burgemeester Daleslaan 5, 6511 AB Nijmegen",
    "ik woon aan de molenweg 33",
    "Mieszkam przy ul. Długiej 5/7.",
    "ulica Floriańska 12 m. 3, 31-021 Kraków",
    "os. Słoneczne 4",
    "أسكن في شارع النيل 15",
    "عنواني شارع يافا رقم 8",
    "عمارة رقم 12 في حي الرمال",
)


def _missed(kind: Kind, letters: tuple[str, ...]) -> list[str]:
    return [letter for letter in letters if kind not in {one.kind for one in screen(letter, band=Band.CHILD)}]


@pytest.mark.parametrize(
    ("kind", "letters"),
    [(Kind.PHONE, PLAIN_PHONES), (Kind.EMAIL, PLAIN_EMAILS), (Kind.LINK, LINKS)],
    ids=["phones", "emails", "links"],
)
def test_plain_contact_details_are_all_found(kind: Kind, letters: tuple[str, ...]) -> None:
    assert _missed(kind, letters) == []


@pytest.mark.parametrize(
    ("kind", "letters"),
    [
        (Kind.PHONE, HIDDEN_PHONES),
        (Kind.EMAIL, HIDDEN_EMAILS),
        (Kind.HANDLE, HANDLES),
        (Kind.POSTAL_ADDRESS, ADDRESSES),
    ],
    ids=["phones", "emails", "handles", "addresses"],
)
def test_hidden_contact_details_are_found_in_19_of_20(kind: Kind, letters: tuple[str, ...]) -> None:
    missed = _missed(kind, letters)
    assert len(missed) <= len(letters) * 0.05, missed


@pytest.mark.parametrize("letter", [*PLAIN_PHONES, *PLAIN_EMAILS, *LINKS])
def test_a_finding_inside_a_long_letter_is_found_at_its_place(letter: str) -> None:
    story = "The garden is lovely in spring and the children play outside all day. " * 20
    kinds = {one.kind for one in screen(letter, band=Band.ADULT)}
    inside = screen(story + letter + "\n" + story, band=Band.ADULT)
    assert kinds <= {one.kind for one in inside if one.start >= len(story)}


@pytest.mark.parametrize(
    ("letter", "marked"),
    [
        ("oh seven nine one one one two, three four five six", ""),
        ("nine one two, zero seven seven zero zero nine one", ""),
        ("null eins sieben sechs eins zwei drei, vier fünf sechs", ""),
        ("0 7 9 1 1 1 2, 3 4 5 6", "0 7 9 1 1 1 2, 3 4 5 6"),
        ("Call 07911 123456, one of us is in", "07911 123456"),
        ("Call 07911 123456.\nTwo three four", "07911 123456"),
    ],
)
def test_a_number_is_marked_beyond_its_pauses(letter: str, marked: str) -> None:
    found = [letter[one.start : one.end] for one in screen(letter, band=Band.CHILD) if one.kind is Kind.PHONE]
    assert found == [marked or letter]


@pytest.mark.parametrize(
    "letter",
    [
        "We counted oh, one, two, three, four, five, six geese.",
        "I have one cat, two dogs and three hens.",
        "We were nine, ten and eleven then.",
        "Call me at seven, eight, nine or ten.",
        "The www is older than me. I do not know who made the www.",
        "Oh, seven of us went, and two came back, one by bus.",
    ],
)
def test_counting_and_talk_about_the_web_are_harmless(letter: str) -> None:
    assert not {one.kind for one in screen(letter, band=Band.CHILD)} & {Kind.PHONE, Kind.LINK}
