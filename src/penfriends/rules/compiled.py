"""Where numba is installed (`pip install penfriends[fast]`) a loop is compiled; elsewhere the same loop runs as it is.

One text, two speeds: a compiled loop takes numpy columns, a plain one takes lists, which Python walks faster. So the
answers cannot differ, and a test holds them equal all the same.
"""

import importlib.util
from collections.abc import Callable
from typing import Any

import numpy as np

Loop = Callable[..., Any]
available = importlib.util.find_spec("numba") is not None
_compiled: dict[Loop, Loop] = {}


def fast(loop: Loop) -> Loop:
    """The compiled form of a loop. Compiling takes seconds, so the result is kept on disk where that is allowed."""
    if loop not in _compiled:
        import numba

        try:
            _compiled[loop] = numba.njit(cache=True)(loop)
        except RuntimeError:  # no folder that numba may keep it in
            _compiled[loop] = numba.njit(loop)
    return _compiled[loop]


def run(loop: Loop, *values: Any) -> Any:
    """Call the loop with columns in the shape that suits it. Columns that it changes come back from the loop."""
    if available:
        return fast(loop)(*values)
    return loop(*(value.tolist() if isinstance(value, np.ndarray) else value for value in values))
