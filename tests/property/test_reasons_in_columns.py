"""Do the reasons that are worked out for many pairs at once say what is said of each pair alone?"""

from itertools import permutations

import numpy as np
from hypothesis import given

from penfriends.rules.bands import Band
from penfriends.rules.gathered import Gathered
from penfriends.rules.matching import World
from penfriends.rules.reasons import Reasons
from penfriends.rules.score import explain
from tests.support.seekers import TODAY, crowd_in, worlds


@given(worlds())
def test_many_pairs_have_the_reasons_of_each(world: World) -> None:
    for band in Band:
        crowd = crowd_in(world, band, TODAY)
        pairs = list(permutations(range(len(crowd)), 2))
        i, j = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
        people = Gathered(crowd.people, crowd.around)
        alone = [explain(people[a], people[b], world, TODAY) for a, b in pairs]
        assert list(Reasons(crowd).of(i, j)) == alone
