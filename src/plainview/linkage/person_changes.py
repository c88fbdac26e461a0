"""Giving ids to the clusters that changed, and to no others.

A cluster whose set of records is just that of a person in use keeps that person's id, before anything else
is asked. All other clusters share out the ids that are left: each takes the id with which it has the most
records in common, the oldest id on ties, and each id goes to one cluster at most. Records that have left
the deliveries still count for the person they were last with. A cluster left without gets a new id.

As clusters that did not change are settled first, a full build and a delta that is told only of the changed
ones come to the same ids and the same ledger.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import duckdb

from plainview.engine.duck import literal
from plainview.engine.tables import read_table
from plainview.linkage import ledger
from plainview.linkage.fields import table

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_TEMPORARY = (
    *("changed", "leaving", "known", "left_now", "touched", "assigned", "waiting", "drawn", "common"),
    *("minted_ids", "moves", "before", "after", "changed_records", "ledger_events"),
)

NOBODY = "(SELECT ''::VARCHAR AS source, ''::VARCHAR AS record_id, ''::VARCHAR AS person_id WHERE false)"
_NO_IDS = "(SELECT ''::VARCHAR AS person_id, 1::INTEGER AS generation WHERE false)"
_NO_PERSONS = (
    "(SELECT ''::VARCHAR AS person_id, 0::BIGINT AS records, 0::BIGINT AS sources, "
    "''::VARCHAR AS first_source, ''::VARCHAR AS first_record_id WHERE false)"
)


@dataclass(frozen=True)
class Ids:
    """What is known of ids: five tables, each as SQL that can stand after FROM.

    `index` and `gone` (source, record_id, person_id): records in the deliveries, and those once linked that
    have left them. `persons`: the ids in use. `person_ids` (person_id, generation): all ever minted.
    """

    index: str = NOBODY
    gone: str = NOBODY
    persons: str = _NO_PERSONS
    person_ids: str = _NO_IDS
    ledger: str = ledger.EMPTY

    @classmethod
    def of_folder(cls, folder: Path | None) -> Ids:
        """The tables of a snapshot; of none at all before the first. A snapshot of before the ledger
        is read as one in which every id was minted and nothing else happened.
        """
        if folder is None:
            return cls()
        index, persons, person_ids, gone, entries = (
            read_table(table(folder, name))
            for name in ("index", "persons", "person_ids", "gone_records", "id_ledger")
        )
        if table(folder, "id_ledger").exists():
            return cls(index, gone, persons, person_ids, entries)
        gone = (
            f"(SELECT r.source, r.record_id, r.person_id FROM {read_table(table(folder, 'registry'))} r "
            f"ANTI JOIN {index} i USING (source, record_id))"
        )
        entries = (
            "(SELECT generation::INTEGER AS generation, NULL::DATE AS as_of, 'minted' AS event, person_id, "
            f"NULL::VARCHAR AS other_person_id, 0::BIGINT AS records FROM {person_ids})"
        )
        return cls(index, gone, persons, person_ids, entries)

    @classmethod
    def of_schema(cls, schema: str) -> Ids:
        """The tables of an attached database or schema, as `load_ids` makes them."""
        names = ("index", "gone_records", "persons", "person_ids", "id_ledger")
        return cls(*(f'{schema}."{name}"' for name in names))


def load_ids(con: duckdb.DuckDBPyConnection, ids: Ids, schema: str) -> Ids:
    """Copy what is known of ids into tables of `schema`, so that a delta can be applied to them in place."""
    target = Ids.of_schema(schema)
    for name in ("index", "gone", "persons", "person_ids", "ledger"):
        con.execute(f"CREATE OR REPLACE TABLE {getattr(target, name)} AS SELECT * FROM {getattr(ids, name)}")
    return target


def assign_changed(
    con: duckdb.DuckDBPyConnection,
    ids: Ids,
    *,
    changed: str,
    gone: str,
    authority: str,
    as_of: dt.date | None,
) -> dict[str, int]:
    """Ids for the changed clusters; the rest is not looked at.

    `changed` is SQL of (source, record_id, cluster) for all records of every cluster whose set of records
    changed (others may be among them and keep their ids); `gone` is SQL of (source, record_id) of records of
    the index that are in no cluster any more. A person of whom only some records are told is a
    mistake of the caller: AssertionError.

    Leaves temporary tables: `changed_records` (source, record_id, person_id) for all of `changed`; `left_now`
    (the same for `gone`); `assigned` (cluster, person_id); `minted_ids` (person_id, generation);
    `ledger_events`; `touched` (person_id, held), the persons whose rows are to be replaced. `apply_changes`
    writes them into tables; `drop_changes` clears them away. Gives the churn: `kept`, `minted`, `split`,
    `merged`, `retired`, `revived` ids, `moved` records, and `persons` in use.
    """
    _read_changes(con, ids, changed, gone)
    con.execute("CREATE OR REPLACE TEMP TABLE assigned (cluster VARCHAR, person_id VARCHAR)")
    _keep_unchanged(con)
    _keep_largest(con, ids)
    generation = _next_generation(con, ids)
    _mint(con, ids, authority, generation)
    con.execute(
        "CREATE OR REPLACE TEMP TABLE changed_records AS "
        "SELECT c.source, c.record_id, a.person_id FROM changed c JOIN assigned a USING (cluster)"
    )
    _tell_ledger(con, generation, as_of)
    return _churn(con, ids)


def drop_changes(con: duckdb.DuckDBPyConnection) -> None:
    """Drop the temporary tables that `assign_changed` left."""
    for name in _TEMPORARY:
        con.execute(f"DROP TABLE IF EXISTS temp.{name}")


def apply_changes(con: duckdb.DuckDBPyConnection, ids: Ids, *, index: bool = True) -> None:
    """Bring the tables of `ids` (see `Ids.of_schema`) up to date with what `assign_changed` left.

    Only rows of changed records and persons are deleted and inserted. With `index` false that table is left as
    it is: the caller keeps it in another form.
    """
    con.execute("SELECT count(*) FROM known")
    if con.fetchall()[0][0]:
        for name in (ids.index, ids.gone) if index else (ids.gone,):
            con.execute(
                f"DELETE FROM {name} t USING known k WHERE t.source = k.source AND t.record_id = k.record_id"
            )
    if index:
        con.execute(
            f"DELETE FROM {ids.index} t USING left_now k "
            f"WHERE t.source = k.source AND t.record_id = k.record_id"
        )
        con.execute(f"INSERT INTO {ids.index} SELECT source, record_id, person_id FROM changed_records")
    con.execute(f"INSERT INTO {ids.gone} SELECT source, record_id, person_id FROM left_now")
    con.execute(
        f"DELETE FROM {ids.persons} WHERE person_id IN (SELECT person_id FROM touched WHERE NOT kept)"
    )
    con.execute(f"INSERT INTO {ids.persons} {summarise_persons('changed_records')}")
    con.execute(f"INSERT INTO {ids.person_ids} SELECT person_id, generation FROM minted_ids")
    con.execute(f"INSERT INTO {ids.ledger} SELECT * FROM ledger_events")


def summarise_persons(records: str) -> str:
    """SQL of the rows of `persons` for the people of `records` (source, record_id, person_id)."""
    return (
        "SELECT person_id, sum(n)::BIGINT AS records, count(*) AS sources, min(source) AS first_source, "
        "arg_min(first, source) AS first_record_id FROM (SELECT person_id, source, count(*) AS n, "
        f"min(record_id) AS first FROM {records} GROUP BY person_id, source) GROUP BY person_id"
    )


def _one(con: duckdb.DuckDBPyConnection, query: str) -> int:
    con.execute(query)
    return int(con.fetchall()[0][0])


def _read_changes(con: duckdb.DuckDBPyConnection, ids: Ids, changed: str, gone: str) -> None:
    """`known`: who the changed records were with; `touched`: those people, with how many records they held
    (`held`, 0 if the id was not in use) and how many of them we are told of (`told`).
    """
    con.execute(f"CREATE OR REPLACE TEMP TABLE changed AS SELECT source, record_id, cluster FROM ({changed})")
    con.execute(f"CREATE OR REPLACE TEMP TABLE leaving AS SELECT source, record_id FROM ({gone})")
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE known AS
        SELECT c.source, c.record_id, c.cluster, i.person_id, true AS live
        FROM changed c JOIN {ids.index} i USING (source, record_id)
        UNION ALL SELECT c.source, c.record_id, c.cluster, g.person_id, false
        FROM changed c JOIN {ids.gone} g USING (source, record_id)
        """
    )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE left_now AS SELECT l.source, l.record_id, i.person_id "
        f"FROM leaving l JOIN {ids.index} i USING (source, record_id)"
    )
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE touched AS
        SELECT t.person_id, t.told, coalesce(p.records, 0) AS held, coalesce(p.records, 0) > 0 AND told = 0 AS kept
        FROM (SELECT person_id, count(*) FILTER (live) AS told
              FROM (SELECT person_id, live FROM known UNION ALL SELECT person_id, true FROM left_now)
              GROUP BY person_id) t LEFT JOIN {ids.persons} p USING (person_id)
        """
    )
    partly = _one(con, "SELECT count(*) FROM touched WHERE told > 0 AND told <> held")
    if partly:
        raise AssertionError(f"of {partly} persons only some records are among those told of")


def _keep_unchanged(con: duckdb.DuckDBPyConnection) -> None:
    """Clusters that hold just the records of one person in use."""
    con.execute(
        """
        INSERT INTO assigned
        SELECT s.cluster, s.person_id FROM (
            SELECT cluster, min(person_id) AS person_id, count(*) AS n FROM known WHERE live
            GROUP BY cluster HAVING min(person_id) = max(person_id)
        ) s JOIN touched t ON t.person_id = s.person_id AND t.held = s.n
        JOIN (SELECT cluster, count(*) AS size FROM changed GROUP BY cluster) c
          ON c.cluster = s.cluster AND c.size = s.n
        """
    )


def _keep_largest(con: duckdb.DuckDBPyConnection, ids: Ids) -> None:
    """Ids that are left to clusters that are left, the largest overlap first.

    In rounds: a pair of cluster and id that is each other's best is settled, and both are taken out.
    As every pair is in one strict order this gives what one pass down that order would give.
    """
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE common AS
        SELECT k.cluster, k.person_id,
               row_number() OVER (ORDER BY count(*) DESC, any_value(p.generation), k.person_id,
                                  min((k.source, k.record_id))) AS place
        FROM known k JOIN {ids.person_ids} p USING (person_id)
        WHERE k.cluster NOT IN (SELECT cluster FROM assigned)
          AND k.person_id NOT IN (SELECT person_id FROM assigned)
          AND k.person_id NOT IN (SELECT person_id FROM touched WHERE kept)
        GROUP BY k.cluster, k.person_id
        """
    )
    while _one(con, "SELECT count(*) FROM common"):
        con.execute(
            """
            INSERT INTO assigned SELECT cluster, person_id FROM common
            QUALIFY place = min(place) OVER (PARTITION BY cluster)
                AND place = min(place) OVER (PARTITION BY person_id)
            """
        )
        con.execute(
            "DELETE FROM common WHERE cluster IN (SELECT cluster FROM assigned) "
            "OR person_id IN (SELECT person_id FROM assigned)"
        )


