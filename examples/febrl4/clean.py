"""Make this folder's deliveries and truth from the FEBRL files as they are published.

    python clean.py FOLDER_WITH_dataset4a.csv_AND_dataset4b.csv

The published files write a space after every comma; here each value is trimmed and nothing else is
changed. `truth.csv` takes the number in `rec_id` (rec-NUMBER-org, rec-NUMBER-dup-0) as the person.
"""

import csv
import sys
from pathlib import Path

HERE = Path(__file__).parent
DATE = "2004-01-01"  # the files carry no date; FEBRL's generator is of that time


def read(path: Path) -> list[list[str]]:
    """The rows of a file as published, each value trimmed."""
    with path.open(encoding="utf-8", newline="") as file:
        return [[value.strip() for value in row] for row in csv.reader(file) if row]


def write(path: Path, rows: list[list[str]]) -> None:
    """Plain CSV."""
    path.parent.mkdir(exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def main(folder: Path) -> None:
    """Write both deliveries and the truth."""
    truth = [["source", "record_id", "truth_id"]]
    for letter in "ab":
        (found,) = folder.glob(f"*dataset4{letter}.csv")
        rows = read(found)
        write(HERE / "deliveries" / f"febrl_{letter}_{DATE}.csv", rows)
        truth += [[f"febrl_{letter}", row[0], row[0].split("-")[1]] for row in rows[1:]]
    write(HERE / "truth.csv", truth)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
