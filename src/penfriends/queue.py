"""How is a worker asked? Through Redis, and without a sound when Redis is away: the sweep asks again."""

import json
from typing import Any
from uuid import UUID

import structlog
from arq.connections import ArqRedis, RedisSettings, create_pool
from redis.exceptions import RedisError

from penfriends.jobs import Job

log = structlog.get_logger()


def to_json(value: Any) -> bytes:
    """Jobs travel as JSON: whoever can write to Redis must not be able to run code here, as pickle would let them."""
    return json.dumps(value, default=str).encode()


def from_json(data: bytes) -> Any:
    return json.loads(data)


def redis_settings(url: str) -> RedisSettings:
    """arq's settings for `redis://…` or `unix:///path?db=1`; gives up quickly, because a nudge may be lost."""
    made = RedisSettings.from_dsn(url)
    made.conn_retries = 1
    made.conn_retry_delay = 0
    made.conn_timeout = 1
    return made


class Queue:
    """The connection of one process to the job queue, made at the first wish and made again after a loss."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._pool: ArqRedis | None = None

    async def nudge(self, job: Job, subject: UUID | None) -> None:
        """Ask for `job`. Returns also when Redis is away; the log says so once a wish."""
        if not self.url:
            return
        try:
            if self._pool is None:
                self._pool = await create_pool(
                    redis_settings(self.url), job_serializer=to_json, job_deserializer=from_json
                )
            await self._pool.enqueue_job(job.value, *([str(subject)] if subject else []))
        except (RedisError, OSError, TimeoutError) as error:
            self._pool = None
            log.warning("queue_away", job=job.value, error=type(error).__name__)

    async def close(self) -> None:
        if self._pool is not None:
            await self._pool.aclose()
            self._pool = None
