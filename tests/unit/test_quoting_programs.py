# ruff: noqa: E501 - one mail program a line
"""What many more mail programs put between a letter and what it quotes: the letter alone is left.

Invented, after the ways of the programs; the quotation is always the same two lines, with or without marks.
"""

import pytest

from penfriends.rules.quoting import split_reply

PLAIN = "Hello\nhow are you?"
MARKED = "> Hello\n> how are you?"

PROGRAMS = {
    "zoho": "Yes.\n\n---- On Sat, 21 May 2011 06:26:09 -0700 Anna<a@b.example> wrote ----\n\n" + PLAIN,
    "zoho2": "Yes.\n\n ---- On Sat, 21 May 2011 06:26:09 -0700 Anna <a@b.example> wrote ---\n" + PLAIN,
    "norw": "Ja.\n\nDen tir. 1. sep. 2015 kl. 10.11 skrev Anna <a@b.example>:\n\n" + MARKED,
    "norw-u": "Ja.\n\nDen tir. 1. sep. 2015 kl. 10.11 skrev Anna <a@b.example>:\n\n" + PLAIN,
    "ital": "Si.\n\nIl giorno 15 gennaio 2015 10:11, Anna <a@b.example> ha scritto:\n\n" + PLAIN,
    "span": "Si.\n\nEl 15 ene 2015, a las 10:11, Anna <a@b.example> escribió:\n\n" + PLAIN,
    "port": "Sim.\n\nEm sáb, 15 de jan de 2015 às 10:11, Anna <a@b.example> escreveu:\n\n" + PLAIN,
    "cz": "Ano.\n\nso 3. 5. 2026 v 10:12 odesílatel Anna <a@b.example> napsal:\n\n" + PLAIN,
    "zh": "好。\n\nAnna <a@b.example> 于2026年5月3日周日 10:12写道：\n\n" + PLAIN,
    "multi": "Yes.\n\nOn Tue, Jan 1, 2015 at 10:10 AM, Long Name\n(Very Long)\n<\na@b.example\n> wrote:\n\n" + MARKED,
    "multi2": "Yes.\n\nOn Tue, Jan 1, 2015 at 10:10 AM, Long Name (Very Long, of the Society of\nFriends of Canals and of everything that swims on them)\n<verylong.verylong.verylong@b.example>\nwrote:\n\n"
    + MARKED,
    "msn": "Yes.\n\n________________________________\n> From: a@b.example\n> To: c@d.example\n> Subject: x\n> Date: Mon, 2 Apr 2012 17:44:22 +0400\n> \n"
    + MARKED,
    "outlooksplit": "Yes.\n\nFrom: Anna Berger\n[mailto:a@b.example]\nSent: Monday, May 3, 2026 10:12 AM\nTo: c\n Subject: x\n\n"
    + PLAIN,
    "k9": "Yes.\n\nSent from my Android device with K-9 Mail. Please excuse my brevity.",
    "mobile": "Yes.\n\nSent from my mobile device, please excuse typos",
    "yahooandroid": "Yes.\n\nSent from Yahoo Mail on Android\n\n  On Mon, May 3, 2026 at 10:12, Anna<a@b.example> wrote:   Hello how are you",
    "mailbox": "Yes.\n\n—\nSent from Mailbox\n\nOn Mon, May 3, 2026 at 10:12 AM, Anna <a@b.example> wrote:\n" + MARKED,
    "proton": "Yes.\n\nSent with Proton Mail secure email.\n\nOn Sunday, May 3rd, 2026 at 10:12, Anna via penfriends <a@b.example> wrote:\n\n"
    + MARKED,
    "tuta": "Ja.\n\n3. Mai 2026, 10:12 von a@b.example:\n\n" + MARKED,
    "mailspring": "Yes.\n\nSent from Mailspring\nOn May 3 2026, at 10:12 am, Anna <a@b.example> wrote:\n" + PLAIN,
    "gmx-mobile": "Ja.\n-- \nDiese Nachricht wurde von meinem Android Mobiltelefon mit GMX Mail gesendet.\nAm 03.05.26, 10:12 schrieb Anna <a@b.example>:\n"
    + MARKED,
    "em": "Oui.\n\nEnvoyé à partir de Courrier pour Windows\n\nDe : Anna\nEnvoyé le :dimanche 3 mai 2026 10:12\nÀ : b\nObjet :c\n\n"
    + PLAIN,
    "laposte": 'Oui.\n\n> Message du 03/05/26 10:12\n> De : "Anna" <a@b.example>\n> A : c@d.example\n> Copie à : \n> Objet : x\n>\n> Hello',
    "onet": "Tak.\n\nW dniu 2026-05-03 10:12:00 użytkownik Anna <a@b.example> napisał:\n" + MARKED,
    "onet2": 'Tak.\n\nOd: "Anna" <a@b.example>\nDo: "B" <b@c.example>;\nWysłane: 10:12 Niedziela 2026-05-03\nTemat: x\n\n'
    + PLAIN,
    "hey": "Yes.\n\nOn May 3, 2026, Anna <a@b.example> wrote:\n\n" + PLAIN,
    "thunderbird-nl": "Ja.\n\nOp 03-05-2026 om 10:12 schreef Anna via penfriends:\n" + MARKED,
    "thunderbird-ar": "نعم.\n\nفي 03/05/2026 10:12، كتب Anna via penfriends:\n" + MARKED,
    "samsung-ar": "نعم.\n\nتم الإرسال من هاتف Galaxy الخاص بي\n\n-------- الرسالة الأصلية --------\nمن: Anna <a@b.example>\nالتاريخ: 3/5/26\nإلى: b\nالموضوع: c\n\n"
    + PLAIN,
    "quote-head": "Yes.\n\nAnna schrieb am 03.05.2026 um 10:12:\n" + MARKED,
    "quote-head-u": "Yes.\n\nAnna <a@b.example> schrieb am So., 3. Mai 2026, 10:12:\n\n" + PLAIN,
    "fr-ecrit": "Oui.\n\nLe dim. 3 mai 2026 à 10:12, Anna via penfriends <a@b.example>\na écrit :\n\n" + MARKED,
    "gmail-nl-u": "Ja.\n\nOp zo 3 mei 2026 om 10:12 schreef Anna via penfriends <\na@b.example>:\n\n" + PLAIN,
    "apple-fwd": "Ja.\n\nBegin doorgestuurd bericht:\n\n> Van: Anna\n> Datum: 3 mei\n> Onderwerp: x",
    "date-first": "Oui.\n\n03/05/2026 10:12, Anna via penfriends :\n" + MARKED,
}


