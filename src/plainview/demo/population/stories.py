"""The whole story put together: households, people, families, moves and residences."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from plainview.demo.population import houses as h
from plainview.demo.population.areas import Borough
from plainview.demo.population.calendars import NEVER, Calendar
from plainview.demo.population.casts import Cast
from plainview.demo.population.chains import Chains, draw_chains, list_spells, move_in_together
from plainview.demo.population.dice import Dice, Ints, happens, pick, pick_rows
from plainview.demo.population.families import (
    Story,
    add_departed_children,
    bury,
    fill_parents,
    lengthen_couples,
    link_mothers,
    part_couples,
)  # fmt: skip
from plainview.demo.population.founders import Couples, people_houses
from plainview.demo.population.houses import Houses, draw_houses, fill_houses, house_residents
from plainview.demo.population.places import Places, place_spells
from plainview.demo.population.stays import join_late, list_stays, spread_stays

# A year: households that leave the borough, and people who die alone, for each household.
_LEAVE = 0.017
_DIE_ALONE = 0.0085


@dataclass
class Lives:
    """Where everyone lived: rows of person, home, since, until, role; the homes; the chains of moves."""

    story: Story
    chains: Chains
    places: Places
    person: Ints
    home: Ints
    since: Ints
    until: Ints
    role: Ints


def tell_story(residents: int, borough: Borough, calendar: Calendar, dice: Dice) -> Lives:
    """Make `residents` people who live in the borough at the end, those who went before, and their homes."""
    story = found_story(residents, borough, calendar, dice)
    link_mothers(story)
    add_departed_children(story)
    lengthen_couples(story)
    parted = part_couples(story)
    bury(story)
    fill_parents(story)
    end_couples(story)
    past = join_late(story)
    movers = past.partners.copy()
    past.partners = np.zeros(len(past), np.int64)
    first = len(story.houses)
    story.houses = story.houses.join(past)
    chains = draw_chains(story, parted)
    move_in_together(story, chains, first + np.arange(len(past)), movers)
    spells = list_spells(story, chains)
    places = place_spells(story, chains, spells)
    stays = list_stays(story, chains, first + np.arange(len(past)), movers)
    rows = spread_stays(stays, spells, places.of_spell, len(story.houses), calendar.start)
    return Lives(story, chains, places, *rows)


def found_story(residents: int, borough: Borough, calendar: Calendar, dice: Dice) -> Story:
    """Households there at the end, those that left and those who died alone, with their members."""
    cast, couples = Cast(), Couples()
    present = house_residents(residents, borough, dice)
    left = leave_borough(len(present), borough, calendar, dice)
    alone = die_alone(len(present), borough, calendar, dice)
    people_houses(cast, couples, present, 0, borough, calendar, dice, "people present")
    people_houses(cast, couples, left, len(present), borough, calendar, dice, "people who left")
    people_houses(cast, couples, alone, len(present) + len(left), borough, calendar, dice, "people alone")
    houses = present.join(left).join(alone)
    cast.gone[:] = np.minimum(cast.gone, houses.ended[cast.house])
    cast.died[cast.house >= len(present) + len(left)] = 1
    cast.seal()
    return Story(cast, houses, couples, borough, calendar, dice)


def leave_borough(count: int, borough: Borough, calendar: Calendar, dice: Dice) -> Houses:
    """Households that left in these years: mostly young ones."""
    rng = dice.about("leaving")
    drawn = draw_houses(round(count * _LEAVE * calendar.years * 1.5), borough, dice, "households that left")
    chance = h.chance_by_kind(
        drawn.kind,
        {h.SINGLE: 0.8, h.COUPLE: 0.9, h.COUPLE_CHILDREN: 0.7, h.LONE_CHILDREN: 0.5, h.SINGLE_OLD: 0.2,
         h.COUPLE_OLD: 0.3, h.COUPLE_GROWN: 0.2, h.LONE_GROWN: 0.2, h.THREE_GENERATIONS: 0.3},
    )  # fmt: skip
    kept = drawn.take(np.flatnonzero(happens(rng, chance, len(drawn))))
    kept.ended = rng.integers(calendar.start + 30, calendar.end - 4, len(kept))
    return kept


def die_alone(count: int, borough: Borough, calendar: Calendar, dice: Dice) -> Houses:
    """Households of one whose person died: seven in eight of them old."""
    rng = dice.about("dying alone")
    number = round(count * _DIE_ALONE * calendar.years)
    area = pick(rng, borough.weight, number)
    kind = np.where(happens(rng, 0.88, number), h.SINGLE_OLD, h.SINGLE)
    found = fill_houses(kind, area, pick_rows(rng, borough.cultures, area), rng)
    found.ended = rng.integers(calendar.start + 30, calendar.end - 4, number)
    return found


def end_couples(story: Story) -> None:
    """End each couple on the day one of the two died; those who left the borough together go on elsewhere."""
    cast = story.cast
    parts = []
    for a, b, since, until in story.couples.parts:
        for one in (a, b):
            until = np.where(cast.died[one] == 1, np.minimum(until, cast.gone[one]), until)
        parts.append((a, b, since, until))
    story.couples.parts = parts


def find_first_days(lives: Lives) -> tuple[Ints, Ints]:
    """The first and the last day each person lived here, within the years told; NEVER for still here."""
    count = len(lives.story.cast)
    first = np.full(count, NEVER)
    last = np.full(count, 0)
    np.minimum.at(first, lives.person, lives.since)
    np.maximum.at(last, lives.person, lives.until)
    return first, last
