"""Entries: the identity of each person as one service wrote it down, mistakes included, on one day."""

from __future__ import annotations

import datetime
from dataclasses import asdict

import duckdb

from plainview.demo.deliveries.rates import RATES
from plainview.engine.duck import literal

# Who the service knows. Numbers follow the order of entry, so they are the same in every delivery.
_CLIENTS = """
CREATE OR REPLACE TEMP TABLE clients AS
WITH chosen AS ({chosen}),
twice AS (
    SELECT *, 0 AS copy FROM chosen
    UNION ALL
    SELECT * REPLACE (CAST(entered + waiting(200, dice(luck, '{source} again')) AS DATE) AS entered), 1
    FROM chosen WHERE dice(luck, '{source} twice') < {entered_twice}
)
SELECT * REPLACE (mix(luck, '{source}' || copy) AS luck),
       row_number() OVER (ORDER BY entered, mix(luck, '{source}' || copy), person) AS number
FROM twice WHERE entered <= DATE {end} ORDER BY person, copy
"""

_KNOWN = """
CREATE OR REPLACE TEMP TABLE known AS
WITH seen AS (
    SELECT c.*, CASE WHEN dice(c.luck, 'refreshed') < {kept_up_to_date}
            THEN greatest(entered, least(DATE {today}, here_to) - pick(c.luck, 'lag', {lag_days} + 1))
            ELSE entered END AS seen,
        p.sex, p.birth_date, p.nhs_number, p.upn, p.nino, p.known_as, p.alt_first_name, p.alt_last_name,
        p.here_to
    FROM clients c JOIN people p USING (person) WHERE entered <= DATE {today}
)
SELECT s.*, n.first_name, n.middle_names, n.last_name, n.earlier_last_name,
       t.mobile, t.phone, t.email, v.role, v.address, v.moved_in,
       greatest(entered, n.since, t.since, v.since) AS updated
FROM seen s
ASOF LEFT JOIN name_versions n ON n.person = s.person AND n.since <= s.seen
ASOF LEFT JOIN contact_versions t ON t.person = s.person AND t.since <= s.seen
ASOF LEFT JOIN home_versions v ON v.person = s.person AND v.since <= s.seen
"""

# Which of the right answers is given: by the person, at a counter or over the telephone.
_SAID = """
CREATE OR REPLACE TEMP TABLE said AS
WITH near AS (
    SELECT k.*, h.* EXCLUDE (address), m.mobile AS family_mobile, m.email AS shared_email,
        mix(k.luck, coalesce(first_name, '')) AS first_luck,
        mix(k.luck, coalesce(last_name, '') || 'last') AS last_luck,
        mix(k.luck, h.uprn) AS home_luck, mix(k.luck, coalesce(k.mobile, '') || 'call') AS call_luck
    FROM known k
    LEFT JOIN homes h ON h.address = k.address
    LEFT JOIN closest f ON f.person = k.person
    ASOF LEFT JOIN contact_versions m ON m.person = f.other AND m.since <= k.seen
)
SELECT * REPLACE (
    CASE WHEN last_name IS NULL AND dice(luck, 'one word') < 0.3 THEN 'FNU'
         WHEN dice(first_luck, 'nickname') < {nickname} THEN coalesce(known_as, first_name)
         WHEN dice(first_luck, 'other spelling') < {other_spelling} THEN coalesce(alt_first_name, first_name)
         WHEN dice(first_luck, 'middle as first') < {middle_as_first}
             THEN coalesce(split_part(middle_names, ' ', 1), first_name)
         ELSE first_name END AS first_name,
    CASE WHEN dice(luck, 'middle') < {middle_left_out} THEN NULL ELSE middle_names END AS middle_names,
    CASE WHEN last_name IS NULL THEN CASE WHEN dice(luck, 'one word') < 0.6 THEN first_name END
         WHEN dice(last_luck, 'old name') < {old_name} THEN coalesce(earlier_last_name, last_name)
         WHEN dice(last_luck, 'other spelling') < {other_spelling} THEN coalesce(alt_last_name, last_name)
         WHEN contains(last_name, '-') AND dice(last_luck, 'double barrel') < {double_barrel_halved}
             THEN split_part(last_name, '-', 1 + pick(last_luck, 'half', 2))
         WHEN contains(last_name, ' ') AND dice(last_luck, 'reordered') < {family_names_reordered}
             THEN CASE pick(last_luck, 'how', 3)
                 WHEN 0 THEN split_part(last_name, ' ', 1)
                 WHEN 1 THEN split_part(last_name, ' ', -1)
                 ELSE split_part(last_name, ' ', -1) || ' ' || split_part(last_name, ' ', 1) END
         ELSE last_name END AS last_name,
    CASE WHEN mobile IS NULL OR dice(luck, 'whose contact') < {relatives_mobile}
         THEN coalesce(family_mobile, mobile) ELSE mobile END AS mobile,
    CASE WHEN dice(luck, 'whose contact') < {relatives_mobile} * {family_email}
         THEN coalesce(shared_email, email) ELSE email END AS email,
    CASE WHEN flat_luck < {flat_left_out} THEN premises_without_flat
         WHEN flat_luck > 1 - {flat_written_otherwise} THEN premises_otherwise
         ELSE premises END AS premises,
    CASE WHEN dice(home_luck, 'short street') < {street_abbreviated} THEN short_street
        ELSE street END AS street
)
FROM (SELECT *, dice(home_luck, 'flat') AS flat_luck FROM near)
"""

