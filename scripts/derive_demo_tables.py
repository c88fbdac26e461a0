"""Make the small tables the demo authority is built from, out of open data.

    python scripts/derive_demo_tables.py FOLDER_OF_OPEN_DATA

The product itself never needs the open data: it reads what this writes to src/plainview/demo/tables.
Areas lose their names, codes, order and exact figures here, so that nothing in the product says
anything about a real neighbourhood. `cultures.csv` and `words.csv` are written by hand: see the README
beside them.
"""

from __future__ import annotations

import csv
import sys
from collections import defaultdict
from pathlib import Path

import duckdb
import numpy as np

OUT = Path(__file__).parents[1] / "src/plainview/demo/tables"
CULTURES = (
    "british", "irish", "slavic", "romanian", "iberian", "turkish", "south_asian_muslim", "sikh",
    "gujarati", "south_indian", "chinese", "somali", "horn_of_africa", "west_african", "caribbean", "arabic",
)  # fmt: skip


def read_areas(data: Path) -> dict[str, np.ndarray]:
    """One row a real area: counts needed for the shares; columns by name."""
    con = duckdb.connect()
    areas = data / "areas"
    query = f"""
        WITH wide AS (SELECT * FROM '{areas}/census2021_bristol_oa21_wide.parquet'),
        census AS (
            SELECT lookup.lsoa21_code, any_value(lookup.ward24_code) AS ward, sum(COLUMNS('ts.*'))
            FROM wide JOIN '{areas}/oa21_lookup_bristol.csv' lookup USING (oa21_code)
            GROUP BY lookup.lsoa21_code),
        ethnic AS (
            PIVOT '{areas}/ethnicity2021_bristol_lsoa21.csv' ON ethnic_group[:5] USING sum(n)
            GROUP BY lsoa21_code)
        SELECT * FROM census JOIN ethnic USING (lsoa21_code)
        JOIN '{areas}/imd2025_bristol_lsoa21.csv' USING (lsoa21_code) ORDER BY lsoa21_code"""
    return con.execute(query).fetchnumpy()


def share_cultures(t: dict[str, np.ndarray]) -> np.ndarray:
    """Shares of naming cultures, from broad ethnic group, religion and country of birth; see the README."""
    total = t["ts0040001"]
    asian, black, mixed, other = t["Asian"], t["Black"], t["Mixed"], t["Other"]
    shares = dict.fromkeys(CULTURES, np.zeros(len(total)))
    shares["slavic"] = t["ts0040006"] * 1.15
    shares["romanian"] = t["ts0040007"] * 1.15
    shares["iberian"] = t["ts0040005"] * 0.35
    shares["irish"] = t["ts0040005"] * 0.12 + total * 0.006
    shares["turkish"] = t["ts0040009"] * 0.3 + other * 0.2
    shares["sikh"] = t["ts0300008"] * 0.95
    shares["gujarati"] = t["ts0300005"] * 0.55
    shares["south_indian"] = t["ts0300005"] * 0.4 + asian * 0.05
    shares["chinese"] = asian * 0.2
    rest = asian - shares["sikh"] - shares["gujarati"] - shares["south_indian"] - shares["chinese"]
    shares["south_asian_muslim"] = np.maximum(rest, 0) + mixed * 0.08 + other * 0.15
    shares["somali"] = black * 0.38
    shares["horn_of_africa"] = black * 0.09 + other * 0.05
    shares["west_african"] = black * 0.2 + mixed * 0.08
    shares["caribbean"] = black * 0.33 + mixed * 0.25
    shares["arabic"] = other * 0.4
    found = np.stack([shares[name] for name in CULTURES], axis=1) / total[:, None]
    found[:, 0] = 1 - found[:, 1:].sum(axis=1)
    return found


