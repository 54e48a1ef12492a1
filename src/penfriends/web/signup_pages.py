"""What does each question of the sign-up show, and how do its answers become values of the draft?"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from babel.lists import format_list
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import consent, signup
from penfriends.actions.newcomers import towns_open
from penfriends.actions.telling import linked_towns
from penfriends.i18n import current, gettext, locale_of, pgettext
from penfriends.models.places import Town
from penfriends.rules.bands import Band, Birth, age_on
from penfriends.rules.consent import OWN_ADDRESS_AGE, Agreement, agreement
from penfriends.rules.interests import GROUPS, INTERESTS
from penfriends.rules.matching import Medium
from penfriends.rules.sign_up import Answers, Step, Who, birth_is_known, most_friends
from penfriends.web.forms import Form, birth
from penfriends.web.forms import signup as forms
from penfriends.web.respond import country_name, interest_name, language_name, town_name

Values = dict[str, Any]
PROGRESS = (Step.TOWN, Step.AGE, Step.ABOUT, Step.LANGUAGES, Step.LIKES, Step.HOW)
ORDER = tuple(Step)


@dataclass(frozen=True, slots=True)
class Place:
    """What the questions need to know of the world."""

    today: date
    towns: list[Town]
    town: Town | None
    wishes: list[Town]
    own_from: int
    children_open: bool


async def place_of(db: AsyncSession, answers: Answers, *, now: datetime) -> Place:
    """The towns, the chosen one, its twins, and the rules of its country."""
    town = await signup.town_of(db, answers)
    return Place(
        today=now.date(),
        towns=sorted(await towns_open(db), key=town_name),
        town=town,
        wishes=await linked_towns(db, town.id) if town else [],
        own_from=await signup.own_age_of(db, answers),
        children_open=await consent.children_open(db, town.id) if town else True,
    )


def agreement_of(answers: Answers, place: Place) -> Agreement | None:
    """Whose yes is needed, once the birthday is known."""
    if answers.birth is None or not birth_is_known(answers.birth, place.today, for_child=answers.who is Who.CHILD):
        return None
    return agreement(answers.birth, place.today, place.own_from)


def stop(answers: Answers, place: Place) -> str:
    """The page that ends the sign-up kindly, or nothing: under 8, or no safeguarding team (rules R01, R46)."""
    asked = agreement_of(answers, place)
    if asked is Agreement.TOO_YOUNG:
        return "signup/too_young.html"
    if asked in (Agreement.GUARDIAN, Agreement.INFORMED) and not place.children_open:
        return "signup/children_off.html"
    return ""


# --- forms, filled with what is known --------------------------------------------------------------------------------


def form_for(step: Step, answers: Answers, place: Place, sent: Any = None) -> Any:
    """The form of a question, with the answers so far or with what was just sent."""
    build: Callable[[Answers, Place, Any], Form] = _FORMS[step]
    return build(answers, place, sent)


def _town(answers: Answers, place: Place, sent: Any) -> Form:
    return forms.TownForm(sent, data={"town": answers.town}).offer(place.towns)


def _age(answers: Answers, _place: Place, sent: Any) -> Form:
    return birth.AgeForm(sent, data={"year": str(answers.birth.year) if answers.birth else ""})


def _birthday(answers: Answers, _place: Place, sent: Any) -> Form:
    born = answers.birth.on if answers.birth else None
    year = str(answers.birth.year) if answers.birth else ""
    known = {"day": str(born.day), "month": str(born.month)} if born else {}
    return birth.BirthdayForm(sent, data={**known, "year": year})


def _about(answers: Answers, place: Place, sent: Any) -> Form:
    known = {
        "first_name": answers.first_name,
        "email": answers.email,
        "guardian_email": answers.guardian_email,
        "avatar": answers.avatar,
    }
    form = _about_form(answers, place)(sent, data=known)
    if answers.who is Who.CHILD and "guardian_email" in form:
        forms.ask_parent(form)
    return form


def _about_form(answers: Answers, place: Place) -> type[Form]:
    asked = agreement_of(answers, place)
    if asked is Agreement.OWN:
        return forms.AdultAboutForm
    if asked is Agreement.INFORMED:
        return forms.OwnYesAboutForm
    old_enough = answers.birth is not None and age_on(answers.birth, place.today) >= OWN_ADDRESS_AGE
    return forms.TeenAboutForm if old_enough else forms.ChildAboutForm


def _languages(answers: Answers, _place: Place, sent: Any) -> Form:
    known: Values = {}
    for spoken in answers.languages:
        known[f"level_{spoken.code}"] = spoken.level.value
        known[f"practise_{spoken.code}"] = spoken.practises
    return forms.LanguagesForm(sent, data=known)


def _likes(answers: Answers, place: Place, sent: Any) -> Form:
    band = answers.band(place.today)
    facts = [*answers.facts, "", ""]
    known = {
        "pictures": [code for code in answers.likes if INTERESTS[code].icon],
        "more": [code for code in answers.likes if not INTERESTS[code].icon],
        "fact_one": facts[0],
        "fact_two": facts[1],
        "question": answers.question,
    }
    kind = forms.AdultLikesForm if band is Band.ADULT else forms.LikesForm
    return kind(sent, data=known).offer(band)


def _how(answers: Answers, place: Place, sent: Any) -> Form:
    known = {
        "medium": (answers.medium or Medium.WEB).value,
        "wished_town": answers.wished_town,
        "capacity": str(answers.capacity),
        "twin_of_twin": answers.twin_of_twin,
    }
    most = most_friends(age_on(answers.birth, place.today)) if answers.birth else 1
    return forms.HowForm(sent, data=known).offer(place.wishes, most)


def _check(_answers: Answers, _place: Place, sent: Any) -> Form:
    return forms.CheckForm(sent)


_FORMS: Mapping[Step, Callable[[Answers, Place, Any], Form]] = {
    Step.TOWN: _town,
    Step.AGE: _age,
    Step.BIRTHDAY: _birthday,
    Step.ABOUT: _about,
    Step.LANGUAGES: _languages,
    Step.LIKES: _likes,
    Step.HOW: _how,
    Step.CHECK: _check,
}

# --- what a good form leaves in the draft ----------------------------------------------------------------------------


def values_of(step: Step, form: Any, place: Place) -> Values | None:
    """The values for the draft, or None if something does not fit; the form then carries the sentence."""
    if not form.validate():
        return None
    return _VALUES[step](form, place)


def _age_values(form: birth.AgeForm, place: Place) -> Values | None:
    year = form.judge(place.today)
    return None if year is None else signup.birth_values(Birth(year))


def _birthday_values(form: birth.BirthdayForm, place: Place) -> Values | None:
    born = form.judge(place.today)
    return None if born is None else signup.birth_values(Birth(born.year, born))


def _languages_values(form: forms.LanguagesForm, _place: Place) -> Values | None:
    chosen = form.judge()
    return {"languages": [[one.code, one.level.value, one.practises] for one in chosen]} if chosen else None


def _likes_values(form: Any, _place: Place) -> Values:
    adult = "question" in form
    facts = [form.fact_one.data, form.fact_two.data] if adult else []
    return {"likes": form.likes, "facts": facts, "question": form.question.data if adult else ""}


def _how_values(form: forms.HowForm, _place: Place) -> Values:
    return {
        "medium": form.medium.data,
        "wished_town": form.wished_town.data,
        "capacity": int(form.capacity.data),
        "twin_of_twin": form.twin_of_twin.data,
    }


def _as_typed(form: Form, _place: Place) -> Values:
    return {name: field.data for name, field in form._fields.items()}


def _about_values(form: Form, place: Place) -> Values:
    """An address that this form does not ask for is forgotten: a child's draft keeps no adult's answer."""
    return {"email": "", "guardian_email": "", **_as_typed(form, place)}


_VALUES: Mapping[Step, Callable[[Any, Place], Values | None]] = {
    Step.TOWN: _as_typed,
    Step.AGE: _age_values,
    Step.BIRTHDAY: _birthday_values,
    Step.ABOUT: _about_values,
    Step.LANGUAGES: _languages_values,
    Step.LIKES: _likes_values,
    Step.HOW: _how_values,
    Step.CHECK: lambda _form, _place: {},
}

# --- what every page of the wizard shows -----------------------------------------------------------------------------


def shown(step: Step, answers: Answers, place: Place) -> Values:
    """What the template of a question is given besides its form."""
    asked = agreement_of(answers, place)
    on_way = Step.AGE if step is Step.BIRTHDAY else step
    return {
        "step": step.value,
        "current": PROGRESS.index(on_way) + 1 if on_way in PROGRESS else len(PROGRESS),
        "back": back_from(step, answers),
        "answers": answers,
        "for_child": answers.who is Who.CHILD,
        "is_child": asked is not None and asked is not Agreement.OWN,
        "agreement": asked.value if asked else "",
        "town": place.town,
        "twins": [town_name(one) for one in place.wishes[:4]],
        "card": card_lines(answers),
        "country": country_name(place.town.country) if place.town else "",
        "today": place.today,
    }


def back_from(step: Step, answers: Answers) -> str:
    """The question before."""
    skipped = Step.AGE if answers.who is Who.CHILD else Step.BIRTHDAY
    before = [one for one in ORDER[: ORDER.index(step)] if one is not skipped]
    return "/join" if not before or before[-1] is Step.START else f"/join/{before[-1].value}"


def card_lines(answers: Answers) -> list[str]:
    """What the friend will see, line by line."""
    lines = []
    if answers.languages:
        named = joined([language_name(spoken.code) for spoken in answers.languages])
        lines.append(gettext("Writes %(languages)s") % {"languages": named})
    if answers.likes:
        lines.append(gettext("Likes %(things)s") % {"things": joined([interest_name(code) for code in answers.likes])})
    return [*lines, *([answers.question] if answers.question else [])]


def joined(words: list[str]) -> str:
    """`chess, canals and old radios`, as the reader's language joins a list."""
    return format_list(words, locale=locale_of(current.get()))


def groups_of(form: Any) -> list[tuple[str, list[tuple[str, str, bool]]]]:
    """The things without a picture, in their groups: (name of the group, (code, word, chosen))."""
    chosen = set(form.more.data or [])
    found = []
    for group, english in GROUPS.items():
        offered = [(one.value, one.label) for one in form.more.choices if INTERESTS[one.value].group == group]
        if offered:
            found.append(
                (pgettext("interest group", english), [(code, word, code in chosen) for code, word in offered])
            )
    return found
