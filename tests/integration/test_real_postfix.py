"""Do letters go round through a real Postfix, set up as docs/postfix says, when real mail programs answer them?"""

import asyncio
import re
import shutil
from collections.abc import AsyncIterator, Iterable
from email import message_from_bytes, policy
from pathlib import Path

import aiosmtplib
import pytest
from sqlmodel import col, select

from penfriends.clock import utc_now
from penfriends.mail import return_path
from penfriends.models.delivery import Alias, RawMail, RawMailState
from tests import builders
from tests.support import mail_programs, processes
from tests.support.border import PROVIDER, STRANGER, Border, Mailbox, standing
from tests.support.house import Mail

pytestmark = pytest.mark.skipif(bool(mail_programs.missing()), reason=mail_programs.missing() or "all here")
NO_SUCH = "undeliverable address: No such pen friend address here"


@pytest.fixture(scope="module")
async def world(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Border]:
    folder = tmp_path_factory.mktemp("border")
    shutil.copyfile(sqlite_template, folder / "penfriends.sqlite3")
    async with standing(f"sqlite+aiosqlite:///{folder}/penfriends.sqlite3", folder) as opened:
        yield opened


# --- letters there and back -------------------------------------------------------------------------------------------


def written(box: Mailbox, message_id: str, text: str, *, to: str = "", answers: Mail | None = None) -> bytes:
    """A mail as a mail program writes it: an answer says which mail it answers, as RFC 5322 asks."""
    fields = [f"From: {box.side.mail}", f"To: {to or (answers.reply_to if answers else box.side.alias)}"]
    fields += [f"Message-ID: <{message_id}>", "Date: Sun, 22 Nov 2026 09:30:00 +0100", "MIME-Version: 1.0"]
    if answers is not None:
        theirs = answers.message["Message-ID"]
        line = f"{answers.message['References'] or ''} {theirs}".strip()
        fields += [f"Subject: Re: {answers.subject}", f"In-Reply-To: {theirs}", f"References: {line}"]
    else:
        fields.append("Subject: Something new")
    fields += ["Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: 8bit"]
    mail = "\n".join([*fields, "", text, ""]).encode()
    box.sent.append(mail)
    return mail


def quoted(mail: Mail) -> str:
    return "\n".join(f"> {line}".rstrip() for line in mail.text.splitlines())


def threads(box: Mailbox) -> list[set[str]]:
    """The threads of a mailbox by JWZ's algorithm without its look at subjects, as sets of message ids."""
    above: dict[str, str] = {}

    def root(one: str) -> str:
        return root(above[one]) if one in above else one

    ids = set()
    for raw in [*box.sent, *(mail.raw for mail in box.arrived)]:
        message = message_from_bytes(raw, policy=policy.default)
        mine = str(message["Message-ID"])
        ids.add(mine)
        line = re.findall(r"<[^>]+>", f"{message['References'] or ''}") or [str(message["In-Reply-To"] or "")]
        for parent, child in zip([*line], [*line[1:], mine], strict=True):
            if parent and child not in above and root(parent) != child:
                above[child] = parent
    found: dict[str, set[str]] = {}
    for one in ids:
        found.setdefault(root(one), set()).add(one)
    return sorted(found.values(), key=len)


def id_of(mail: Mail) -> str:
    return str(mail.message["Message-ID"])


def found_in(mail: Mail, words: Iterable[str]) -> list[str]:
    """Which of these words stand in a mail, however they are encoded."""
    everything = mail.everything().lower()
    return [word for word in words if word.lower().encode() in everything]


