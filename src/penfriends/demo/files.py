"""Where do the demo's data files lie, and how are they read?"""

import json
from functools import cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"


@cache
def read_json(name: str) -> Any:
    """The content of `data/<name>.json`. Shared by all callers: read it, never change it."""
    return json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))


def read_text(name: str) -> str:
    return (DATA / name).read_text(encoding="utf-8")
