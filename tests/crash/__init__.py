"""Does the relay keep its promise whatever dies, and whenever? `make crash`, or `python -m tests.crash --help`."""
