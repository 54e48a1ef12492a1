"""What the header of the writer's own mail tells of them: does none of it reach the friend in the letter's words?"""

from dataclasses import replace

import pytest
from sqlmodel import select

from penfriends.jobs import Job
from penfriends.mail import origins
from penfriends.mail.leaks import Identity
from penfriends.models.delivery import DeliveryState
from penfriends.models.letters import LetterMailId, LetterState
from penfriends.models.residents import Resident
from tests import builders
from tests.support.smtp_sink import SmtpSink, smtp_sink
from tests.support.story import House, house_on
from workers.delivery import deliver
from workers.letters import screen_letter

HEAD = (
    "Authentication-Results: mx.test; dmarc=pass header.from=mail.example\r\n"
    "Received: from laptop.local (dsl.example [9.8.7.6]) by mx.mail.example; Sat, 21 Nov 2026 10:00:00 +0000\r\n"
    "X-Originating-IP: [2001:db8:7::b]\r\nReply-To: anna@office.example\r\n"
)
FROM = "From: =?utf-8?q?Anna_M=C3=BCsterfrau?= <anna.musterfrau@mail.example>\r\n"
ID = "Message-ID: <kx-plums.laptop>\r\n"


async def relayed(house: House, sink: SmtpSink, words: str, *, head: str = HEAD + FROM + ID) -> list[str]:
    """Why a mail of Anna's with these words waits for a person; if it does not, it has reached Ben."""
    policy = replace(builders.POLICY, undo_minutes=0, read_first_letters=0, sample_one_in=10**6)
    house.tools = replace(house.tools, policy=policy)
    await house.post(f"{head}Subject: Plums\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{words}\r\n".encode())
    job, letter_id = house.nudges[-1]
    assert (job, letter_id is None) == (Job.SCREEN_LETTER, False)
    assert letter_id is not None
    await screen_letter(house.tools, letter_id)
    assert (await house.letter(letter_id)).state is LetterState.RELEASED, "nothing but the gate can hold it"
    row = await house.delivery(letter_id)
    await deliver(house.tools, row.id)
    after = await house.delivery(letter_id)
    assert (after.state is DeliveryState.SENT, len(sink.mails)) in ((True, 1), (False, 0))
    return await house.hold_reasons(letter_id)


@pytest.mark.parametrize(
    "words",
    [
        "My computer is 9.8.7.6, it says.",
        "Or 2001:DB8:7::B, who knows.",
        "I wrote kx-plums.laptop before.",
    ],
)
async def test_nothing_of_the_header_leaves(fresh_database: str, words: str) -> None:
    async with smtp_sink() as sink, house_on(fresh_database, sink.port) as house:
        assert await relayed(house, sink, words) == ["leak"]


@pytest.mark.parametrize("words", ["Yours, Anna", "Version 9.8.7.62 is out.", "Frau Holle says hello."])
async def test_a_first_name_and_other_words_pass(fresh_database: str, words: str) -> None:
    async with smtp_sink() as sink, house_on(fresh_database, sink.port) as house:
        assert await relayed(house, sink, words) == []


@pytest.mark.parametrize("signed", ["Anna Musterfrau", "ANNA\r\nMÜSTERFRAU", "Müsterfrau, Anna"])
async def test_who_signs_with_the_whole_name_is_a_first_name_to_the_friend(fresh_database: str, signed: str) -> None:
    async with smtp_sink() as sink, house_on(fresh_database, sink.port) as house:
        assert await relayed(house, sink, f"The plums are ripe.\r\n\r\nYours,\r\n{signed}") == []
        letter = await house.letter((await house.letters())[0].id)
    assert letter.released_text == "The plums are ripe.\n\nYours,\nAnna"
    assert letter.removed_text == signed.replace("\r\n", "\n"), "a moderator sees what was cut"


async def test_two_first_names_that_the_friend_reads_anyway_are_no_secret(fresh_sqlite: str) -> None:
    async with smtp_sink() as sink, house_on(fresh_sqlite, sink.port) as house:
        async with house.database.transaction() as db:
            (await db.get_one(Resident, house.anna.resident_id)).first_name = "Anna Maria"
        head = HEAD + FROM.replace("Anna_M=C3=BCsterfrau", "Anna_Maria") + ID
        assert await relayed(house, sink, "Yours, Anna Maria", head=head) == []
        assert sink.mails[0].mail["From"].startswith("Anna Maria via penfriends")


async def test_a_mail_without_an_id_is_known_by_the_rest(fresh_database: str) -> None:
    async with smtp_sink() as sink, house_on(fresh_database, sink.port) as house:
        assert await relayed(house, sink, "Where is 9.8.7.6?", head=HEAD + FROM) == ["leak"]
        async with house.database.reading() as db:
            row = (await db.exec(select(LetterMailId))).one()
        assert row.message_id == ""
        assert sorted(row.origin) == ["addresses", "full_names", "traces"]
        answer = await house.release("Dear Anna", by=house.ben, parent=row.letter_id)
        await deliver(house.tools, (await house.delivery(answer.id)).id)
        assert sink.mails[0].mail["In-Reply-To"] is None


def test_what_is_kept_is_bounded_and_comes_back_as_it_was() -> None:
    told = Identity(addresses=("a@x.example",), full_names=("Anna " + "x" * 1000,), traces=("198.51.100.23",))
    kept = origins.stored(told)
    assert len(kept["full_names"][0]) == origins.LONGEST
    assert origins.known(kept, public="Anna") == replace(told, full_names=(kept["full_names"][0],))
    assert origins.known({}, public="") == Identity()
