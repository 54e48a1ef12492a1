"""Is there a browser for the tests that need one, and how is it started?"""

import os
import shutil

PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# No sandbox, because CI runs as root; no traffic of the browser's own. All pages are ours, so they need no processes of
# their own: the last four halve the work of a walk. The shell without windows (Debian: chromium-headless-shell) is
# looked for first, because it does the same pages with a third less.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
    "--no-zygote",
    "--in-process-gpu",
    "--disable-site-isolation-trials",
    "--disable-features=site-per-process",
)


def find() -> str | None:
    """The path of a Chromium: the one that PENFRIENDS_TEST_BROWSER names, else the first in PATH."""
    named = os.environ.get("PENFRIENDS_TEST_BROWSER")
    return named or next(filter(None, map(shutil.which, PROGRAMS)), None)


if __name__ == "__main__":
    print(find() or "")  # for bin/check
