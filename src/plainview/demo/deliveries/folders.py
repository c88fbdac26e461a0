"""The project folder round the deliveries: plainview.toml, a declaration for each source, README.md."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from plainview.demo.deliveries.declared import DemoSource
from plainview.demo.deliveries.due_dates import LAST_DELIVERY

_PROJECT = f"""\
# A fictional authority, made by `plainview demo new`. Nobody in it exists.

# The build sees the world as it was known on this day.
as_of = "{LAST_DELIVERY.isoformat()}"

[authority]
name = "Sallowmere"
controller = "Sallowmere Borough Council"

[linkage]
threshold = 0.5
seed = 1
"""

_README = """\
# Sallowmere, a fictional authority

{residents:,} residents, {sources} sources, seed {seed}, {weeks} weekly round(s). Nobody here exists: names,
addresses and numbers were drawn by a program, telephones and National Insurance numbers included.

| folder | what |
|---|---|
| `plainview.toml`, `sources/` | the declarations: what each service sends, on what ground, meaning what |
| `deliveries/` | full extracts, one file a source and date; the newest good one counts |
| `truth/` | what no service knows: whose each record is, what each person needed, who is whose. Never read by a build |

## What to know before you use the deliveries

- **Mistakes** are those of life: typing errors, names spelt by ear, nicknames, second spellings of names
  from other scripts, family names dropped or reordered, initials, day and month swapped, 01-01-1900, old
  names and addresses, a parent's mobile, one landline a home, people entered twice, aliases given on arrest.
  How often, service by service, is one table in the generator (`demo/deliveries/rates.py`).
- **Events follow from needs**, damped by protective circumstances, with a background that has nothing to do
  with need. A service sees part of them, and learns of them later than they happen (`event_date`,
  `known_date`).
- **Recording bias, on purpose.** Police stops and drug offences, fire visits and school welfare visits come
  of the service's own activity. With the same need there are nearly three times as many of them in the most
  deprived tenth of areas as in the least. A model that takes them for need learns where the services looked.
- **Drift.** With no change of need, customer contacts and early help grow by 10 % a year, school absences by
  6 %, drug and alcohol contacts by 5 %, children's social care by 4 %, adult social care and the NHS by 3 %;
  youth justice falls by 6 % a year, police incidents by 5 %, fire visits by 3 %.
- **Changes of recording.** On 19 August 2024 school absence code G came in beside O, and "Fixed-term
  exclusion" became "Suspension". From 1 April 2025 the police record nearly half of what was
  "ANTI-SOCIAL BEHAVIOUR" as "NEIGHBOUR DISPUTE".
- **Who is named.** A school names one parent or foster carer, mostly the mother; children's social care one for
  each event, with words of several kinds, some of which nobody knows; benefits the partner; tenancies the joint
  tenant's number. Early help numbers its family plans and lists who is in them; one person in twenty has a plan of
  their own, and some of each family are left out.
- **Test records** (`ZZTEST`) are left out by a named rule; a few values are impossible (31 February, an
  empty date) and go to quarantine.
- **Limited by law.** The electoral register may be used only for what its regulations name: see
  `sources/electoral_roll.toml`.
- **No legal advice.** The gateways name real provisions as examples; no lawyer has checked that each carries
  what its source sends. Ask yours before you copy one.

## Next

    plainview check .
    plainview build .
    plainview evaluate . --truth truth/truth.parquet
"""


def write_declarations(
    root: Path, sources: Sequence[DemoSource], *, residents: int, seed: int, weeks: int
) -> None:
    """Write everything of the project folder but deliveries and truth."""
    (root / "plainview.toml").write_text(_PROJECT, encoding="utf-8")
    (root / "sources").mkdir()
    for source in sources:
        (root / "sources" / f"{source.id}.toml").write_text(source.declaration, encoding="utf-8")
    readme = _README.format(residents=residents, sources=len(sources), weeks=weeks, seed=seed)
    (root / "README.md").write_text(readme, encoding="utf-8")