def _next_generation(con: duckdb.DuckDBPyConnection, ids: Ids) -> int:
    both = f"SELECT generation FROM {ids.person_ids} UNION ALL SELECT generation FROM {ids.ledger}"
    return _one(con, f"SELECT coalesce(max(generation), 0) + 1 FROM ({both})")


def _mint(con: duckdb.DuckDBPyConnection, ids: Ids, authority: str, generation: int) -> None:
    con.execute("CREATE OR REPLACE TEMP TABLE minted_ids (person_id VARCHAR, generation INTEGER)")
    con.execute(
        """
        CREATE OR REPLACE TEMP TABLE waiting AS
        SELECT cluster, min(source) AS source, arg_min(record_id, source) AS record_id, 0 AS counter FROM (
            SELECT cluster, source, min(record_id) AS record_id FROM changed
            WHERE cluster NOT IN (SELECT cluster FROM assigned) GROUP BY cluster, source
        ) GROUP BY cluster
        """
    )
    while _one(con, "SELECT count(*) FROM waiting"):
        _mint_round(con, ids, authority, generation)


def _mint_round(con: duckdb.DuckDBPyConnection, ids: Ids, authority: str, generation: int) -> None:
    """Give an id to all that wait; an id ever used, or drawn twice, is drawn again with the next counter."""
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE drawn AS
        SELECT cluster, 'P' || {_letters("bits")} AS person_id
        FROM (SELECT *, {_bits(_seed(authority))} AS bits FROM waiting)
        QUALIFY row_number() OVER (PARTITION BY person_id ORDER BY source, record_id) = 1
        """
    )
    for used in (ids.person_ids, "minted_ids"):
        con.execute(f"DELETE FROM drawn WHERE person_id IN (SELECT person_id FROM {used})")
    con.execute("INSERT INTO assigned SELECT cluster, person_id FROM drawn")
    con.execute(f"INSERT INTO minted_ids SELECT person_id, {generation} FROM drawn")
    con.execute("DELETE FROM waiting WHERE cluster IN (SELECT cluster FROM drawn)")
    con.execute("UPDATE waiting SET counter = counter + 1")


def _seed(authority: str) -> str:
    return f"concat_ws(chr(31), {literal(authority)}, source, record_id, counter)"


def crockford(text: str) -> str:
    """SQL of 13 Crockford base-32 characters, five bits each, of the first 64 bits of SHA-256 of `text`."""
    return _letters(_bits(text))


def _bits(text: str) -> str:
    return f"('0x' || left(sha256({text}), 16))::UBIGINT"


def _letters(bits: str) -> str:
    letters = ", ".join(
        f"substr('{_CROCKFORD}', ((({bits}) >> {shift}) & 31)::INTEGER + 1, 1)" for shift in range(60, -1, -5)
    )
    return f"concat({letters})"


def _tell_ledger(con: duckdb.DuckDBPyConnection, generation: int, as_of: dt.date | None) -> None:
    con.execute(
        """
        CREATE OR REPLACE TEMP TABLE moves AS
        SELECT k.person_id, a.person_id AS other_person_id, count(*) AS records
        FROM known k JOIN assigned a ON a.cluster = k.cluster AND a.person_id <> k.person_id GROUP BY ALL
        """
    )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE before AS SELECT person_id, held AS records FROM touched WHERE held > 0"
    )
    con.execute(
        """
        CREATE OR REPLACE TEMP TABLE after AS
        SELECT person_id, count(*) AS records, false AS minted FROM changed_records
        WHERE person_id NOT IN (SELECT person_id FROM minted_ids) GROUP BY person_id
        UNION ALL SELECT person_id, count(*), true FROM changed_records
        WHERE person_id IN (SELECT person_id FROM minted_ids) GROUP BY person_id
        UNION ALL SELECT person_id, held, false FROM touched WHERE kept
        """
    )
    ledger.collect_events(con, generation, as_of)


def _churn(con: duckdb.DuckDBPyConnection, ids: Ids) -> dict[str, int]:
    counts = ledger.count_events(con)
    before = _one(con, f"SELECT count(*) FROM {ids.persons}")
    ended = _one(con, "SELECT count(*) FROM before ANTI JOIN after USING (person_id)")
    kept = before - ended
    persons = kept + counts["minted"] + counts["revived"]
    return {"persons": persons, "kept": kept} | counts
