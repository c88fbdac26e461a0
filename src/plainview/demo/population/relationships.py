"""Who is whose parent, partner, brother or sister, foster carer, carer."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from plainview.demo.population import schemas
from plainview.demo.population.calendars import EVER, NEVER, to_dates
from plainview.demo.population.casts import FOSTER_CHILD
from plainview.demo.population.chains import find_heads
from plainview.demo.population.dice import Ints
from plainview.demo.population.schemas import make_table
from plainview.demo.population.spellings import words_of
from plainview.demo.population.stories import Lives

KINDS = ["parent", "partner", "sibling", "foster_carer", "carer"]

Links = tuple[Ints, Ints, int, Ints, Ints]


def list_relationships(lives: Lives, carers: tuple[Ints, Ints, Ints, Ints]) -> pa.Table:
    """The table of relationships; `carers` are carer, cared for, since, until."""
    cast = lives.story.cast
    links: list[Links] = []
    for parent in (cast.mother, cast.father):
        child = np.flatnonzero(parent >= 0)
        links.append((parent[child], child, 0, cast.birth[child], ends_of(lives, parent[child], child)))
    a, b, since, until = lives.story.couples.columns()
    links.append((a, b, 1, since, np.where(until < lives.story.calendar.end, until, NEVER)))
    links += list_siblings(lives)
    links.append(list_foster_carers(lives))
    links.append((carers[0], carers[1], 4, carers[2], carers[3]))
    first, second, since, until = (np.concatenate([link[i] for link in links]) for i in (0, 1, 3, 4))
    kind = np.concatenate([np.full(len(link[0]), link[2]) for link in links])
    order = np.lexsort((since, second, kind, first))
    return make_table(
        schemas.RELATIONSHIPS,
        {
            "person_a": first[order],
            "person_b": second[order],
            "kind": words_of(KINDS, kind[order]),
            "from_date": to_dates(since[order]),
            "to_date": to_dates(until[order]),
        },
    )


def ends_of(lives: Lives, first: Ints, second: Ints) -> Ints:
    """The day the first of two died, or NEVER: a tie of blood ends with a life."""
    cast = lives.story.cast
    end = np.full(len(first), NEVER)
    for who in (first, second):
        end = np.where(cast.died[who] == 1, np.minimum(end, cast.gone[who]), end)
    return end


def list_siblings(lives: Lives) -> list[Links]:
    """Children of one mother, the elder first; up to four births apart."""
    cast = lives.story.cast
    known = np.flatnonzero(cast.mother >= 0)
    order = known[np.lexsort((known, cast.birth[known], cast.mother[known]))]
    found: list[Links] = []
    for step in (1, 2, 3, 4):
        elder, younger = order[:-step], order[step:]
        same = cast.mother[elder] == cast.mother[younger]
        elder, younger = elder[same], younger[same]
        found.append((elder, younger, 2, cast.birth[younger], ends_of(lives, elder, younger)))
    return found


def list_foster_carers(lives: Lives) -> Links:
    """The head of the household a child is fostered in, for the time the child is there."""
    story = lives.story
    heads = find_heads(story, len(story.houses))
    here = np.flatnonzero(story.houses.ended == NEVER)
    rows = np.flatnonzero((lives.role == FOSTER_CHILD) & (lives.home < len(here)))
    carer = heads[here[lives.home[rows]]]
    rows, carer = rows[carer >= 0], carer[carer >= 0]
    since = np.where(lives.since[rows] > EVER, lives.since[rows], story.cast.birth[lives.person[rows]])
    return carer, lives.person[rows], 3, since, lives.until[rows]