_ALIASED = """
CREATE OR REPLACE TEMP TABLE said AS
SELECT * REPLACE (
    CASE WHEN lies THEN coalesce(other_first, first_name) ELSE first_name END AS first_name,
    CASE WHEN lies AND dice(luck, 'alias last') < 0.4
         THEN coalesce(other_last, last_name) ELSE last_name END AS last_name,
    CASE WHEN lies THEN birth_date + pick(luck, 'alias birth', 3000) - 1500 ELSE birth_date END AS birth_date,
    CASE WHEN lies THEN NULL ELSE mobile END AS mobile
)
FROM (
    SELECT s.*, dice(s.luck, 'alias') < {alias} AS lies, a.first_name AS other_first,
        a.last_name AS other_last
    FROM said s
    LEFT JOIN alias_names a ON a.sex = s.sex AND a.turn = pick(s.luck, 'alias name', 400)
)
"""

# What ends up in the system: mistyped, misheard, left out.
_ENTRIES = """
CREATE OR REPLACE TEMP TABLE entries AS
WITH typed AS (
    SELECT * REPLACE (
        CASE WHEN dice(first_luck, 'initial') < {initial_only} THEN left(first_name, 1)
             WHEN dice(first_luck, 'mistyped') < {first_mistyped} THEN mistype(first_name, first_luck)
             WHEN dice(first_luck, 'misheard') < {first_misheard} THEN mishear(first_name, first_luck)
             ELSE first_name END AS first_name,
        CASE WHEN dice(last_luck, 'mistyped') < {last_mistyped} THEN mistype(last_name, last_luck)
             WHEN dice(last_luck, 'misheard') < {last_misheard} THEN mishear(last_name, last_luck)
             ELSE last_name END AS last_name,
        CASE WHEN dice(luck, 'birth missing') < {birth_missing} THEN NULL
             WHEN dice(luck, 'birth default') < {birth_default}
                 THEN CASE pick(luck, 'which default', 2) WHEN 0 THEN DATE '1900-01-01'
                      ELSE make_date(year(birth_date), 1, 1) END
             WHEN dice(luck, 'day month') < {day_month_swapped} THEN swap_day_month(birth_date)
             WHEN dice(luck, 'birth mistyped') < {birth_mistyped} THEN mistype_day(birth_date, luck)
             ELSE birth_date END AS birth_date,
        CASE WHEN dice(luck, 'sex missing') < {sex_missing} THEN NULL
             WHEN dice(luck, 'sex wrong') < {sex_wrong} THEN CASE sex WHEN 'F' THEN 'M' ELSE 'F' END
             ELSE sex END AS sex,
        CASE WHEN dice(luck, 'nhs missing') < {number_missing} THEN NULL
             WHEN dice(luck, 'nhs mistyped') < {number_mistyped} THEN mistype_code(nhs_number, luck)
             ELSE nhs_number END AS nhs_number,
        CASE WHEN dice(luck, 'upn missing') < {number_missing} THEN NULL
             WHEN dice(luck, 'upn mistyped') < {number_mistyped} THEN mistype_code(upn, luck)
             ELSE upn END AS upn,
        CASE WHEN dice(luck, 'nino missing') < {number_missing} THEN NULL
             WHEN dice(luck, 'nino mistyped') < {number_mistyped} THEN mistype_code(nino, luck)
             ELSE nino END AS nino,
        CASE WHEN dice(luck, 'mobile missing') < {mobile_missing} THEN NULL
             WHEN dice(call_luck, 'mobile mistyped') < {phone_mistyped} THEN mistype_code(mobile, call_luck)
             ELSE mobile END AS mobile,
        CASE WHEN dice(luck, 'landline missing') < {landline_missing} THEN NULL
             WHEN dice(home_luck, 'landline mistyped') < {phone_mistyped} THEN mistype_code(phone, home_luck)
             ELSE phone END AS phone,
        CASE WHEN dice(luck, 'email missing') < {email_missing} THEN NULL
             WHEN dice(luck, 'email mistyped') < {email_mistyped} THEN mistype(email, luck)
             ELSE email END AS email,
        CASE WHEN dice(home_luck, 'house mistyped') < {house_mistyped} THEN mistype_code(premises, home_luck)
             ELSE premises END AS premises,
        CASE WHEN dice(home_luck, 'street mistyped') < {street_mistyped} THEN mistype(street, home_luck)
             ELSE street END AS street,
        CASE WHEN dice(home_luck, 'locality') < {locality_left_out} THEN NULL ELSE locality END AS locality,
        CASE WHEN dice(home_luck, 'postcode missing') < {postcode_missing} THEN NULL
             WHEN dice(home_luck, 'postcode mistyped') < {postcode_mistyped}
                 THEN mistype_code(postcode, home_luck)
             ELSE postcode END AS postcode
    ), birth_date AS true_birth_date
    FROM said
)
SELECT * REPLACE (
    CASE WHEN swapped THEN last_name ELSE first_name END AS first_name,
    CASE WHEN swapped THEN first_name ELSE last_name END AS last_name
), concat_ws(CASE WHEN regexp_matches(premises, '[0-9][a-zA-Z]?$') THEN ' ' ELSE ', ' END, premises,
    street) AS line_1
FROM (SELECT *, last_name IS NOT NULL AND dice(luck, 'swapped') < {names_swapped} AS swapped FROM typed)
"""