def write_areas(data: Path, rng: np.random.Generator) -> None:
    """areas.csv: shares of each area under an invented code, shuffled, blurred and rounded."""
    t = {name: np.asarray(values) for name, values in read_areas(data).items()}
    homes = t["ts0170001"]
    columns = {
        "population": t["ts0010001"] / t["ts0010001"].sum(),
        "single": t["ts0170003"] / homes,
        "large": (t["ts0170007"] + t["ts0170008"] + t["ts0170009"] + t["ts0170010"]) / homes,
        "married": t["ts0020003"] / t["ts0020001"],
        "widowed": t["ts0020016"] / t["ts0020001"],
        "student": t["ts0680002"] / t["ts0680001"],
        "moved": (t["ts0190004"] + t["ts0190005"] + t["ts0190003"]) / t["ts0190001"],
        "flat": t["ts0440005"] / homes,
        "part_house": t["ts0440006"] / homes,
        "owner": (t["ts0540002"] + t["ts0540005"]) / t["ts0540001"],
        "private_rent": (t["ts0540010"] + t["ts0540013"]) / t["ts0540001"],
        "council": t["ts0540008"] / t["ts0540001"],
        "housing_association": t["ts0540009"] / t["ts0540001"],
    }
    order = rng.permutation(len(homes))
    wards = np.unique(t["ward"])
    ward = dict(zip(wards, rng.permutation(len(wards)), strict=True))
    cultures = share_cultures(t)
    with (OUT / "areas.csv").open("w", newline="") as file:
        write = csv.writer(file, lineterminator="\n")
        write.writerow(["ward", "deprivation", *columns, *CULTURES])
        for i in sorted(order, key=lambda i: ward[t["ward"][i]]):
            figures = [blur(columns[name][i], rng) for name in columns]
            shares = [blur(value, rng) for value in cultures[i]]
            write.writerow([ward[t["ward"][i]], int(t["IMD_decile"][i]), *figures, *shares])


def blur(value: float, rng: np.random.Generator) -> float:
    """`value` times 0.94 to 1.06, to four places: near enough for a demo, equal to no published figure."""
    return round(float(value) * rng.uniform(0.94, 1.06), 4)


def kept_elsewhere() -> tuple[set[str], set[str]]:
    """First and last names of the hand-written table of the other naming cultures, in lower case."""
    first: set[str] = set()
    last: set[str] = {"singh", "kaur"}
    with (OUT / "cultures.csv").open() as file:
        for row in csv.DictReader(file):
            names = {name.lower() for group in row["names"].split() for name in group.split("/")}
            if row["culture"] in ("irish", "caribbean"):
                continue
            (last if row["part"].startswith("last") else first).update(names)
    return first, last


def write_first_names(data: Path) -> None:
    """first_names.csv: period, sex, name, weight (per 10,000) for the general English-speaking stock."""
    con = duckdb.connect()
    elsewhere, _ = kept_elsewhere()
    ranked = con.execute(
        f"SELECT name, year::INT, rank::INT, sex FROM '{data}/names/ew_top100_names_1904_1994.csv'"
    ).fetchall()
    usual = {name.lower() for name, *_ in ranked}
    counted = con.execute(f"""
        SELECT year, sex, name, n FROM '{data}/names/ew_baby_names_1996_2020.parquet'
        WHERE year IN (1996, 2000, 2004, 2008, 2012, 2016, 2020)
        QUALIFY row_number() OVER (PARTITION BY year, sex ORDER BY n DESC, name) <= 420
        ORDER BY year, sex, n DESC, name""").fetchall()
    weights: dict[tuple[int, str], dict[str, float]] = defaultdict(dict)
    for year, sex, name, n in counted:
        if name.lower() in usual or name.lower() not in elsewhere:
            weights[year, sex][name] = float(n)
    for name, year, rank, sex in ranked:
        weights[year, sex].setdefault(name.title(), weigh_rank(rank, year, sex))
    add_tails(weights)
    with (OUT / "first_names.csv").open("w", newline="") as file:
        write = csv.writer(file, lineterminator="\n")
        write.writerow(["period", "sex", "name", "weight"])
        for (year, sex), names in sorted(weights.items()):
            total = sum(names.values())
            for name, weight in sorted(names.items(), key=lambda item: (-item[1], item[0])):
                write.writerow([year, sex, name, round(10_000 * weight / total, 2)])


