"""A sound project folder whose source uses every key, for tests to break."""

from __future__ import annotations

from pathlib import Path

from plainview.project.errors import Problem, UserError
from plainview.project.read import read_project

PROJECT = """\
as_of = "2026-11-02"
[authority]
name = "Sallowmere"
controller = "Sallowmere Borough Council"
[linkage]
blocking = "normal"
threshold = 0.95
seed = 1
[engine]
name = "spark"
memory = "3GB"
threads = 0
master = "local[*]"
"""

SOURCE = """\
id = "housing"
title = "Council housing tenancies"
service = "Housing"
contact_role = "Housing data steward"
controller = "Sallowmere Borough Council"
gateways = ["Housing Act 1985 section 21"]
rows = ["person", "event"]
cadence = "weekly"
retention = "6 years"
arises = "reported"
trust = 4
one_record_per_person = true
gazetteer = false
[file]
pattern = "deliveries/housing/tenancies_{date}.csv"
format = "csv"
date_format = "%Y-%m-%d"
encoding = "windows-1252"
delimiter = ";"
quote = "'"
sheet = ""
[control]
sidecar = true
rows_min = 100
rows_max = 50000
[encoded]
schema_file = "blind/housing.json"
key_file = "/etc/plainview/keys/housing.key"
threshold = 0.87
margin = 0.05
sample = 1000
[tolerance]
bad_rows = 0.02
duplicate_ids = 0
control_total = 0.01
extra_columns = true
missing_days = 7
optional = false
[[exclude]]
name = "test tenants"
column = "Benefit"
values = ["ZZTEST"]
reason = "the supplier's test records"
[columns.Ref]
meaning = "record_id"
required = true
[columns."Moved In"]
meaning = "event_date"
type = "date"
formats = ["%d/%m/%Y"]
[columns."Benefit"]
meaning = "attribute.housing_benefit"
type = "text"
formats = []
required = true
allowed = []
map = { Yes = "Y" }
missing = ["N/K"]
sensitivity = "special_category"
trust = 5
"""


def write_sound(root: Path, *, project: str = PROJECT, **sources: str) -> Path:
    """The sound project in `root`, with `project` and `sources` (by id) in place of its own; gives `root`."""
    (root / "sources").mkdir(parents=True, exist_ok=True)
    (root / "plainview.toml").write_text(project, encoding="utf-8", newline="")
    for id, text in ({"housing": sound_source()} | sources).items():
        (root / "sources" / f"{id}.toml").write_text(text, encoding="utf-8", newline="")
    return root


def sound_source(id: str = "housing") -> str:
    """The text of a sound source called `id`."""
    encoded = SOURCE[SOURCE.index("[encoded]") : SOURCE.index("[tolerance]")]
    sound = SOURCE.replace('sheet = ""\n', "").replace(encoded, "")
    return sound.replace('"housing"', f'"{id}"').replace("/housing/", f"/{id}/")


def problems_of(root: Path) -> list[Problem]:
    """What is wrong with the project in `root`; nothing if it reads."""
    try:
        read_project(root)
    except UserError as error:
        return error.problems
    return []
