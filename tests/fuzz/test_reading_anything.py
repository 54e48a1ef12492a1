"""Does every mail become a parsed mail with a class or a reason, within what it may cost? `make fuzz` asks longer."""

import os
from collections.abc import Iterator
from dataclasses import replace

import pytest

from penfriends.mail.inbound import MailClass
from tests.fuzz.__main__ import ALLOWED, BROKEN, outcome
from tests.fuzz.mutator import mutation, seeds
from tests.fuzz.storms import STORMS
from workers.reading import LARGE, MEGABYTE, Reader

CLASSES = frozenset(MailClass)
REASONS = frozenset(
    {"header_block_too_large", "header_too_large", "too_many_parts", "too_deep", "too_complex", "text_too_long"}
)
AT_FULL_SIZE = ("picture-bomb", "one-line")
SOME = sorted(STORMS) if os.environ.get("PENFRIENDS_THOROUGH") else sorted(STORMS)[::3]  # `make fuzz`: all of them


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    made = Reader(small=replace(ALLOWED, seconds=5.0))  # `make fuzz` holds to one second; others may be at work here
    yield made
    made.close()


def test_torn_mails(reader: Reader) -> None:
    sources = seeds()
    found = {number: outcome(reader, mutation(7, number, sources)) for number in range(500)}
    assert {number: what for number, what in found.items() if what in BROKEN} == {}
    assert set(found.values()) <= CLASSES | REASONS
    assert set(found.values()) >= {MailClass.HUMAN, MailClass.BOUNCE, "too_many_parts"}


def test_a_mutation_is_always_the_same() -> None:
    sources = seeds()
    assert [mutation(3, 5, sources)] * 3 == [mutation(3, 5, sources) for _ in range(3)]


@pytest.mark.parametrize("name", SOME)
def test_storms_of_a_megabyte(name: str, reader: Reader) -> None:
    """64 MiB above idle: the process is ended beyond."""
    assert outcome(reader, STORMS[name](MEGABYTE - 2000)[:MEGABYTE]) not in BROKEN


@pytest.mark.parametrize("name", AT_FULL_SIZE)
def test_storms_of_25_megabytes(name: str, reader: Reader) -> None:
    """512 MiB and ten seconds."""
    assert (LARGE.memory, LARGE.seconds) == (512 * MEGABYTE, 10)
    assert outcome(reader, STORMS[name](24 * MEGABYTE)[: 25 * MEGABYTE]) not in BROKEN