async def test_letters_go_round_and_thread_in_every_mailbox(world: Border) -> None:
    anna, ben, carla = world.anna, world.ben, world.carla
    first = written(anna, "plums@mail.example", "Dear Ben,\n\nthe plums are ripe. Ümläüte żółć ثمار.\n\nAnna")
    assert "250 2.0.0 Ok" in await world.swaks(first, sender=anna.side.mail, to=anna.side.alias)
    other = written(anna, "radio@mail.example", "Dear Carla,\n\nmy radio speaks.\n\nAnna", to=world.to_carla)
    assert await world.msmtp(other, sender=anna.side.mail) == ""
    plums, radio = await world.until_arrived(ben, 1), await world.until_arrived(carla, 1)

    jam = written(ben, "jam@post.example", above_the_quote(ben, plums), answers=plums)
    assert "250 2.0.0 Ok" in await world.swaks(jam, sender=ben.side.mail, to=plums.reply_to)
    jam_came = await world.until_arrived(anna, 1)
    about_radio = written(carla, "valve@post.example", f"A new valve?\n\nCarla\n\n{quoted(radio)}", answers=radio)
    assert await world.msmtp(about_radio, sender=carla.side.mail) == ""
    valve = await world.until_arrived(anna, 2)
    cinnamon = written(anna, "zimt@mail.example", below_the_quote(jam_came), answers=jam_came)
    assert await world.msmtp(cinnamon, sender=anna.side.mail) == ""
    cinnamon_came = await world.until_arrived(ben, 2)

    with_ben = {"<plums@mail.example>", id_of(jam_came), "<zimt@mail.example>"}
    assert threads(anna) == [{"<radio@mail.example>", id_of(valve)}, with_ben]
    assert threads(ben) == [{id_of(plums), "<jam@post.example>", id_of(cinnamon_came)}]
    assert threads(carla) == [{id_of(radio), "<valve@post.example>"}]
    assert [mail.message["In-Reply-To"] for mail in (jam_came, valve, cinnamon_came)] == [
        "<plums@mail.example>", "<radio@mail.example>", "<jam@post.example>",
    ]  # fmt: skip
    assert "Ümläüte żółć ثمار" in plums.text
    assert "plum jam it is!" in jam_came.text
    assert "mit Zimt?" in cinnamon_came.text
    bens = (ben.side.mail, "Bloggs", "0177", "wrote:", "plums are ripe", "jam@post.example", "laptop.example")
    annas = (anna.side.mail, "Musterfrau", "Hauptstr", "schrieb", "jam it is", "zimt@mail.example", "laptop.example")
    assert found_in(jam_came, bens) == []
    assert found_in(cinnamon_came, annas) == []
    assert found_in(valve, (carla.side.mail, "Nowak", "radio speaks", "valve@post.example")) == []


def above_the_quote(box: Mailbox, letter: Mail) -> str:
    """As Gmail puts it, with a signature."""
    return (
        f"Dear Anna,\n\nplum jam it is!\n\nBen\n-- \nBen Bloggs\n+44 1842 555 0177\n{box.side.mail}\n\n"
        f"On Sun, 22 Nov 2026 at 09:30, Anna via penfriends <\n{letter.reply_to}> wrote:\n\n{quoted(letter)}"
    )


def below_the_quote(letter: Mail) -> str:
    """As Thunderbird puts it, with a signature."""
    return (
        f"Am 22.11.26 um 09:30 schrieb Ben via penfriends <{letter.reply_to}>:\n{quoted(letter)}\n\n"
        "Lieber Ben,\n\nmit Zimt?\n\nAnna\n\n-- \nAnna Musterfrau\nHauptstr. 1, 50354 Hürth"
    )


# --- the border -------------------------------------------------------------------------------------------------------


async def kept(world: Border) -> list[RawMail]:
    async with world.house.tools.database.reading() as db:
        return list(await db.exec(select(RawMail).order_by(col(RawMail.id))))


async def asked(world: Border, address: str) -> str:
    """What the border answers a stranger about an address, with the address left out."""
    said = await world.swaks(
        b"", sender="x@elsewhere.example", to=address, more=(*from_outside(world), "--quit", "RCPT")
    )
    *_, answer = (line for line in said.splitlines() if re.match(r"<..? +\d\d\d [245]\.", line) and " Bye" not in line)
    return answer.split(maxsplit=1)[1].replace(address, "…")


def from_outside(world: Border, host: str = STRANGER) -> tuple[str, ...]:
    """Another computer on the internet speaks to the border."""
    return ("--server", f"127.0.0.1:{world.border.port}", "--local-interface", host)


