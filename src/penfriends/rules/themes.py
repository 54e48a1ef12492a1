"""What can a round of letters be about?

Nothing here asks for religion, politics, health, an address or who is at home (R47): every theme can be answered by any
child of any family. The sentences are in `calendar_words`.
"""

import enum

STARTERS_EACH = 3


class Theme(enum.StrEnum):
    """In the order in which they are proposed over a year."""

    WHO_I_AM = "who_i_am"
    SCHOOL_DAY = "school_day"
    MY_TOWN = "my_town"
    FOOD = "food"
    FESTIVALS = "festivals"
    WEATHER = "weather"
    GAMES = "games"
    FAVOURITE_PLACE = "favourite_place"
    NATURE = "nature"
    RECIPE = "recipe"
    STORY = "story"  # in two halves: one begins, the partner ends it
    GOODBYE = "goodbye"


def themes_for(rounds: int) -> tuple[Theme, ...]:
    """A theme for each round of a year: first who I am, last thank you and goodbye, and the others evenly from the
    list in between. From the thirteenth round on themes come again, but these two never."""
    if rounds <= 1:
        return (Theme.WHO_I_AM,)[:rounds]
    between = [theme for theme in Theme if theme not in {Theme.WHO_I_AM, Theme.GOODBYE}]
    inner = rounds - 2
    if inner <= len(between):
        chosen = [between[at * len(between) // inner] for at in range(inner)]
    else:
        chosen = [between[at % len(between)] for at in range(inner)]
    return (Theme.WHO_I_AM, *chosen, Theme.GOODBYE)
