"""Needs and protective circumstances as rows: with severities that vary, support that answers, carers."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from plainview.demo.population import causes, protections, schemas
from plainview.demo.population.calendars import NEVER, YEAR, to_dates, to_days
from plainview.demo.population.dice import Floats, Ints, happens
from plainview.demo.population.hazards import Times
from plainview.demo.population.needs import Burdens
from plainview.demo.population.protections import Protection, soften
from plainview.demo.population.schemas import make_table
from plainview.demo.population.spellings import words_of

_ANSWERED = (
    causes.CONFLICT, causes.ABUSE, causes.NEGLECT, causes.SCHOOL, causes.YOUTH_MIND, causes.SUBSTANCE,
    causes.PARENT_MIND, causes.HOUSING, causes.EXPLOITATION,
)  # fmt: skip


def answer_needs(burdens: Burdens) -> Protection:
    """Support that three in ten people with a need of some weight take up, 1 to 14 months later."""
    story = burdens.lives.story
    rng = story.dice.about("support")
    count = len(story.cast)
    first = np.full(count, NEVER)
    for need in _ANSWERED:
        first = np.minimum(first, burdens.times[need].since)
    since = np.where(first < NEVER, first + rng.integers(30, 420, count), NEVER)
    has = (since < burdens.last - 30) & happens(rng, 0.3, count)
    since = np.where(has, since, NEVER)
    until = np.where(has, since + to_days(0.3 + rng.gamma(2.0, 0.4, count)), NEVER)
    strength = np.where(has, np.round(0.3 + 0.7 * rng.beta(2, 2, count), 3), 0.0)
    return Protection(Times(since, until), strength)


def list_needs(burdens: Burdens, support: Protection) -> pa.Table:
    """The table of needs. Support shortens what it meets; two in five longer ones vary in severity."""
    story = burdens.lives.story
    rng = story.dice.about("severities")
    rows = [
        rows_of(burdens, support, link.need, soften(burdens.protections, link.softened), rng)
        for link in causes.CHAIN
    ]
    person, need, since, until, severity = (np.concatenate(part) for part in zip(*rows, strict=True))
    person, need, since, until, severity = split_rows(
        person, need, since, until, severity, rng, story.calendar.end
    )
    order = np.lexsort((since, need, person))
    return make_table(
        schemas.NEEDS,
        {
            "person": person[order],
            "need": words_of(list(causes.KINDS), need[order]),
            "from_date": to_dates(since[order]),
            "to_date": to_dates(until[order]),
            "severity": np.round(severity[order], 3),
        },
    )


def rows_of(
    burdens: Burdens, support: Protection, need: int, softened: Floats, rng: np.random.Generator
) -> tuple[Ints, Ints, Ints, Ints, Floats]:
    """Rows of one need: person, need, since, until, severity."""
    times = burdens.times[need]
    who = np.flatnonzero(times.since < NEVER)
    since, until = times.since[who], times.until[who]
    met = (support.times.since[who] < until) & (support.times.until[who] > since)
    left = (1 - 0.55 * support.strength[who] * met) * (until - np.maximum(support.times.since[who], since))
    shorter = np.maximum(support.times.since[who], since) + np.maximum(left, 20).astype(np.int64)
    until = np.where(met & (need not in (causes.SPECIAL, causes.DISABILITY, causes.FRAILTY)), shorter, until)
    own = rng.beta(2.0, 3.0, len(who)) + 0.09 * burdens.weight[need][who]
    own += 0.05 * burdens.disposition[burdens.lives.story.cast.house[who]]
    severity = np.clip(own, 0.03, 1.0) * (0.5 + 0.5 * softened[who])
    until = np.where(until < np.minimum(burdens.last[who] + 1, NEVER), until, NEVER)
    return who, np.full(len(who), need), since, until, severity


def split_rows(
    person: Ints, need: Ints, since: Ints, until: Ints, severity: Floats, rng: np.random.Generator, end: int
) -> tuple[Ints, Ints, Ints, Ints, Floats]:
    """The same needs, with some cut in two of different severity."""
    length = np.minimum(until, end) - since
    cut = (length > 150) & happens(rng, 0.4, len(person))
    day = since + (length * (0.25 + 0.5 * rng.random(len(person)))).astype(np.int64)
    later = np.clip(severity * np.exp(rng.normal(0.1, 0.45, len(person))), 0.02, 1.0)
    return (
        np.concatenate([person, person[cut]]),
        np.concatenate([need, need[cut]]),
        np.concatenate([since, day[cut]]),
        np.concatenate([np.where(cut, day, until), until[cut]]),
        np.concatenate([severity, later[cut]]),
    )


def list_protections(burdens: Burdens, support: Protection) -> pa.Table:
    """The table of protective circumstances; school attendance and work end when need breaks them off."""
    found = [*burdens.protections, support]
    broken = {protections.ATTENDANCE: causes.SCHOOL, protections.EMPLOYMENT: causes.MONEY}
    rows = []
    for kind, protection in enumerate(found):
        who = np.flatnonzero(protection.times.since < NEVER)
        since, until = protection.times.since[who], protection.times.until[who]
        if kind in broken:
            until = np.minimum(until, np.maximum(burdens.times[broken[kind]].since[who], since + 1))
        until = np.where(until < burdens.last[who], until, NEVER)
        kept = until > since + 30
        strength = protection.strength[who[kept]]
        rows.append((who[kept], np.full(int(kept.sum()), kind), since[kept], until[kept], strength))
    person, kind_of, since, until, strength = (np.concatenate(part) for part in zip(*rows, strict=True))
    order = np.lexsort((since, kind_of, person))
    return make_table(
        schemas.PROTECTIVE,
        {
            "person": person[order],
            "kind": words_of(protections.KINDS, kind_of[order]),
            "from_date": to_dates(since[order]),
            "to_date": to_dates(until[order]),
            "strength": np.round(strength[order], 3),
        },
    )


def find_carers(burdens: Burdens) -> tuple[Ints, Ints, Ints, Ints]:
    """Partners and grown children who care for someone frail or disabled: carer, cared for, since, until."""
    story = burdens.lives.story
    cast, rng = story.cast, story.dice.about("carers")
    since = np.minimum(burdens.times[causes.FRAILTY].since, burdens.times[causes.DISABILITY].since)
    frail = np.flatnonzero((since < NEVER) & (cast.birth < story.calendar.end - to_days(30.0)))
    carer = np.full(len(cast), -1)
    a, b, _, until = story.couples.columns()
    lasting = until >= story.calendar.end
    carer[a[lasting]], carer[b[lasting]] = b[lasting], a[lasting]
    grown = np.flatnonzero(
        (cast.mother >= 0) & (cast.birth < story.calendar.end - 25 * YEAR) & (cast.died == 0)
    )
    eldest = np.full(len(cast), -1)
    eldest[cast.mother[grown]] = grown
    carer = np.where(carer >= 0, carer, eldest)
    frail = frail[(carer[frail] >= 0) & happens(rng, 0.45, len(frail))]
    who = carer[frail]
    here = (burdens.last[who] >= story.calendar.end) & (burdens.first[who] <= since[frail])
    frail, who = frail[here], who[here]
    begin = since[frail] + rng.integers(0, 90, len(frail))
    gone = np.where(cast.died[frail] == 1, cast.gone[frail], NEVER)
    sound = begin < np.minimum(gone, story.calendar.end)
    return who[sound], frail[sound], begin[sound], gone[sound]