async def test_r26_the_border_says_the_same_of_unknown_closed_and_foreign_addresses(world: Border) -> None:
    async with world.house.tools.database.transaction() as db:
        dora, eva = [await builders.adult(db, await builders.town(db), name) for name in ("Dora", "Eva")]
        doras, _evas = await builders.correspondence(db, dora, eva)
        alias = (await db.exec(select(Alias).where(Alias.participant_id == doras.id))).one()
        alias.closed_at = utc_now()
        db.add(alias)
    closed = builders.AT.alias(alias.local_part)
    wrong = (
        "aaaaaaaaaaaaaaaaaaaa@letters.test", closed, "postmaster@letters.test", "team-nobody@letters.test",
        return_path.sign(alias.id, b"another key", "bounce.test"),
    )  # fmt: skip
    answers = await asyncio.gather(*(asked(world, address) for address in wrong))
    relayed = await asked(world, "somebody@elsewhere.example")
    assert set(answers) == {f"550 5.1.1 <…>: Recipient address rejected: {NO_SUCH}"}
    assert relayed.startswith("554 5.7.1")


async def test_what_the_border_passes_on_and_what_waits_while_the_mailroom_is_away(world: Border) -> None:
    anna, ben = world.anna.side, world.ben.side
    before = len(await kept(world))
    # A forged From, with the forger's own word that it is genuine.
    forged = written(world.anna, "forged@elsewhere.example", "Send money.")
    forged = b"Authentication-Results: mx.test; dmarc=pass header.from=mail.example\n" + forged
    said = await world.swaks(forged, sender="x@elsewhere.example", to=anna.alias, more=from_outside(world))
    assert "250 2.0.0 Ok" in said
    # One mail for several: each recipient is answered and taken alone.
    several = f"{anna.alias},aaaaaaaaaaaaaaaaaaaa@letters.test,{ben.alias}"
    said = await world.swaks(
        written(world.anna, "several@mail.example", "To both of you."), sender=anna.mail, to=several,
        more=from_outside(world, PROVIDER),
    )  # fmt: skip
    assert said.count("250 2.1.5 Ok") == 2
    assert said.count(NO_SUCH) == 1
    async with aiosmtplib.SMTP(hostname="127.0.0.1", port=world.border.port, start_tls=False) as client:
        await client.sendmail(
            "józef@post.example", [anna.alias], "Subject: Śliwki\r\n\r\nDojrzały".encode(),
            mail_options=["SMTPUTF8", "BODY=8BITMIME"],
        )  # fmt: skip
        with pytest.raises(aiosmtplib.SMTPSenderRefused, match="552"):
            await client.mail(anna.mail, options=[f"SIZE={30 * 2**20}"])
    await processes.until(lambda: are_read(world, before + 4))
    mails = (await kept(world))[before:]
    assert {(one.envelope_from, one.envelope_to, one.state, one.reason) for one in mails} == {
        ("x@elsewhere.example", anna.alias, RawMailState.DROPPED, "failed_authentication"),
        (anna.mail, anna.alias, RawMailState.TAKEN, None),
        (anna.mail, ben.alias, RawMailState.DROPPED, "stranger"),
        ("józef@post.example", anna.alias, RawMailState.DROPPED, "stranger"),
    }

    # The mailroom is away: what the border knows waits with it, what it does not know yet waits with the sender.
    await world.mailroom.kill()
    late = written(world.anna, "late@mail.example", "Better late.")
    assert "250 2.0.0 Ok" in await world.swaks(
        late, sender=anna.mail, to=anna.alias, more=from_outside(world, PROVIDER)
    )
    assert (await asked(world, "bbbbbbbbbbbbbbbbbbbb@letters.test")).startswith("450 4.1.1")
    assert world.border.waiting() == 1
    await world.mailroom.open()
    world.border.nudge()
    await processes.until(lambda: is_idle(world))
    await processes.until(lambda: are_read(world, before + 5))
    assert [one.state for one in (await kept(world))[before + 4 :]] == [RawMailState.TAKEN]


async def are_read(world: Border, count: int) -> bool:
    await world.house.settled()
    mails = await kept(world)
    return len(mails) >= count and all(one.state is not RawMailState.RECEIVED for one in mails)


async def is_idle(world: Border) -> bool:
    return world.border.waiting() == 0
