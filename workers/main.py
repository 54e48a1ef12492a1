"""Which jobs does a worker do, and when? All of them on one screen."""

import asyncio
import contextlib
from datetime import UTC
from typing import Any
from uuid import UUID

import structlog
from arq import Worker, cron, func
from arq.cron import CronJob
from redis.exceptions import RedisError

from penfriends.jobs import Job
from penfriends.opening import opened
from penfriends.queue import from_json, redis_settings, to_json
from penfriends.settings import settings
from workers import delivery, letters, matching, sweeps
from workers.apart import run_apart
from workers.tools import Tools, tools_for

JOB_TIMEOUT = 420  # longer than the slowest conversation with a mail server may take
ROUND_TIMEOUT = matching.LONGEST_ROUND + 60
LAST_JOBS = 6  # seconds for jobs to end in when the worker is told to stop; the supervisor waits a little longer
POLL = 0.1
log = structlog.get_logger()


def _tools(ctx: dict[str, Any]) -> Tools:
    found: Tools = ctx["tools"]
    return found


async def read_mail(ctx: dict[str, Any], subject: str) -> None:
    await letters.read_and_screen(_tools(ctx), UUID(subject))


async def screen_letter(ctx: dict[str, Any], subject: str) -> None:
    await letters.screen_letter(_tools(ctx), UUID(subject))


async def deliver(ctx: dict[str, Any], subject: str) -> None:
    await delivery.deliver_in_turn(_tools(ctx), UUID(subject))


async def run_round(ctx: dict[str, Any], subject: str) -> None:
    await matching.run_round(_tools(ctx), UUID(subject), run_apart)


async def propose_matches(ctx: dict[str, Any]) -> None:
    await matching.propose_matches(_tools(ctx), run_apart)


async def sweep_letters(ctx: dict[str, Any]) -> None:
    await sweeps.sweep_letters(_tools(ctx))


async def sweep_unsure(ctx: dict[str, Any]) -> None:
    await sweeps.sweep_unsure(_tools(ctx))


async def sweep_domains(ctx: dict[str, Any]) -> None:
    await sweeps.sweep_domains(_tools(ctx))


async def sweep_people(ctx: dict[str, Any]) -> None:
    await sweeps.sweep_people(_tools(ctx))


async def sweep_retention(ctx: dict[str, Any]) -> None:
    await sweeps.sweep_retention(_tools(ctx))


async def sweep_rounds(ctx: dict[str, Any]) -> None:
    await matching.sweep_rounds(_tools(ctx))


async def sweep_matches(ctx: dict[str, Any]) -> None:
    await matching.sweep_matches(_tools(ctx))


FUNCTIONS: dict[Job, Any] = {
    Job.READ_MAIL: read_mail,
    Job.SCREEN_LETTER: screen_letter,
    Job.DELIVER: deliver,
    Job.RUN_ROUND: run_round,
    Job.PROPOSE_MATCHES: propose_matches,
}
LONG = {Job.RUN_ROUND: ROUND_TIMEOUT, Job.PROPOSE_MATCHES: ROUND_TIMEOUT}


def cron_of(sweep_seconds: int) -> list[CronJob]:
    """What is done by the clock; letters that were forgotten are looked for every `sweep_seconds`."""
    return [
        cron(sweep_letters, second=set(range(0, 60, sweep_seconds)), run_at_startup=True, keep_result=0),
        cron(sweep_unsure, second=set(range(0, 60, sweep_seconds)), keep_result=0),
        cron(sweep_domains, minute=23, run_at_startup=True, keep_result=0),
        cron(sweep_people, minute={7, 37}, run_at_startup=True, keep_result=0),
        cron(sweep_retention, minute=53, keep_result=0),
        cron(sweep_matches, minute={11, 41}, keep_result=0),
        cron(sweep_rounds, second=set(range(0, 60, sweep_seconds)), run_at_startup=True, keep_result=0),
        # once a week; the later hours do nothing unless the first one failed or another round ran
        cron(propose_matches, weekday="mon", hour={3, 4, 5}, minute=20, keep_result=0, timeout=ROUND_TIMEOUT),
    ]


async def work() -> None:
    """Do jobs until told to stop. Without Redis the process ends, and its supervisor starts it again."""
    chosen = settings()
    async with opened(chosen) as database:
        tools = tools_for(chosen, database)
        # arq logs a job's arguments at INFO; ids only, but the log should stay quiet
        worker = Worker(
            functions=[func(done, timeout=LONG.get(job, JOB_TIMEOUT)) for job, done in FUNCTIONS.items()],
            cron_jobs=cron_of(chosen.sweep_seconds),
            redis_settings=_patient(chosen.redis_url),
            ctx={"tools": tools},
            job_serializer=to_json,
            job_deserializer=from_json,
            keep_result=0,
            max_tries=5,
            job_timeout=JOB_TIMEOUT,
            job_completion_wait=LAST_JOBS,
            timezone=UTC,
            poll_delay=POLL,
            health_check_interval=15,
            handle_signals=True,
        )
        tools.lanes.goes_on = lambda: bool(worker.allow_pick_jobs)
        log.info("worker_ready")
        try:
            await worker.async_run()
        except (RedisError, OSError) as error:
            log.error("worker_lost_redis", error=type(error).__name__)
            await _finish(worker, JOB_TIMEOUT)  # nobody told us to hurry
            raise SystemExit(1) from error
        except asyncio.CancelledError:
            log.info("worker_stopped")
        finally:
            await _close(worker)
            if tools.kept is not None:
                await tools.kept.close()


async def _close(worker: Worker) -> None:
    await _finish(worker, LAST_JOBS)
    with contextlib.suppress(RedisError, OSError, asyncio.CancelledError):
        await worker.close()


async def _finish(worker: Worker, within: float) -> None:
    """A mail that is on the wire is worth waiting for: cut off, nobody would know whether it arrived."""
    if worker.tasks:
        await asyncio.wait(worker.tasks.values(), timeout=within)


def _patient(url: str) -> Any:
    found = redis_settings(url)
    found.conn_retries, found.conn_retry_delay = 30, 1
    return found
