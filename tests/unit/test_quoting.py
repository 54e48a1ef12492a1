"""The splitter on small texts; whole mails are among the golden letters."""

import time

import pytest

from penfriends.rules.quoting import split_reply

ALIAS = "k7q2@letters.example"


@pytest.mark.parametrize(
    "attribution",
    [
        f"On 10 May 2026 at 09:14, Anna via penfriends <{ALIAS}> wrote:",
        f"Am 10.05.2026 um 09:14 schrieb Anna via penfriends <{ALIAS}>:",
        f"Am Sonntag, 10. Mai 2026 um 09:14:20 MESZ hat Anna <{ALIAS}> Folgendes geschrieben:",
        f"Le 10/05/2026 à 09:14, Anna via penfriends a écrit :\n\n> <{ALIAS}>",
        f"Op 10-05-2026 om 09:14 schreef Anna <{ALIAS}>:",
        f"W dniu 10.05.2026 o 09:14, Anna <{ALIAS}> pisze:",
        f"Dnia 10 maja 2026 09:14 Anna <{ALIAS}> napisał(a):",
        f"في ١٠ مايو ٢٠٢٦، الساعة ٩:١٤ ص، كتب Anna <{ALIAS}>:",
        f"10.05.2026 09:14 пользователь Anna <\n{ALIAS}> написал:",
        f"Þann 10.5.2026 09:14 skrifaði Anna <{ALIAS}>:",
    ],
)
def test_attributions_above_marked_quotations(attribution: str) -> None:
    split = split_reply(f"My words.\n\n{attribution}\n\n> Your words.\n")
    assert (split.kept, split.sure) == ("My words.", True)


@pytest.mark.parametrize(
    "separator",
    [
        "-----Original Message-----",
        "-----Ursprüngliche Nachricht-----",
        "-------- Message d'origine --------",
        "-----Oorspronkelijk bericht-----",
        "-----Oryginalna wiadomość-----",
        "-----الرسالة الأصلية-----",
    ],
)
def test_separators_above_header_blocks(separator: str) -> None:
    split = split_reply(f"My words.\n\n{separator}\nFrom: Anna\nSubject: Letter\n\nYour words.\n")
    assert (split.kept, split.sure) == ("My words.", True)


@pytest.mark.parametrize(
    "line",
    [
        "Sent from my iPhone",
        "Sent from Outlook for Android",
        "Get Outlook for iOS",
        "Von meinem iPhone gesendet",
        "Diese Nachricht wurde von meinem Android-Gerät mit GMX Mail gesendet.",
        "Gesendet von Mail für Windows",
        "Envoyé de mon iPhone",
        "Envoyé depuis l’application Mail Orange",
        "Verzonden vanaf mijn iPad",
        "Verstuurd vanaf mijn iPhone",
        "Wysłane z iPhone'a",
        "Wysłano z aplikacji Onet Poczta",
        "أرسلت من جهاز iPhone",
    ],
)
def test_lines_of_phones(line: str) -> None:
    assert split_reply(f"My words.\n\n{line}\n").kept == "My words."


@pytest.mark.parametrize(
    "text",
    [
        "Sent with love from all of us",
        "Von meinem Großvater habe ich das Rezept.",
        "Dear Anna,\n\nas promised:\n\n- bread\n- butter\n\n--\n\nTom",
        "A dash -- in the middle of a line is no signature.",
        "From: where I sit I see the sea.\n\nTo: you I send a shell.",
        "My grandmother wrote:\n\nEat your soup.",
    ],
)
def test_words_of_the_writer_stay(text: str) -> None:
    kept = split_reply(text).kept
    assert [line for line in text.split("\n") if len(line) > 4 and line not in kept] == []


def test_a_long_text_below_two_dashes_is_no_signature() -> None:
    text = "Dear Anna,\n--\n" + "\n".join(f"Line {number} of a long story." for number in range(12))
    assert "Line 11" in split_reply(text).kept


def test_a_signature_is_cut() -> None:
    split = split_reply("My words.\n\n-- \nTom Example\n1 Sample Street")
    assert (split.kept, split.removed) == ("My words.", "--\nTom Example\n1 Sample Street")


