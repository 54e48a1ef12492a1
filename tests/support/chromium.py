"""Is there a browser for the tests that need one, and how is it started?"""

import os
import shutil

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# No sandbox, because CI runs as root; no traffic of the browser's own.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
)


def find() -> str | None:
    """The path of a Chromium: the one that PENFRIENDS_TEST_BROWSER names, else the first in PATH."""
    named = os.environ.get("PENFRIENDS_TEST_BROWSER")
    return named or next(filter(None, map(shutil.which, PROGRAMS)), None)


if __name__ == "__main__":
    print(find() or "")  # for bin/check
