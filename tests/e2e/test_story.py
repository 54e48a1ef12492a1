"""Two people who do not know each other become pen friends: from the first page to the answer, with nothing replaced.

Margaret writes on the website, in English. Helga speaks German, has no JavaScript, and answers from her mail program.
Neither ever learns the other's address.
"""

import pytest
from playwright.async_api import Browser, Page

from tests.support.house import House, Mail
from tests.support.walk import (
    Browsing,
    Newcomer,
    approve_match,
    browsing,
    confirm,
    follow,
    press,
    release_letter,
    sign_up,
    staff_sign_in,
    write_letter,
)

pytestmark = pytest.mark.timeout(300)  # seconds enough for a machine that others use, too

MARGARET = Newcomer(
    "Margaret", "thetford", 1953, "margaret.osborne@example.org", languages=(("en", "first"), ("de", "little")),
    medium="web",
)  # fmt: skip
HELGA = Newcomer(
    "Helga", "huerth", 1956, "helga.rademacher@example.net", languages=(("de", "first"), ("en", "well")),
)  # fmt: skip
MODERATOR = "ilse.hargreave@team.example"
LETTER = "Dear Helga,\n\nfrom my kitchen window I see the river and two swans.\nWhat do you see from yours?\n\nMargaret"
ANSWER = "Dear Margaret,\n\nfrom my window I see the market and the old water tower. The swans sound lovely."
QUOTED = "Am Sa., 21. Nov. 2026 um 10:12 Uhr schrieb Margaret über penfriends <{alias}>:"
SIGNATURE = "Helga Rademacher\nLindenstrasse 12, 50354 Huerth\nTel. 02233 123456"


def gmail_answer(to: Mail, *, sender: str, written: str, message_id: str = "<CAF1@mail.example.net>") -> bytes:
    """A mail as Gmail makes it: text and HTML, the letter quoted below, and a signature before it."""
    tail = "\n".join(f"> {line}" for line in to.text.splitlines())
    quoted = QUOTED.format(alias=to.reply_to)
    plain = f"{written}\n\n-- \n{SIGNATURE}\n\n{quoted}\n\n{tail}\n"
    rich = (
        "<div dir='ltr'>" + written.replace("\n", "<br>") + "<br><div class='gmail_signature'>-- <br>"
        + SIGNATURE.replace("\n", "<br>") + "</div></div><br><div class='gmail_quote'><div class='gmail_attr'>"
        + quoted.replace("<", "&lt;").replace(">", "&gt;") + "</div><blockquote class='gmail_quote'>"
        + to.text.replace("\n", "<br>") + "</blockquote></div>"
    )  # fmt: skip
    lines = [
        f'From: "Helga Rademacher" <{sender}>', f"To: {to.reply_to}", f"Subject: Re: {to.subject}",
        f"Message-ID: {message_id}", f"In-Reply-To: {to.message['Message-ID']}",
        f"References: {to.message['Message-ID']}", "Date: Sat, 21 Nov 2026 11:30:00 +0100", "MIME-Version: 1.0",
        "X-Originating-IP: [192.0.2.77]", 'Content-Type: multipart/alternative; boundary="b1"', "",
        "--b1", "Content-Type: text/plain; charset=UTF-8", "", plain,
        "--b1", "Content-Type: text/html; charset=UTF-8", "", rich, "--b1--", "",
    ]  # fmt: skip
    return "\n".join(lines).replace("\n", "\r\n").encode()


def assert_nothing_leaked(home: House, one: Newcomer, other: Newcomer) -> None:
    """No byte of one's address reaches the other, in any header, part or encoding; nor the signature."""
    for reader, hidden in ((one, other), (other, one)):
        mailbox = home.post.to(reader.email)
        assert mailbox
        for mail in mailbox:
            seen = mail.everything().lower()
            for secret in (hidden.email, hidden.email.partition("@")[0], "rademacher", "02233", "192.0.2.77"):
                if reader is HELGA and secret in ("rademacher", "02233", "192.0.2.77"):
                    continue  # her own name, in her own mailbox
                assert secret.encode() not in seen, (reader.first_name, secret, mail.subject)


