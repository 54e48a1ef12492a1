"""Do later: the jobs of the queue, and the mailroom, which is the door for mail."""
