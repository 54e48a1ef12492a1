"""How is a round given to a process of its own, and ended with this one?"""

import asyncio
import sys
from contextlib import suppress
from uuid import UUID


async def run_apart(round_id: UUID) -> int:
    """Start the process and wait for its end; ends it when this job is cancelled. Returns its exit code."""
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "penfriends", "round", str(round_id))
    try:
        return await process.wait()
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
