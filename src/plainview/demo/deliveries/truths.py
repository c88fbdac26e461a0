"""The truth beside the deliveries: whose each record is, and what nobody has recorded."""

from __future__ import annotations

import datetime
from pathlib import Path

import duckdb

from plainview.engine.duck import literal
from plainview.engine.tables import write_table

# Letters only, so that no truth id looks like anything in a delivery.
_TRUTH_ID = "translate(lpad(to_hex(mix(luck, 'truth')), 16, '0'), '0123456789ABCDEF', 'ghjkmnpqrsabcdef')"

_PERSONS = f"""
CREATE TABLE truly AS
SELECT person, {_TRUTH_ID} AS truth_id, sex,
    CASE WHEN age < 5 THEN '00-04' WHEN age < 16 THEN '05-15' WHEN age < 25 THEN '16-24'
        WHEN age < 45 THEN '25-44'
         WHEN age < 65 THEN '45-64' WHEN age < 85 THEN '65-84' ELSE '85 and over' END AS age_band,
    culture, area
FROM (SELECT *, age_at(birth_date, least(here_to, DATE {{end}})) AS age FROM people)
"""

# A test record is nobody's: it has a truth of its own, and no group.
_TRUTH = """
SELECT source, record_id, coalesce(truth_id, 'nobody-' || source || '-' || record_id) AS truth_id,
       sex, age_band, culture, area
FROM whose LEFT JOIN truly USING (person) ORDER BY source, record_id
"""
_NEEDS = """
SELECT truth_id, need, from_date, to_date, severity
FROM world.needs JOIN truly USING (person) ORDER BY truth_id, need, from_date, severity
"""
_PROTECTIVE = """
SELECT truth_id, kind, from_date, to_date, strength
FROM world.protective JOIN truly USING (person) ORDER BY truth_id, kind, from_date, strength
"""
_RELATIONSHIPS = """
SELECT a.truth_id, b.truth_id AS other_truth_id, kind, from_date, to_date
FROM world.relationships JOIN truly a ON a.person = person_a JOIN truly b ON b.person = person_b
ORDER BY truth_id, other_truth_id, kind, from_date
"""


def write_truth(con: duckdb.DuckDBPyConnection, folder: Path, end: datetime.date) -> int:
    """Write truth.parquet, needs.parquet, protective.parquet and relationships.parquet; gives the records."""
    con.execute(_PERSONS.format(end=literal(end.isoformat())))
    write_table(con, _NEEDS, folder / "needs.parquet")
    write_table(con, _PROTECTIVE, folder / "protective.parquet")
    write_table(con, _RELATIONSHIPS, folder / "relationships.parquet")
    return write_table(con, _TRUTH, folder / "truth.parquet")