def weigh_rank(rank: int, year: int, sex: str) -> float:
    """Weight of the name ranked `rank`: only ranks were published before 1996.

    A Zipf-Mandelbrot curve whose slope falls with time, as the share of the top ten names fell
    (about 40 % of boys in the 1900s to 25 % in the 1990s; girls' names always spread wider).
    """
    slope = (1.25 if sex == "M" else 1.1) - 0.003 * (year - 1904)
    return 1000.0 / (rank + 2.5) ** slope


def add_tails(weights: dict[tuple[int, str], dict[str, float]]) -> None:
    """Give each ranked period the rarer names: those of the periods near it, at small weight."""
    years = sorted({year for year, _ in weights})
    ranked = {key: dict(names) for key, names in weights.items()}
    for (year, sex), names in ranked.items():
        if year >= 1996:
            continue
        share = 0.10 + 0.0016 * (year - 1904)
        tail: dict[str, float] = defaultdict(float)
        for other in years:
            if other == year or abs(other - year) > 34:
                continue
            near = 0.5 ** (abs(other - year) / 8)
            total = sum(ranked[other, sex].values())
            for name, weight in ranked[other, sex].items():
                if name not in names:
                    tail[name] += near * weight / total
        total, spread = sum(names.values()), sum(tail.values())
        for name, weight in tail.items():
            weights[year, sex][name] = weight / spread * total * share / (1 - share)


def write_last_names(data: Path) -> None:
    """last_names.csv: name, weight (per 100,000), capitals as usually written."""
    _, elsewhere = kept_elsewhere()
    rows = list(csv.DictReader((data / "names/sdg_lastname_uk.csv").open()))
    with (OUT / "last_names.csv").open("w", newline="") as file:
        write = csv.writer(file, lineterminator="\n")
        write.writerow(["name", "weight"])
        for row in rows:
            name = row["surname"].strip().lower()
            if name not in elsewhere and name.replace("'", "").replace("-", "").isalpha() and len(name) > 2:
                write.writerow([capitalise(name), round(float(row["freq"]) * 100_000, 1)])


def capitalise(name: str) -> str:
    """`name` in its usual capitals: McDonald, O'Brien, Smith."""
    if name.startswith("mc") and len(name) > 4:
        return "Mc" + name[2:].capitalize()
    if name.startswith("o'"):
        return "O'" + name[2:].capitalize()
    return "-".join(part.capitalize() for part in name.split("-"))


def write_nicknames(data: Path) -> None:
    """nicknames.csv: name, nickname: pairs plainly alike, or old English pet forms."""
    pet = {
        "bill",
        "billy",
        "bob",
        "bobby",
        "ted",
        "ned",
        "dick",
        "peggy",
        "polly",
        "molly",
        "nell",
        "jack",
        "hank",
        "sally",
        "betty",
        "libby",
        "liz",
        "beth",
        "becky",
        "tina",
        "tony",
        "gus",
        "trish",
    }
    con = duckdb.connect()
    stock = {
        row[0].lower() for row in con.execute(f"SELECT DISTINCT name FROM '{OUT}/first_names.csv'").fetchall()
    }
    rows = csv.DictReader((data / "names/nicknames.csv").open())
    found: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        name, short = row["name1"].strip(), row["name2"].strip()
        alike = short[:2] == name[:2] and short != name and len(short) <= len(name)
        known = name in stock and row["relationship"] == "has_nickname" and short.isalpha()
        if known and (alike or short in pet) and len(found[name]) < 4:
            found[name].append(short)
    with (OUT / "nicknames.csv").open("w", newline="") as file:
        write = csv.writer(file, lineterminator="\n")
        write.writerow(["name", "nickname"])
        for name in sorted(found):
            write.writerows([name.capitalize(), short.capitalize()] for short in found[name])


def main(data: Path) -> None:
    rng = np.random.default_rng(20260101)
    write_areas(data, rng)
    write_first_names(data)
    write_last_names(data)
    write_nicknames(data)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
