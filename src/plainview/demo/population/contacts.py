"""Telephones and e-mail addresses: none can be called or written to (see `identifiers`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from plainview.demo.population import schemas
from plainview.demo.population.calendars import NEVER, YEAR, to_dates
from plainview.demo.population.dice import Ints, happens
from plainview.demo.population.identifiers import number_phones, take, to_texts
from plainview.demo.population.name_histories import Named
from plainview.demo.population.schemas import make_table
from plainview.demo.population.stories import Lives, find_first_days

_DOMAINS = ("@example.org", "@example.com", "@example.net")


def list_contacts(lives: Lives, named: Named) -> pa.Table:
    """How each person could be reached; one in five changed mobile in the years told."""
    cast, calendar = lives.story.cast, lives.story.calendar
    rng = lives.story.dice.about("contacts")
    count = len(cast)
    first, last = find_first_days(lives)
    last = np.minimum(last, calendar.end)
    age = (last - cast.birth) / YEAR
    begin = np.maximum(first, calendar.start)
    changed = (age > 12) & happens(rng, 0.04 * calendar.years, count) & (last - begin > 60)
    day = begin + 20 + (rng.random(count) * np.maximum(last - begin - 40, 1)).astype(np.int64)
    again = np.flatnonzero(changed)
    person = np.concatenate([np.arange(count), again])
    since = np.concatenate([begin, day[again]])
    until = np.concatenate([np.where(changed, day, NEVER), np.full(len(again), NEVER)])
    order = np.lexsort((since, person))
    person = person[order]
    mobile = happens(rng, np.interp(age, [9, 11, 14, 17, 65, 90], [0, 0.35, 0.85, 0.97, 0.9, 0.45]), count)
    numbers = to_texts(number_phones(len(order), 7, rng), mobile[person])
    return make_table(
        schemas.CONTACTS,
        {
            "person": person,
            "from_date": to_dates(since[order]),
            "to_date": to_dates(until[order]),
            "mobile": numbers,
            "phone": take(list_landlines(lives, rng), person),
            "email": take(write_emails(lives, named, age, rng), person),
        },
    )


def list_landlines(lives: Lives, rng: np.random.Generator) -> pa.Array[Any]:
    """Each person's household telephone, shared by the household; the older the head, the likelier."""
    cast, story = lives.story.cast, lives.story
    count = len(story.houses)
    oldest = np.full(count, NEVER)
    np.minimum.at(oldest, cast.house, cast.birth)
    age = (story.calendar.end - np.minimum(oldest, story.calendar.end)) / YEAR
    has = happens(rng, np.interp(age, [20, 35, 55, 75], [0.12, 0.33, 0.66, 0.9]), count)
    return take(to_texts(number_phones(count, 1, rng), has), cast.house)


def write_emails(lives: Lives, named: Named, age: np.ndarray, rng: np.random.Generator) -> pa.Array[Any]:
    """An e-mail address made of the name and a number, so that no two people have the same."""
    count = len(age)
    family = np.where(named.families.shown >= 0, named.families.shown, named.first)
    plain = pa.array(named.spellings.simplify(np.concatenate([named.first, family])))
    initials = pc.utf8_slice_codeunits(plain, 0, 1)
    style = rng.random(count)
    start = pc.if_else(pa.array(style < 0.3), take(initials, named.first), take(plain, named.first))
    number = pa.array(scramble(count, rng)).cast(pa.string())
    domain = take(pa.array(_DOMAINS), rng.integers(0, 3, count))
    between = take(pa.array([".", "", "_"]), (style * 7).astype(np.int64) % 3)
    join: Callable[..., pa.Array[Any]] = pc.binary_join_element_wise
    whole = join(start, between, take(plain, family), number, domain, "")
    has = happens(rng, np.interp(age, [11, 13, 17, 25, 65, 90], [0, 0.3, 0.8, 0.93, 0.75, 0.25]), count)
    return take(whole, np.arange(count), has)


def scramble(count: int, rng: np.random.Generator) -> Ints:
    """A different number for each, in no visible order, as short as can be."""
    return 10 + rng.permutation(count)
