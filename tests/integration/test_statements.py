"""Does a letter ask the database more than it must? The bounds fail when somebody adds a statement a letter."""

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace

from sqlalchemy import event

from penfriends.jobs import Job
from penfriends.models.letters import LetterState
from tests import builders
from tests.support.smtp_sink import smtp_sink
from tests.support.story import House, house_on
from workers.delivery import deliver
from workers.letters import read_mail, screen_letter

# What stands now, BEGIN included. Lower them when you need fewer; think before you raise one.
MOST = {"take in": 4, "read": 10, "screen": 7, "deliver": 14}
BUT = ("SCAN CONSTANT ROW", "SCAN (subquery")  # made up inside the statement, no table
MAIL = (
    b"Authentication-Results: mx.test; dmarc=pass header.from=mail.example\r\n"
    b"From: Anna <anna.musterfrau@mail.example>\r\nSubject: Plums\r\nMessage-ID: <%d@mail.example>\r\n\r\n"
    b"Dear Ben,\r\n\r\nthe plums are ripe.\r\n\r\nYours, Anna\r\n"
)


@contextmanager
def counted(house: House, step: str, counts: Counter[str]) -> Iterator[None]:
    """Inside, every statement counts for `step`."""

    def count(*_given: object) -> None:
        counts[step] += 1

    engine = house.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", count)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", count)


async def one_letter(house: House, number: int) -> Counter[str]:
    """The statements of a letter of Anna's on its way to Ben, by step."""
    counts: Counter[str] = Counter()
    with counted(house, "take in", counts):
        raw_mail_id = await house.take_in(MAIL % number)
    with counted(house, "read", counts):
        await read_mail(house.tools, raw_mail_id)
    letter_id = house.nudges[-1][1]
    assert letter_id is not None
    with counted(house, "screen", counts):
        await screen_letter(house.tools, letter_id)
    job, delivery_id = house.nudges[-1]
    assert job is Job.DELIVER
    assert delivery_id is not None
    with counted(house, "deliver", counts):
        await deliver(house.tools, delivery_id)
    assert (await house.letter(letter_id)).state is LetterState.DELIVERED
    return counts


@asynccontextmanager
async def quick_house(url: str) -> AsyncIterator[House]:
    """A house that lets letters go at once."""
    async with smtp_sink() as server, house_on(url, server.port) as house:
        policy = replace(builders.POLICY, undo_minutes=0, read_first_letters=0, sample_one_in=10**6)
        house.tools = replace(house.tools, policy=policy)
        yield house


async def test_statements_of_a_letter(fresh_sqlite: str) -> None:
    async with quick_house(fresh_sqlite) as house:
        first = await one_letter(house, 1)
        for number in range(2, 6):
            last = await one_letter(house, number)
    assert {step: count for step, count in last.items() if count > MOST[step]} == {}
    assert last.total() <= first.total(), "the fifth letter of a thread costs more than the first"


async def test_no_statement_of_a_letter_walks_through_a_table_that_grows(fresh_sqlite: str) -> None:
    """What a letter costs must not grow with the letters before it: each table is entered by an index."""
    asked: dict[str, object] = {}

    def remember(_connection: object, _cursor: object, statement: str, parameters: object, *_more: object) -> None:
        asked[statement] = parameters

    async with quick_house(fresh_sqlite) as house:
        event.listen(house.database.engine.sync_engine, "before_cursor_execute", remember)
        for number in range(1, 3):
            await one_letter(house, number)
        event.remove(house.database.engine.sync_engine, "before_cursor_execute", remember)
        async with house.database.engine.connect() as connection:
            walked = {
                (step, statement)
                for statement, parameters in asked.items()
                if statement.startswith(("SELECT", "UPDATE", "DELETE", "WITH"))
                for *_, step in await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
                if step.startswith("SCAN") and not step.startswith(BUT)
            }
    assert walked == set()