_ALIAS_NAMES = """
CREATE TABLE alias_names AS
SELECT sex, turn, first_name, last_name FROM (
    SELECT sex, first_name, last_name, row_number() OVER (PARTITION BY sex ORDER BY luck) - 1 AS turn
    FROM people JOIN name_versions USING (person) WHERE last_name IS NOT NULL AND since < DATE '1901-01-01'
) WHERE turn < 400
"""


def make_alias_names(con: duckdb.DuckDBPyConnection) -> None:
    """Make `alias_names`: 400 names of each sex that somebody may give instead of their own."""
    con.execute(_ALIAS_NAMES)


def make_clients(con: duckdb.DuckDBPyConnection, source: str, chosen: str, end: datetime.date) -> None:
    """Make the table `clients` of one source: person, copy, entered, luck, number and what `chosen` adds.

    `chosen` is a query that gives at least person, luck (of the person) and entered (the day the service
    first wrote them down), one row a person. A few are entered twice (`copy` 1).
    """
    con.execute(
        _CLIENTS.format(
            source=source,
            chosen=chosen,
            entered_twice=RATES[source].entered_twice,
            end=literal(end.isoformat()),
        )
    )


def make_entries(con: duckdb.DuckDBPyConnection, source: str, today: datetime.date) -> None:
    """Make the table `entries` of one source: its clients with their identity as its system shows it today.

    The same mistake stands in every delivery, until the thing mistaken (a name, a home) changes and is
    typed anew. Adds `line_1` (premises and street), `updated` (when the entry last changed), `seen` (as of
    when its details are true), and `true_birth_date`.
    """
    care = RATES[source]
    values = {**asdict(care), "today": literal(today.isoformat()), "source": source}
    for query in (_KNOWN, _SAID, *([_ALIASED] if care.alias else []), _ENTRIES):
        con.execute(query.format(**values))
    con.execute("DROP TABLE known; DROP TABLE said")