def test_a_quotation_with_nothing_above_it_stays_and_is_not_sure() -> None:
    split = split_reply("From: Anna\nSent: today\nTo: Tom\nSubject: Letter\n\nWho wrote this?")
    assert "Who wrote this?" in split.kept
    assert not split.sure


@pytest.mark.parametrize(
    "unit", ["--\n", ">a\nb\n", f"On 1/2/2026 10:00 A <{ALIAS}> wrote:\nx\n", "a:\n", "_" * 40 + "\n"]
)
def test_time_grows_with_length_only(unit: str) -> None:
    began = time.perf_counter()
    split_reply(unit * (60_000 // len(unit)))
    assert time.perf_counter() - began < 5


@pytest.mark.parametrize(
    "quotation",
    [
        "-----Original-Nachricht-----\nBetreff: Brief\nDatum: 2026-05-10\nVon: Anna\nAn: Tom\n\nDeine Worte",
        "-------- Upprunaleg skilaboð --------\nFrom: Anna\nDate: 10/05/2026\nTo: Tom\n\nYour words",
        f"envoyé : 10 mai 2026 à 09:14\nde : Anna <{ALIAS}>\nà : tom@orange.example\nobjet : Lettre\n\nTes mots",
        f'----- Mail original -----\nDe: "Anna" <{ALIAS}>\nÀ: tom@free.example\nEnvoyé: 10 Mai 2026\n\nTes mots',
        f'Od: "Anna" <{ALIAS}>\nDo: tom@o2.example;\nWysłane: 9:14 Niedziela 2026-05-10\nTemat: List\n\nTwoje słowa',
        f"W dniu 2026-05-10 09:14:11 użytkownik Anna <{ALIAS}> napisał:\n\nTwoje słowa",
        f"\u200fمن:\u200f Anna <{ALIAS}>\n\u200fالتاريخ:\u200f الأحد 10 مايو\n\u200fإلى:\u200f Tom\n\nكلماتك",
        "-------- Oorspronkelijk bericht --------\nVan: Anna\nDatum: 10-05-2026 09:14\nAan: Tom\n\nJouw woorden",
        f"Am So., 10. Mai 2026 um 09:14:11 MESZ hat Anna\n <{ALIAS}> Folgendes geschrieben: \n\n Deine Worte",
        f"Op zondag 10 mei 2026 om 09:14:11 CEST schreef Anna <{ALIAS}>: \n\n Jouw woorden",
        "Anna schreef op 10-05-2026 09:14:\n> Jouw woorden",
        "Am 10.05.2026 09:14, schrieb Anna:\n> Deine Worte",
        f"10 May 2026 09:14:11 Anna <{ALIAS}>:\n\n> Your words",
        f"Am 10. Mai 2026 09:14:20 MESZ schrieb Anna <{ALIAS}>:\n>Deine Worte",
        "Le 10.05.2026 09:14, Anna a écrit :\n> Tes mots",
        "في 10/5/2026 9:14 ص، كتب Anna:\n> كلماتك",
    ],
)
def test_quotations_of_more_programs(quotation: str) -> None:
    split = split_reply(f"My words.\n\nTom\n\n{quotation}\n")
    assert (split.kept, split.sure) == ("My words.\n\nTom", True)


@pytest.mark.parametrize(
    "line",
    [
        "Get Outlook for iOS<https://aka.ms/o0ukef>",
        "Outlook für Android herunterladen",
        "Télécharger Outlook pour iOS",
        "Pobierz aplikację Outlook dla systemu iOS",
        "Gesendet mit der GMX Mail App",
        "Von meinem Samsung Galaxy Smartphone gesendet.",
        "Envoyé depuis mon smartphone Samsung Galaxy.",
        "Wysłane z telefonu Huawei",
        "Gesendet von Yahoo Mail für iPhone",
        "Yahoo Mail: Search, Organize, Conquer",
    ],
)
def test_more_lines_of_phones(line: str) -> None:
    assert split_reply(f"My words.\n\n{line}\n").kept == "My words."
