"""Invented mails of machines, and of people who sound like one, each with the class that it ought to have.

Written by us after the ways of many mail programs; the people and places do not exist. `ALL` is what the unit test and
`make corpus` go through.
"""

from tests.automatic import absences, other_machines, people, reports
from tests.automatic.case import Case

ALL: tuple[Case, ...] = (*absences.CASES, *other_machines.CASES, *reports.CASES, *people.CASES)