@pytest.mark.parametrize("program", PROGRAMS)
def test_only_the_letter_is_left(program: str) -> None:
    text = PROGRAMS[program]
    split = split_reply(text)
    assert split.kept == text.partition("\n")[0]
    assert split.sure


@pytest.mark.parametrize(
    ("text", "sure"),
    [
        ("Yes.\n\nP.S. On Monday my mother wrote: come home!\n\nBob", True),
        ("Things:\n> this I like\nBob", False),
        ("My grandmother wrote:\n\n> The kettle hums.\n\nBob", False),
        ("Recipe\n______________\nFlour and eggs.", True),
        ("Dear Anna,\nFrom: the sea\nTo: the hills\nSubject: holidays\nis how I would begin.", False),
        ("First part.\n\n--\n\n" + "Second part.\n" * 9 + "End.", True),
        ("Yes.\n\n- Anna", True),
        ("-----BEGIN PGP SIGNED MESSAGE-----\nis how some letters begin.", True),
    ],
)
def test_words_of_the_writer_stay_whatever_they_look_like(text: str, *, sure: bool) -> None:
    split = split_reply(text)
    assert (split.kept, split.sure) == (text, sure)


def test_a_quoted_line_broken_on_its_way_is_for_a_person_to_judge() -> None:
    long = "> " + "the weather here has been " * 3
    text = f"Yes.\n\nOn 3 May 2026, Anna <a@b.example> wrote:\n{long}\nquite dreadful\n> all week\n"
    assert not split_reply(text).sure


PHONE_LINES = """
Sent from my iPhone
Sent from my iPad
Sent from my Galaxy
Sent from my Samsung Galaxy smartphone.
Sent from my Huawei phone
Sent from my T-Mobile 5G Device
Get Outlook for iOS
Get Outlook for Android<https://aka.ms/x>
Sent from Outlook for Android
Sent from Proton Mail for iOS
Sent with Proton Mail
Sent from Yahoo Mail for iPhone
Von meinem iPhone gesendet
Von meinem iPad gesendet
Gesendet von meinem Xiaomi
Gesendet von Mail für Windows 10
Gesendet mit der GMX Mail App
Gesendet mit der Telekom Mail App
Gesendet mit der WEB.DE Mail App
Von meinem/meiner Galaxy gesendet
Gesendet von Outlook für iOS
Holen Sie sich Outlook für Android
Von Yahoo Mail auf Android gesendet
Diese Nachricht wurde von meinem Android-Gerät mit K-9 Mail gesendet.
Envoyé de mon iPhone
Envoyé de mon iPad
Envoyé depuis mon smartphone Samsung Galaxy.
Envoyé à partir de Outlook pour Android
Envoyé à partir d’Outlook pour iOS
Télécharger Outlook pour iOS
Envoyé depuis l'application Mail Orange
Envoyé avec la messagerie sécurisée Proton Mail.
Provenance : Courrier pour Windows 10
Verstuurd vanaf mijn iPhone
Verzonden vanaf mijn Galaxy
Verzonden vanuit Mail voor Windows
Outlook voor iOS downloaden
Verzonden vanaf Outlook voor Android
Wysłane z iPhone'a
Wysłano z iPhone’a
Wysłane z mojego iPada
Wysłano z telefonu Samsung Galaxy
Wysłane z aplikacji mobilnej Onet
Wysłane z programu Poczta dla systemu Windows
Pobierz Outlook dla systemu Android
أرسلت من الـ iPhone
أرسل من هاتف Galaxy
تم الإرسال من هاتف Huawei الخاص بي
مرسل من الـ iPad
الحصول على Outlook for Android
تم إرساله من Outlook لـ iOS
"""
SENTENCES = """
Sent from Wales with love and a bit of rain
Sent with an apple and a kiss
Sent the mail yesterday
I sent it from my phone.
Get well soon
Von meinem Opa habe ich das Telefon
Gesendet habe ich das Paket am Montag
Envoyé de Paris, avec mon appareil photo
Envoyé avec une orange
Verstuurd met liefde
Wysłano mnie po telefon
"""


@pytest.mark.parametrize("line", PHONE_LINES.strip().split("\n"))
def test_lines_of_phones_are_cut(line: str) -> None:
    assert split_reply(f"Yes.\n\n{line}").kept == "Yes."


@pytest.mark.parametrize("line", SENTENCES.strip().split("\n"))
def test_sentences_that_begin_like_them_stay(line: str) -> None:
    assert split_reply(f"Yes.\n\n{line}").kept == f"Yes.\n\n{line}"
