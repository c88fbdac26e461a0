"""Events: what happens to people because of their needs, and besides, and when a service learns of it."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

import duckdb

from plainview.engine.duck import literal

# How much one whole protective circumstance takes off a hazard: exp(-0.7) leaves half of it.
_PROTECTION = 0.7


@dataclass(frozen=True)
class Kind:
    """One kind of event of a service.

    With a `need`, it happens `a_year` times a year to a person of full severity without protection; with
    none it is background, and happens `a_year` times to everybody between `ages`. `found` says that it
    comes of the service's own activity, of which there is more in deprived areas.
    """

    name: str
    need: str | None
    a_year: float
    ages: tuple[int, int] = (0, 120)
    found: bool = False


@dataclass(frozen=True)
class Happenings:
    """How a source's events arise.

    `known_after` is the mean delay in days between event and knowledge; `trend` the yearly growth of all
    its rates (0.05 is five per cent more a year); `years` how far back the extract reaches. `reach` is the
    share of people in the background whom the service ever deals with (they take it all, so that a few are
    seen often), and `sees` the share of people in need whom it ever sees.
    """

    kinds: tuple[Kind, ...]
    known_after: float
    trend: float = 0.0
    years: float = 5.0
    reach: float = 0.3
    sees: float = 0.7


# Rates are those of the last day; a falling trend therefore starts from a higher peak.
_EVENTS = """
CREATE OR REPLACE TEMP TABLE happened AS
WITH kinds(kind, need, a_year, age_from, age_to, found) AS (VALUES {kinds}),
hazards AS (
    SELECT person, mix(s.luck, k.kind) AS luck, k.kind, k.age_from, k.age_to, k.found, birth_date,
           greatest(s.from_date, DATE {start}, here_from) AS from_date,
           least(s.to_date, DATE {end}, here_to) AS to_date, a_year * severity * {peak} AS rate,
               true AS needed
    FROM need_spells s JOIN kinds k USING (need)
    WHERE dice(s.person_luck, {salt}) < {sees}
    UNION ALL
    SELECT person, mix(p.luck, '{source}' || k.kind), k.kind, k.age_from, k.age_to, k.found, birth_date,
           greatest(DATE {start}, here_from, birth_date + CAST(age_from * 365.25 AS INTEGER)),
           least(DATE {end}, here_to, birth_date + CAST((age_to + 1) * 365.25 AS INTEGER)),
           a_year * {peak} / {reach}, false
    FROM people p JOIN kinds k ON k.need IS NULL
    WHERE dice(p.luck, {salt}) < {reach}
),
counted AS (
    SELECT *, geometric(rate * date_diff('day', from_date, to_date) / 365.25, dice(luck, 'count')) AS times
    FROM hazards WHERE to_date > from_date AND rate > 0
),
dated AS (
    SELECT * EXCLUDE (luck, times, from_date, to_date),
           mix(luck, turn) AS luck, day_between(from_date, to_date, dice(mix(luck, turn),
               'day')) AS event_date
    FROM (SELECT *, unnest(range(times)) AS turn FROM counted WHERE times > 0)
),
drifted AS (
    SELECT person, kind, found, needed, luck, event_date,
           event_date + waiting({known_after}, dice(luck, 'delay')) AS known_date
    FROM dated
    WHERE age_at(birth_date, event_date) BETWEEN age_from AND age_to
      AND dice(luck, 'trend') < pow(1 + {trend}, date_diff('day', DATE {end}, event_date) / 365.25) / {peak}
),
damped AS (
    SELECT luck, sum(strength) AS protection
    FROM drifted d JOIN protective_spells p ON p.person = d.person
    WHERE needed AND event_date BETWEEN p.from_date AND p.to_date
    GROUP BY luck
)
SELECT d.person, d.kind, d.luck, d.event_date, d.known_date
FROM drifted d
LEFT JOIN damped USING (luck)
{at_home}
WHERE known_date <= DATE {end}
  AND dice(d.luck, 'protected') < exp(-{protection} * coalesce(CAST(protection AS DOUBLE), 0))
  {discovery}
"""

# The same need is found out more often where a service looks more: three times as often in the most
# deprived tenth of areas as in the least.
_AT_HOME = """
ASOF LEFT JOIN home_versions v ON v.person = d.person AND v.since <= d.event_date
LEFT JOIN homes h ON h.address = v.address
"""
_DISCOVERY = "AND (NOT d.found OR dice(d.luck, 'found') < (30 - 2 * least(10, coalesce(h.decile, 5))) / 28.0)"

_NUMBERED = """
CREATE OR REPLACE TEMP TABLE events AS
SELECT *, row_number() OVER (ORDER BY known_date, luck, person) AS number FROM happened
"""


def make_events(con: duckdb.DuckDBPyConnection, source: str, spec: Happenings, end: datetime.date) -> None:
    """Make the table `events` of one source up to `end`: person, kind, luck, event_date, known_date, number.

    `number` counts from 1 in the order in which the service learnt of them, so an earlier delivery holds
    the lowest numbers.
    """
    start = end - datetime.timedelta(days=round(spec.years * 365.25))
    finds = any(kind.found for kind in spec.kinds)
    con.execute(
        _EVENTS.format(
            source=source,
            kinds=", ".join(_write_kinds(spec.kinds)),
            start=literal(start.isoformat()),
            end=literal(end.isoformat()),
            peak=max(1.0, (1 + spec.trend) ** -spec.years),
            trend=spec.trend,
            known_after=spec.known_after,
            protection=_PROTECTION,
            salt=literal(f"{source} knows"),
            reach=spec.reach,
            sees=spec.sees,
            at_home=_AT_HOME if finds else "",
            discovery=_DISCOVERY if finds else "",
        )
    )
    con.execute(_NUMBERED)
    con.execute("DROP TABLE happened")


def _write_kinds(kinds: Iterable[Kind]) -> Iterable[str]:
    for kind in kinds:
        need = literal(kind.need) if kind.need else "NULL"
        ages = f"{kind.ages[0]}, {kind.ages[1]}"
        yield f"({literal(kind.name)}, {need}, {kind.a_year}::DOUBLE, {ages}, {str(kind.found).lower()})"
