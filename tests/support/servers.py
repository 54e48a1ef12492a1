"""Which servers does this test run use, and who started them?

The process that started the run (xdist calls it the controller) starts a server the first time anybody asks, and ends
it with the run; the workers are told the addresses. PENFRIENDS_TEST_PG and PENFRIENDS_TEST_REDIS name others.
"""

import os
from typing import TypedDict

import pytest

from tests.support import pgserver, valkey


class Addresses(TypedDict):
    """What a worker is told: the address, or why there is none."""

    postgres: str | None
    postgres_missing: str
    valkey: str | None
    valkey_missing: str


class Servers:
    """The servers of one test run, seen from one of its processes."""

    def __init__(self, told: Addresses | None) -> None:
        self._told = told
        self._postgres: pgserver.PostgresServer | None = None
        self._valkey: valkey.ValkeyServer | None = None

    def postgres(self) -> str:
        """The address of a PostgreSQL server; skips the test where none can be had."""
        told = self._told or self.addresses(valkey_too=False)
        return told["postgres"] or pytest.skip(told["postgres_missing"])

    def valkey(self, database: int) -> str:
        """The address of one database of a Valkey server; skips the test where none can be had."""
        told = self._told or self.addresses(postgres_too=False)
        base = told["valkey"] or pytest.skip(told["valkey_missing"])
        return f"{base}?db={database}"

    def addresses(self, *, postgres_too: bool = True, valkey_too: bool = True) -> Addresses:
        """Start what is not running yet, and say where it is."""
        told = Addresses(
            postgres=os.environ.get("PENFRIENDS_TEST_PG"),
            postgres_missing="",
            valkey=os.environ.get("PENFRIENDS_TEST_REDIS"),
            valkey_missing="",
        )
        if postgres_too and not told["postgres"]:
            try:
                self._postgres = self._postgres or pgserver.start()
                told["postgres"] = self._postgres.url()
            except (OSError, RuntimeError) as error:
                told["postgres_missing"] = str(error)
        if valkey_too and not told["valkey"]:
            try:
                self._valkey = self._valkey or valkey.start()
                told["valkey"] = self._valkey.url().partition("?")[0]
            except (OSError, RuntimeError) as error:
                told["valkey_missing"] = str(error)
        return told

    def stop(self) -> None:
        for server in (self._postgres, self._valkey):
            if server is not None:
                server.stop()
