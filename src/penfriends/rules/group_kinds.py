"""Which kinds of groups are there besides school classes, and which of them go together?"""

import enum

from penfriends.rules.groups import Sort


class GroupKind(enum.StrEnum):
    """What a group comes together for."""

    CHOIR = "choir"
    MUSIC = "music"
    SCOUTS = "scouts"
    YOUTH = "youth"
    FAITH = "faith"
    SPORT = "sport"
    SENIORS = "seniors"
    HOBBY = "hobby"
    HELPERS = "helpers"
    UNIVERSITY = "university"


_TOGETHER = (
    {GroupKind.CHOIR, GroupKind.MUSIC},
    {GroupKind.CHOIR, GroupKind.FAITH},
    {GroupKind.SCOUTS, GroupKind.YOUTH},
    {GroupKind.SPORT, GroupKind.YOUTH},
    {GroupKind.HOBBY, GroupKind.SENIORS},
    {GroupKind.HELPERS, GroupKind.SCOUTS},
)

CLUBS = Sort(akin=frozenset(frozenset(one.value for one in pair) for pair in _TOGETHER), largest_ratio=600)
"""Choirs and bands, scouts and youth clubs and so on; a group of ten may meet one of sixty, not one of a hundred."""
