"""How is a worker asked? Through Redis, and without a sound when Redis is away: the sweep asks again."""

import asyncio
import contextlib
import json
from typing import Any
from uuid import UUID

import structlog
from arq.connections import ArqRedis, RedisSettings, create_pool
from redis.exceptions import RedisError

from penfriends.jobs import Job

ANSWER_WITHIN = 1.0  # seconds for one wish
FORGET_AFTER = 3.0  # seconds for which a queue that did not answer is left in peace
log = structlog.get_logger()


def to_json(value: Any) -> bytes:
    """Jobs travel as JSON: whoever can write to Redis must not be able to run code here, as pickle would let them."""
    return json.dumps(value, default=str).encode()


def from_json(data: bytes) -> Any:
    return json.loads(data)


def redis_settings(url: str) -> RedisSettings:
    """arq's settings for `redis://…` or `unix:///path?db=1`; gives up quickly, because a nudge may be lost."""
    made = RedisSettings.from_dsn(url)
    made.conn_retries = 0
    made.conn_retry_delay = 0
    made.conn_timeout = 1
    return made


class Queue:
    """The connection of one process to the job queue, made at the first wish and made again after a loss.

    A queue that did not answer is not asked again for some seconds: requests must not wait for it one by one.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self._pool: ArqRedis | None = None
        self._away_until = 0.0
        self._asking = asyncio.Lock()

    async def nudge(self, job: Job, subject: UUID | None) -> None:
        """Ask for `job`. Returns within about a second also when Redis is away or hangs; the log says so."""
        if not self.url or self._is_away():
            return
        async with self._asking:
            if self._is_away():  # another wish has just found out
                return
            try:
                async with asyncio.timeout(ANSWER_WITHIN):
                    await self._ask(job, subject)
            except (RedisError, OSError, TimeoutError) as error:
                self._away_until = asyncio.get_running_loop().time() + FORGET_AFTER
                await self._drop()
                log.warning("queue_away", job=job.value, error=type(error).__name__)

    async def close(self) -> None:
        await self._drop()

    def _is_away(self) -> bool:
        return asyncio.get_running_loop().time() < self._away_until

    async def _ask(self, job: Job, subject: UUID | None) -> None:
        if self._pool is None:
            self._pool = await create_pool(redis_settings(self.url), job_serializer=to_json, job_deserializer=from_json)
        await self._pool.enqueue_job(job.value, *([str(subject)] if subject else []))

    async def _drop(self) -> None:
        dropped, self._pool = self._pool, None
        if dropped is not None:
            with contextlib.suppress(RedisError, OSError, TimeoutError):
                async with asyncio.timeout(ANSWER_WITHIN):
                    await dropped.aclose()
