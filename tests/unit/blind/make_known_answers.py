"""Writes known_answers.json with clkhash 0.18.3, which is in no environment of ours: pip install it in one apart."""

import copy
import json
import sys
from pathlib import Path

from clkhash.clk import generate_clks
from clkhash.schema import from_json_dict
from clkhash.serialization import serialize_bitarray

SECRET = "00112233445566778899aabbccddeeff0123456789abcdef0fedcba987654321"
ROWS = [
    ["ada", "obrien", "1980-02-03", "f", "zq11ab", "4857773456"],
    ["ada", "obrian", "1980-02-03", "f", "zq11ab", ""],
    ["bo", "van der berg", "2001-12-31", "m", "", "0"],
    ["anna maria", "anananana", "1999-01-01", "x", "zq19zz", "9434765919"],
    ["", "", "", "", "", ""],
    ["søren", "żółć", "1955-05-05", "m", "zq37xy", "0034567890"],
    ["и", "иванов", "1970-07-07", "", "zq2 2bb", "1"],
]


def hashing(comparison, strategy, hash=None, missing=None):
    h = {"comparison": comparison, "strategy": strategy}
    if hash:
        h["hash"] = hash
    if missing:
        h["missingValue"] = missing
    return h


def schema(length, first, last, birth, sex, code, number, kdf=None, folds=None):
    config = {"l": length, "kdf": kdf or {"type": "HKDF"}}
    if folds:
        config |= {"xor_folds": folds, "xorFolds": folds}
    text = {"type": "string", "encoding": "utf-8"}
    return {
        "version": 3,
        "clkConfig": config,
        "features": [
            {"identifier": "first_name", "format": text, "hashing": first},
            {"identifier": "last_name", "format": text, "hashing": last},
            {"identifier": "birth_date", "format": {"type": "date", "format": "%Y-%m-%d"}, "hashing": birth},
            {"identifier": "sex", "format": {"type": "enum", "values": ["f", "m", "x"]}, "hashing": sex},
            {"identifier": "postcode", "format": text, "hashing": code},
            number,
        ],
    }


G2 = {"type": "ngram", "n": 2}
G3P = {"type": "ngram", "n": 3, "positional": True}
G1P = {"type": "ngram", "n": 1, "positional": True}
EX = {"type": "exact"}
D = {"type": "doubleHash"}
DS = {"type": "doubleHash", "prevent_singularity": True}
B = {"type": "blakeHash"}
E = {"sentinel": ""}
IGN = {"identifier": "nhs_number", "ignored": True}
INT = {
    "identifier": "nhs_number",
    "format": {"type": "integer"},
    "hashing": hashing(EX, {"bitsPerToken": 37}, B, E),
}
SCHEMAS = {
    "blake, bits per feature": schema(
        1024,
        hashing(G2, {"bitsPerFeature": 200}),
        hashing(G2, {"bitsPerFeature": 201}, B),
        hashing(G1P, {"bitsPerFeature": 190}, B, E),
        hashing(EX, {"bitsPerFeature": 20}, B, E),
        hashing(G3P, {"bitsPerFeature": 100}),
        IGN,
    ),
    "double, bits per token, sha512": schema(
        1088,
        hashing(G2, {"bitsPerToken": 20}, D),
        hashing(G2, {"bitsPerToken": 15}, DS),
        hashing(G2, {"bitsPerToken": 30}, D, E),
        hashing(EX, {"bitsPerToken": 25}, DS, E),
        hashing(G3P, {"bitsPerToken": 10}, DS),
        IGN,
        kdf={
            "type": "HKDF",
            "hash": "SHA512",
            "salt": "c2FsdCBvZiB0aGUgc2Vh",
            "info": "aW5mbw==",
            "keySize": 32,
        },
    ),
    "blake, folded twice, missing replaced": schema(
        512,
        hashing(G2, {"bitsPerFeature": 300}, B),
        hashing({"type": "ngram", "n": 4}, {"bitsPerFeature": 300}, B),
        hashing(G2, {"bitsPerFeature": 100}, B, {"sentinel": "", "replaceWith": "none"}),
        hashing(EX, {"bitsPerFeature": 70}, B, E),
        hashing(G2, {"bitsPerToken": 70}, B, {"sentinel": "", "replaceWith": "zz"}),
        INT,
        folds=2,
    ),
    "double, folded once, short filter": schema(
        64,
        hashing(G2, {"bitsPerFeature": 40}, D),
        hashing(G2, {"bitsPerFeature": 41}, DS),
        hashing(G1P, {"bitsPerFeature": 3}, DS, E),
        hashing(EX, {"bitsPerToken": 5}, D, E),
        hashing(G2, {"bitsPerToken": 2}, DS),
        IGN,
        folds=1,
    ),
}
# utf-16 and utf-32 texts
wide = copy.deepcopy(SCHEMAS["blake, bits per feature"])
wide["features"][0]["format"] = {"type": "string", "encoding": "utf-16"}
wide["features"][1]["format"] = {"type": "string", "encoding": "utf-32"}
SCHEMAS["texts in utf-16 and utf-32"] = wide
cases = []
for name, s in SCHEMAS.items():
    clks = generate_clks(ROWS, from_json_dict(copy.deepcopy(s)), SECRET, validate=False, max_workers=1)
    cases.append({"name": name, "schema": s, "clks": [serialize_bitarray(c) for c in clks]})
text = json.dumps(
    {
        "made_by": "clkhash 0.18.3, by make_known_answers.py",
        "secret": SECRET,
        "fields": [f["identifier"] for f in SCHEMAS["blake, bits per feature"]["features"]],
        "rows": ROWS,
        "cases": cases,
    },
    indent=1,
    ensure_ascii=False,
)
Path(sys.argv[1]).write_text(text, encoding="utf-8")
