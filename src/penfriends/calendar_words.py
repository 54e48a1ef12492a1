"""What do we say about the letters of classes over a year: themes, dates, lights, terms? Sentences for coded values.

Starters are the beginnings of a child's own sentences, to be written on by the child, so they say I and you.
"""

from collections.abc import Mapping

from penfriends.i18n import N_, gettext, ngettext
from penfriends.rules.class_lights import Colour, Reason, Why
from penfriends.rules.letter_calendar import Remark, Step
from penfriends.rules.school_days import DayOff
from penfriends.rules.school_terms import MINISTRIES
from penfriends.rules.term_files import Trouble, TroubleKind
from penfriends.rules.themes import Theme

THEMES: Mapping[Theme, str] = {
    Theme.WHO_I_AM: N_("Who I am"),
    Theme.SCHOOL_DAY: N_("My day at school"),
    Theme.MY_TOWN: N_("My town"),
    Theme.FOOD: N_("Food at home"),
    Theme.FESTIVALS: N_("Days we celebrate"),
    Theme.WEATHER: N_("The weather here"),
    Theme.GAMES: N_("Games we play"),
    Theme.FAVOURITE_PLACE: N_("A place I like"),
    Theme.NATURE: N_("Nature around us"),
    Theme.RECIPE: N_("A recipe"),
    Theme.STORY: N_("A story in two halves"),
    Theme.GOODBYE: N_("Thank you and goodbye"),
}

STARTERS: Mapping[Theme, tuple[str, str, str]] = {
    Theme.WHO_I_AM: (
        N_("My name is …, and I like …"),
        N_("Something I can do well is …"),
        N_("One day I want to learn …"),
    ),
    Theme.SCHOOL_DAY: (
        N_("Our school day begins at … First we …"),
        N_("The lesson I like best is …, because …"),
        N_("In the break we …"),
    ),
    Theme.MY_TOWN: (
        N_("The best thing about my town is …"),
        N_("A sound that everybody knows here is …"),
        N_("Something very old in my town is …, and something new is …"),
    ),
    Theme.FOOD: (
        N_("The food I like best is …"),
        N_("For breakfast I like …"),
        N_("Something that we eat here, and perhaps not where you live, is …"),
    ),
    Theme.FESTIVALS: (
        N_("A day of the year that I look forward to is …"),
        N_("On this day we eat … and we …"),
        N_("A song or a game that belongs to this day is …"),
    ),
    Theme.WEATHER: (
        N_("Today the weather here is …"),
        N_("When it rains, I like to …"),
        N_("The season I like best is …, because …"),
    ),
    Theme.GAMES: (
        N_("The game we play most in our class is …"),
        N_("For this game we need …"),
        N_("The rules are: …"),
    ),
    Theme.FAVOURITE_PLACE: (
        N_("A place that I like is …"),
        N_("When I close my eyes there, I hear …"),
        N_("What I like to do there is …"),
    ),
    Theme.NATURE: (
        N_("An animal that lives near us is …"),
        N_("A tree or a flower that grows here is …"),
        N_("From the window of our classroom we see …"),
    ),
    Theme.RECIPE: (
        N_("My recipe is called …"),
        N_("For this you need …"),
        N_("First you …, then you …"),
    ),
    Theme.STORY: (
        N_("Once upon a time there was …"),
        N_("Suddenly the door opened, and …"),
        N_("Now it is your turn: how does the story end?"),
    ),
    Theme.GOODBYE: (
        N_("Thank you for your letters. I liked it very much when you wrote about …"),
        N_("From you I have learned that …"),
        N_("For the holidays I wish you …"),
    ),
}

STEPS: Mapping[Step, str] = {
    Step.WRITE: N_("Begin to write: %(theme)s"),
    Step.SEND: N_("Letters leave: %(theme)s"),
    Step.READ: N_("Letters are read: %(theme)s"),
}

COLOURS: Mapping[Colour, str] = {
    Colour.GREEN: N_("Going well"),
    Colour.AMBER: N_("Worth a look"),
    Colour.RED: N_("Needs help"),
}

