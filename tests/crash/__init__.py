"""Does the relay keep its promise whatever dies, and whenever?

`make crash` runs 100 schedules over four houses (SQLite and PostgreSQL, alone and behind a real Postfix), `make crash
SCHEDULES=1000` all. A schedule is what its seed says: 21 letters by SMTP, LMTP and on the site, what a moderator does
with those that are held, faults of the world's mail servers, kills and crash points (schedule.py). Those that broke the
promise are printed with their seed: `python -m tests.crash --seed N --house postgres --verbose` plays one again; KEEP=1
leaves its folder with every log. What was found stands in docs/crash.md.

The parts are the product's own processes, forked from one that has imported everything (nursery.py); the product holds
no code for this, its functions are wrapped in the child (points.py). Time is ours: when everything waits for a later
hour, the clock of the house jumps there (story.py). The checker (checker.py) compares what the world saw with the rows.

Unsure are told apart: where the world did not say what became of the mail, where our own process was killed past the
point of no return, and for no such reason, which is a fault. Behind a smarthost whose log is read (`truthful`, see
house.Smarthost) every unsure letter is one.
"""
