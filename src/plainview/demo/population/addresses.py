"""Addresses: invented streets, buildings and postcodes for the homes of the borough.

Postcodes have the form of real ones in the area ZQ, which the Royal Mail does not use; each is shared by
10 to 20 addresses. Towns, localities and streets are put together from ordinary words.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from plainview.demo.population import houses as h
from plainview.demo.population import schemas, stock
from plainview.demo.population.areas import TENURES, Borough
from plainview.demo.population.dice import Bools, Dice, Floats, Ints, happens
from plainview.demo.population.identifiers import number_homes
from plainview.demo.population.places import Places
from plainview.demo.population.schemas import make_table
from plainview.demo.population.spellings import words_of

KINDS = ["house", "flat", "shared_house", "care_home", "children_home", "hostel"]
_HOUSE, _BLOCK, _CONVERTED = 0, 1, 2
_PER_POSTCODE, _PER_STREET, _PER_BLOCK, _PER_CONVERTED = 14, 42, 12, 3
_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"
_UNITS_PER_DISTRICT, _UNITS_PER_SECTOR = 1600, 160


@dataclass
class Sites:
    """Where each home stands: `form` (house, block, converted house), position within area and form, street,
    position in the street, postcode, all as whole numbers."""

    form: Ints
    position: Ints
    street: Ints
    number: Ints
    unit: Ints


def address_homes(places: Places, borough: Borough, dice: Dice) -> pa.Table:
    """The table of addresses."""
    rng = dice.about("addresses")
    kind = choose_kinds(places, borough, rng)
    sites = lay_streets(places, kind, borough, rng)
    flat, building, number = write_doors(sites, kind, places, rng)
    street = write_streets(sites.street, rng)
    return make_table(
        schemas.ADDRESSES,
        {
            "address": np.arange(len(kind)),
            "uprn": number_homes(len(kind), rng),
            "flat": flat,
            "building": building,
            "house_number": number,
            "street": street,
            "locality": words_of(borough.names, places.area),
            "town": write_towns(borough, places.area),
            "postcode": write_postcodes(sites.unit),
            "area": words_of(borough.codes, places.area),
            "kind": words_of(KINDS, kind),
            "tenure": words_of([*TENURES, "institution"], places.tenure),
            "bedrooms": places.bedrooms,
        },
    )


def choose_kinds(places: Places, borough: Borough, rng: np.random.Generator) -> Ints:
    """House or flat by the area's share of flats and by size; the homes and shared houses are given."""
    smaller: Floats = np.array([1.0, 1.75, 1.05, 0.45, 0.2, 0.15, 0.1, 0.1])[np.minimum(places.bedrooms, 7)]
    share = np.minimum((borough.flats[places.area] * 0.9 + 0.1) * smaller, 0.95)
    kind = np.where(happens(rng, share, len(share)), 1, 0)
    given = [places.house_kind == code for code in (h.SHARED, h.CARE_HOME, h.CHILDREN_HOME, h.HOSTEL)]
    return np.select(given, [2, 3, 4, 5], kind)


