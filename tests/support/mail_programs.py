"""Are the programs here that the tests with a real Postfix need? Imports nothing of ours: bin/check asks at once."""

import os
import shutil

PROGRAMS = ("postfix", "swaks", "msmtp")


def postfix_is_here() -> bool:
    """Whether there is a Postfix that we may run: it wants to be started by root."""
    return os.geteuid() == 0 and shutil.which("postfix") is not None


def missing() -> str:
    """What these tests lack here, for people; empty if nothing."""
    absent = [name for name in PROGRAMS if shutil.which(name) is None]
    if absent:
        return f"no {', '.join(absent)} here (apt install {' '.join(absent)})"
    return "" if postfix_is_here() else "Postfix is started by root only"


if __name__ == "__main__":
    print(missing())
