"""Which invented people, towns and letters fill an empty installation, so that somebody can look around?"""