async def both_sign_up(home: House, first: Page, second: Page) -> None:
    for page, who in ((first, MARGARET), (second, HELGA)):
        await sign_up(page, who)
        await confirm(page, home, who)


async def become_friends(home: House, browser: Browser, desk: Page, margaret: Page) -> None:
    """A round, a moderator's yes, and two times yes: signed in, and from the mail without signing in."""
    await home.match_round()
    await staff_sign_in(desk, MODERATOR)
    await approve_match(desk)
    await home.settled()
    await margaret.goto("/me")
    await follow(margaret.locator('main a[href^="/matches/"]').first)
    await press(margaret, "/acceptance")
    async with browsing(browser, home.url, language="de", script=False) as reading_mail:
        await reading_mail.page.goto(home.post.latest(HELGA.email).link("/m/"))
        await follow(reading_mail.page.locator('main button[name="answer"][value="yes"]'))
    await home.settled()
    assert "Margaret" in home.post.latest(HELGA.email).subject


async def write_and_release(home: House, margaret: Page, desk: Page) -> Mail:
    """Margaret's first letter is held, read and let go; the mail that Helga gets."""
    before = len(home.post.to(HELGA.email))
    await write_letter(margaret, LETTER)
    await home.settled()
    assert len(home.post.to(HELGA.email)) == before, "a first letter left without being read"
    await release_letter(desk)
    await home.settled()
    assert len(home.post.to(HELGA.email)) == before + 1
    arrived = home.post.latest(HELGA.email)
    assert "two swans" in arrived.text
    return arrived


async def read_thread(margaret: Page) -> str:
    await margaret.goto("/letters")
    await follow(margaret.locator('main a[href^="/letters/with/"]').first)
    return await margaret.locator("main").inner_text()


async def friends(home: House, browser: Browser, desk: Browsing, margaret: Browsing) -> Mail:
    """Everything up to Margaret's letter in Helga's mailbox."""
    async with browsing(browser, home.url, language="de", script=False) as helga:
        await both_sign_up(home, margaret.page, helga.page)
        assert await helga.page.locator("html").get_attribute("lang") == "de"
    await become_friends(home, browser, desk.page, margaret.page)
    return await write_and_release(home, margaret.page, desk.page)


async def test_two_adults_become_friends(home: House, browser: Browser) -> None:
    async with browsing(browser, home.url) as margaret, browsing(browser, home.url) as desk:
        arrived = await friends(home, browser, desk, margaret)

        answer = gmail_answer(arrived, sender=HELGA.email, written=ANSWER)
        await home.arrives(answer, sender=HELGA.email, to=arrived.reply_to)
        assert "water tower" not in await read_thread(margaret.page), "an answer was shown before it was read"
        await release_letter(desk.page)
        await home.settled()
        shown = await read_thread(margaret.page)
        assert "the old water tower" in shown
        assert_clean(shown)

        await a_mail_that_nobody_vouched_for(home, browser, arrived)
        await release_letter(desk.page)
        await home.settled()
        shown = await read_thread(margaret.page)
        assert "a heron stood on the roof" in shown
        assert_clean(shown)
        assert_nothing_leaked(home, MARGARET, HELGA)


def assert_clean(shown: str) -> None:
    """Neither the quotation nor the signature of the mail program is in the thread."""
    for cut in ("schrieb", "Rademacher", "02233", "Lindenstrasse", "> Dear Helga"):
        assert cut not in shown


async def a_mail_that_nobody_vouched_for(home: House, browser: Browser, arrived: Mail) -> None:
    """Anybody could have sent it: the registered address is asked, and only then is it a letter (rule R27)."""
    written = "Dear Margaret,\n\nthis morning a heron stood on the roof of the town hall."
    mail = gmail_answer(arrived, sender=HELGA.email, written=written, message_id="<CAF2@mail.example.net>")
    before = len(home.post.to(HELGA.email))
    await home.arrives(mail, sender=HELGA.email, to=arrived.reply_to, vouched=False)
    asked = home.post.to(HELGA.email)[before:]
    assert len(asked) == 1
    async with browsing(browser, home.url) as helga:
        await helga.page.goto(asked[0].link("/k/"))
        await follow(helga.page.locator("main form button.btn--primary"))
        await helga.page.wait_for_load_state()
    await home.settled()
