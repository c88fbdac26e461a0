"""Opaque person ids that stay: minted once, kept on rebuild, never given to anybody else.

`registry` remembers the person of every (source, record_id) ever seen; `person_ids` every id ever minted
with the generation it was minted in, so that an id whose records all moved elsewhere is not minted again.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from plainview.engine.duck import literal
from plainview.engine.tables import read_table, write_table
from plainview.linkage.fields import table
from plainview.project.specs import Project

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def assign_persons(
    con: duckdb.DuckDBPyConnection, project: Project, folder: Path, previous: Path | None
) -> dict[str, int]:
    """`identities` and `clusters` to `persons`, `index`, `registry` and `person_ids`.

    `previous` is the registry of the snapshot before, with `person_ids.parquet` beside it, or None. A
    cluster takes the old id with which it shares the most records, the oldest id on ties; each id
    goes to one cluster at most. A cluster left without gets a new id: "P" and 13 Crockford base-32
    characters of a SHA-256. Counts: `persons`, `kept`, `minted`, `retired` (ids no longer in use).
    """
    _read(con, folder, previous)
    kept = _keep(con)
    minted = _mint(con, project.spec.authority.name)
    persons = _write(con, folder)
    retired = _one(
        con, "SELECT count(*) FROM person_ids p WHERE p.person_id NOT IN (SELECT person_id FROM assigned)"
    )
    for name in ("linked", "old_registry", "person_ids", "common", "assigned", "waiting"):
        con.execute(f"DROP TABLE {name}")
    return {"persons": persons, "kept": kept, "minted": minted, "retired": retired}


def _one(con: duckdb.DuckDBPyConnection, query: str) -> int:
    con.execute(query)
    return int(con.fetchall()[0][0])


def _read(con: duckdb.DuckDBPyConnection, folder: Path, previous: Path | None) -> None:
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE linked AS SELECT i.source, i.record_id, c.cluster "
        f"FROM {read_table(table(folder, 'identities'))} i JOIN {read_table(table(folder, 'clusters'))} c "
        f"USING (tuple_id)"
    )
    nobody = "SELECT ''::VARCHAR AS source, ''::VARCHAR AS record_id, ''::VARCHAR AS person_id WHERE false"
    registry = nobody if previous is None else f"SELECT * FROM {read_table(previous)}"
    con.execute(f"CREATE OR REPLACE TEMP TABLE old_registry AS {registry}")
    ids = None if previous is None else previous.with_name("person_ids.parquet")
    if ids is not None and ids.exists():
        known = f"SELECT person_id, generation FROM {read_table(ids)}"
    else:
        known = "SELECT DISTINCT person_id, 1 AS generation FROM old_registry"
    con.execute(f"CREATE OR REPLACE TEMP TABLE person_ids AS {known}")


def _keep(con: duckdb.DuckDBPyConnection) -> int:
    """Old ids to clusters, the largest overlap first.

    In rounds: a pair of cluster and id that is each other's best is settled, and both are taken out.
    As every pair is in one strict order this gives what one pass down that order would give.
    """
    con.execute("CREATE OR REPLACE TEMP TABLE assigned (cluster VARCHAR, person_id VARCHAR)")
    con.execute(
        """
        CREATE OR REPLACE TEMP TABLE common AS
        SELECT c.cluster, o.person_id,
               row_number() OVER (ORDER BY count(*) DESC, any_value(p.generation), o.person_id,
                                  min((c.source, c.record_id))) AS place
        FROM linked c JOIN old_registry o USING (source, record_id) JOIN person_ids p USING (person_id)
        GROUP BY c.cluster, o.person_id
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
    return _one(con, "SELECT count(*) FROM assigned")


def _mint(con: duckdb.DuckDBPyConnection, authority: str) -> int:
    con.execute(
        """
        CREATE OR REPLACE TEMP TABLE waiting AS
        SELECT cluster, min((source, record_id)) AS first_key, 0 AS counter
        FROM linked WHERE cluster NOT IN (SELECT cluster FROM assigned) GROUP BY cluster
        """
    )
    generation = _one(con, "SELECT coalesce(max(generation), 0) + 1 FROM person_ids")
    minted = _one(con, "SELECT count(*) FROM waiting")
    while _one(con, "SELECT count(*) FROM waiting"):
        _mint_round(con, authority, generation)
    return minted


def _mint_round(con: duckdb.DuckDBPyConnection, authority: str, generation: int) -> None:
    """Give an id to all that wait; an id ever used, or drawn twice, is drawn again with the next counter."""
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE drawn AS
        SELECT cluster, {_person_id(authority)} AS person_id FROM waiting
        QUALIFY row_number() OVER (PARTITION BY person_id ORDER BY first_key) = 1
        """
    )
    con.execute("DELETE FROM drawn WHERE person_id IN (SELECT person_id FROM person_ids)")
    con.execute("INSERT INTO assigned SELECT cluster, person_id FROM drawn")
    con.execute(f"INSERT INTO person_ids SELECT person_id, {generation} FROM drawn")
    con.execute("DELETE FROM waiting WHERE cluster IN (SELECT cluster FROM drawn)")
    con.execute("UPDATE waiting SET counter = counter + 1")
    con.execute("DROP TABLE drawn")


def _person_id(authority: str) -> str:
    text = f"concat_ws(chr(31), {literal(authority)}, first_key[1], first_key[2], counter)"
    return f"'P' || {crockford(text)}"


def crockford(text: str) -> str:
    """SQL of 13 Crockford base-32 characters, five bits each, of the first 64 bits of SHA-256 of `text`."""
    bits = f"('0x' || left(sha256({text}), 16))::UBIGINT"
    letters = ", ".join(
        f"substr('{_CROCKFORD}', ((({bits}) >> {shift}) & 31)::INTEGER + 1, 1)" for shift in range(60, -1, -5)
    )
    return f"concat({letters})"


def _write(con: duckdb.DuckDBPyConnection, folder: Path) -> int:
    index = "SELECT l.source, l.record_id, a.person_id FROM linked l JOIN assigned a USING (cluster)"
    write_table(con, f"{index} ORDER BY source, record_id", table(folder, "index"))
    write_table(
        con,
        f"{index} UNION ALL SELECT source, record_id, person_id FROM old_registry "
        "ANTI JOIN linked USING (source, record_id) ORDER BY source, record_id",
        table(folder, "registry"),
    )
    write_table(
        con, "SELECT person_id, generation FROM person_ids ORDER BY person_id", table(folder, "person_ids")
    )
    return write_table(
        con,
        f"SELECT person_id, count(*) AS records, count(DISTINCT source) AS sources, "
        f"min((source, record_id))[1] AS first_source, min((source, record_id))[2] AS first_record_id "
        f"FROM ({index}) GROUP BY person_id ORDER BY person_id",
        table(folder, "persons"),
    )
