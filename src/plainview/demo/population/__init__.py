"""The people of the fictional authority: who they are, where they lived, what they needed.

`make_population` tells the story backwards. It makes exactly so many residents in households as a census
would find them on the last day, and then gives them a past of some years: where they lived before, with
whom, who has died or left, who was born, who parted, married, changed name, was looked after, moved into
care. Each past home is one that somebody else moved into later, so an old address leads to another family,
as in life.

Everything is drawn from tables of open statistics (see `demo/tables/README.md`); nobody in it is real.

- areas, houses, founders, casts: the borough, its households, and their members at the end
- matches, families: parents, former partners, siblings and the dead across households
- chains, places, stays, stories: moves back in time, homes, and who lived where from when to when
- given_names, family_names, name_histories, spellings: names by naming culture, and how they change
- identifiers, contacts, addresses: numbers and places that exist nowhere
- causes, hazards, needs, protections, need_rows: latent needs over time, and what softens them
"""

from plainview.demo.population.populations import make_population
from plainview.demo.population.schemas import Population

__all__ = ["Population", "make_population"]