REMARKS: Mapping[Remark, str] = {
    Remark.NO_CLASS_DAYS: N_("The terms of a class are missing, so no dates can be proposed."),
    Remark.NO_COMMON_DAYS: N_("On no day do all classes have school, with enough school days before and after it."),
    Remark.FEWER_ROUNDS: N_("There is no room for more dates in this school year."),
    Remark.CLOSER: N_("Because of holidays, two dates are closer to each other than wished."),
    Remark.LONG_PAUSE: N_("Because of holidays, there is a long pause between two dates."),
}

DAYS_OFF: Mapping[DayOff, str] = {
    DayOff.OUTSIDE_TERMS: N_("outside the terms"),
    DayOff.CLOSED: N_("school closed"),
    DayOff.PUBLIC_HOLIDAY: N_("public holiday"),
    DayOff.WEEKEND: N_("weekend"),
}

TROUBLES: Mapping[TroubleKind, str] = {
    TroubleKind.EMPTY: N_("There are no terms and no days off in it."),
    TroubleKind.TOO_LARGE: N_("The file is too large."),
    TroubleKind.NOT_A_CALENDAR: N_("This calendar cannot be read."),
    TroubleKind.NOT_A_DATE: N_("A date is missing here, as in 26.10.2026 or 2026-10-26."),
    TroubleKind.TOO_MANY_DATES: N_("There are more than two dates here."),
    TroubleKind.UNKNOWN_KIND: N_("Please write “term” or “holiday” here, so that it is clear which it is."),
    TroubleKind.ENDS_BEFORE: N_("The last day is before the first."),
    TroubleKind.TOO_LONG: N_("This is longer than a school year."),
    TroubleKind.OVERLAP: N_("Two terms have days in common."),
    TroubleKind.REPEATS: N_("This repeats itself, which cannot be read. Please enter each time by itself."),
}


def theme_name(theme: Theme) -> str:
    return gettext(THEMES[theme])


def starters(theme: Theme) -> tuple[str, ...]:
    """Three beginnings for a letter, in the language of the moment."""
    return tuple(gettext(one) for one in STARTERS[theme])


def step_title(step: Step, theme: Theme) -> str:
    """What a day is called in a calendar."""
    return gettext(STEPS[step]) % {"theme": theme_name(theme)}


def light_sentence(reason: Reason) -> str:
    """One reason of a light, with its number."""
    if reason.why is Why.NO_DATES:
        return gettext("No dates are agreed yet.")
    if reason.why is Why.NO_TERMS:
        return gettext("The terms are not known yet.")
    if reason.why is Why.ALL_IN and not reason.number:
        return gettext("No letters are expected.")
    if reason.why is Why.TIME_LEFT and not reason.number:
        return gettext("The letters leave today.")
    return _counted(reason.why, reason.number) % {"num": reason.number}


def _counted(why: Why, number: int) -> str:
    match why:
        case Why.ALL_IN:
            return ngettext("The one letter is ready.", "All %(num)d letters are ready.", number)
        case Why.TIME_LEFT:
            return ngettext(
                "%(num)d school day until the letters leave.", "%(num)d school days until the letters leave.", number
            )
        case Why.DAY_OFF:
            return ngettext("School begins again tomorrow.", "School begins again in %(num)d days.", number)
        case Why.LETTERS_MISSING:
            return ngettext("%(num)d letter is missing.", "%(num)d letters are missing.", number)
        case Why.DATE_PASSED:
            return ngettext("The date was %(num)d school day ago.", "The date was %(num)d school days ago.", number)
        case _:
            return ngettext("Nothing heard for %(num)d school day.", "Nothing heard for %(num)d school days.", number)


def remark_sentence(remark: Remark) -> str:
    return gettext(REMARKS[remark])


def source_sentence(region: str) -> str:
    """Where the terms of a region come from, and what is still to be done with them."""
    ministry = MINISTRIES[region.partition("-")[0]]
    return gettext("From the calendar of: %(ministry)s. Please check it and add your school’s own days off.") % {
        "ministry": ministry
    }


def trouble_sentence(trouble: Trouble) -> str:
    """What is wrong in a line of a file, or with the whole of it."""
    what = gettext(TROUBLES[trouble.kind])
    return gettext("Line %(line)d: %(what)s") % {"line": trouble.line, "what": what} if trouble.line else what