def lay_streets(places: Places, kind: Ints, borough: Borough, rng: np.random.Generator) -> Sites:
    """Line homes up in streets, area by area, 42 house numbers to each; blocks of flats stand among them."""
    count = len(kind)
    form = np.where(kind == 1, np.where(happens(rng, 0.6, count), _BLOCK, _CONVERTED), _HOUSE)
    order = np.lexsort((rng.random(count), form, places.area))
    key = places.area[order] * 3 + form[order]
    begin = np.searchsorted(key, np.arange(len(borough.codes) * 3))
    position = np.empty(count, np.int64)
    position[order] = np.arange(count) - begin[key]
    number_of = np.diff(np.append(begin, count)).reshape(-1, 3)
    streets = np.maximum(-(-number_of[:, _HOUSE] // _PER_STREET), 1)
    first_street = np.cumsum(streets) - streets
    building = np.where(form == _BLOCK, position // _PER_BLOCK, position // _PER_CONVERTED)
    within = np.where(form == _HOUSE, position // _PER_STREET, building % streets[places.area])
    units = np.maximum(np.rint(number_of / _PER_POSTCODE), 1).astype(np.int64)
    first_unit = (np.cumsum(units) - units.ravel()).reshape(-1, 3)
    number = np.where(form == _HOUSE, position % _PER_STREET, 44 + building // streets[places.area])
    share = position * units[places.area, form] // number_of[places.area, form]
    unit = first_unit[places.area, form] + share
    return Sites(form, position, first_street[places.area] + within, number, unit)


def write_doors(
    sites: Sites, kind: Ints, places: Places, rng: np.random.Generator
) -> tuple[pa.Array[Any], pa.Array[Any], pa.Array[Any]]:
    """Flat, building and house number; few houses have a name and no number, most blocks too."""
    count = len(kind)
    side = sites.number % 2
    odd_then_even = np.where(sites.number < 21, sites.number * 2 + 1, sites.number * 2 - 40)
    door = np.where(sites.form == _HOUSE, odd_then_even, sites.number * 2 + 1 + side)
    # one block or converted house has one way of numbering, so the draw goes by building
    building = np.where(sites.form == _BLOCK, sites.position // _PER_BLOCK, sites.position // _PER_CONVERTED)
    key = (places.area * 3 + sites.form) * 100_003 + building
    odds = (key * 2_654_435_761 % 1_000_003) / 1_000_003
    flat, flat_texts = number_flats(sites, odds)
    named_block = (sites.form == _BLOCK) & (odds < 0.75)
    named_house = (sites.form == _HOUSE) & (kind == 0) & happens(rng, 0.025, count)
    home = kind >= 3
    building_words, words = name_buildings(key, named_block, named_house, home, sites, places)
    lettered = (sites.form == _HOUSE) & happens(rng, 0.03, count)
    numberless = home | (named_house & happens(rng, 0.7, count)) | (named_block & (odds < 0.4))
    texts = [str(i) for i in range(1000)] + [f"{i}A" for i in range(1000)]
    number = np.where(numberless, -1, np.minimum(door, 999) + 1000 * lettered)
    return words_of(flat_texts, flat), words_of(words, building_words), words_of(texts, number)


def number_flats(sites: Sites, odds: Floats) -> tuple[Ints, list[str]]:
    """What is on the flat's door: Flat 3, Flat B, First Floor Flat, or null for a house."""
    floors = ["Ground Floor Flat", "First Floor Flat", "Second Floor Flat"]
    texts = [f"Flat {i}" for i in range(1, 13)] + [f"Flat {letter}" for letter in "ABC"] + floors
    place = np.where(sites.form == _BLOCK, sites.position % _PER_BLOCK, sites.position % _PER_CONVERTED)
    shift = np.where(sites.form == _BLOCK, 0, np.select([odds < 0.45, odds < 0.75], [0, 12], 15))
    return np.where(sites.form == _HOUSE, -1, place + shift), texts


def name_buildings(
    key: Ints, named_block: Bools, named_house: Bools, home: Bools, sites: Sites, places: Places
) -> tuple[Ints, list[str]]:
    """Names of blocks, of houses with a name, and of care homes and hostels; -1 for none."""
    blocks = [f"{a} {b}" for a in stock.read_words("street_first") for b in stock.read_words("block")]
    cottages = [f"{a} {b}" for a in stock.read_words("house_first") for b in stock.read_words("house_second")]
    homes = [f"{a} {b}" for a in stock.read_words("area_first") for b in stock.read_words("care_home")]
    one_house = (sites.position * 31 + places.area * 17) % len(cottages)  # neighbours never share a name
    found = np.where(named_block, key * 40_503 % 7_919 % len(blocks), -1)
    found = np.where(named_house, len(blocks) + one_house, found)
    numbers = np.cumsum(home) * 7 % len(homes)
    found = np.where(home, len(blocks) + len(cottages) + numbers, found)
    return found, blocks + cottages + homes


def write_streets(street: Ints, rng: np.random.Generator) -> pa.Array[Any]:
    """Street names: no name twice within a few thousand streets."""
    texts = [f"{a} {b}" for a in stock.read_words("street_first") for b in stock.read_words("street_type")]
    order = rng.permutation(len(texts))
    return words_of(texts, order[street % len(texts)])


def write_towns(borough: Borough, area: Ints) -> pa.Array[Any]:
    """Towns: two wards of three lie in Sallowmere itself."""
    towns = stock.read_words("town")
    of_ward = np.where(
        np.arange(len(borough.ward_codes)) % 3 != 2, 0, 1 + np.arange(len(borough.ward_codes)) // 3 % 3
    )
    return words_of(towns, of_ward[borough.wards[area]])


def write_postcodes(unit: Ints) -> pa.Array[Any]:
    """Postcodes by number: 1,600 to a district, 160 to a sector, letters in no order."""
    numbers = np.unique(unit)
    texts = []
    for one in numbers.tolist():
        district, rest = divmod(one, _UNITS_PER_DISTRICT)
        sector, walk = divmod(rest, _UNITS_PER_SECTOR)
        letters = divmod(walk * 147 % 400, 20)
        texts.append(f"ZQ{district + 1} {sector}{_LETTERS[letters[0]]}{_LETTERS[letters[1]]}")
    return words_of(texts, np.searchsorted(numbers, unit))
