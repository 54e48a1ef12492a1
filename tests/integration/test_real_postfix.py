"""Do letters go round through a real Postfix, set up as docs/postfix says, when real mail programs answer them?"""

import re
import shutil
from collections.abc import AsyncIterator, Iterable
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from tests.support import border
from tests.support.border import Border, Mailbox, standing
from tests.support.house import Mail

pytestmark = pytest.mark.skipif(bool(border.missing()), reason=border.missing() or "all here")
NO_SUCH = "No such pen friend address here"


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
    async with world.mailroom():
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
