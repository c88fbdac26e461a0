"""The electoral roll: who may vote where; no birth dates, no telephones."""

from plainview.demo.deliveries.declared import DemoSource

SOURCE = DemoSource(
    declaration="""\
# The full register. The law limits its use by the council: security, law enforcement, crime prevention and
# statistics. A purpose that is none of these must not name this source.
id = "electoral_roll"
title = "Electoral register (full)"
service = "Electoral Services"
contact_role = "Electoral Registration Officer"
controller = "Electoral Registration Officer for Sallowmere"
gateways = [
  "Representation of the People Act 1983 section 9",
  "Representation of the People (England and Wales) Regulations 2001 regulation 107",
]
rows = ["person", "address"]
cadence = "monthly"
retention = "2 years"
trust = 4

[file]
pattern = "deliveries/electoral_roll/register_{date}.csv"
format = "csv"
encoding = "utf-8"
delimiter = ","

[columns."Elector Number"]
meaning = "record_id"
required = true
[columns."Elector Title"]
meaning = "ignore"
[columns."Elector Surname"]
meaning = "last_name"
sensitivity = "identifier"
[columns."Elector Forename"]
meaning = "first_name"
required = true
sensitivity = "identifier"
[columns."Elector Middle Names"]
meaning = "middle_names"
sensitivity = "identifier"
[columns."Franchise Marker"]            # G: citizen of the European Union, K: overseas
meaning = "attribute.franchise"
[columns."Date of Attainment"]          # the eighteenth birthday of those who are not yet eighteen
meaning = "attribute.attains"
type = "date"
formats = ["%d/%m/%Y"]
[columns."Address 1"]
meaning = "address_line_1"
required = true
sensitivity = "identifier"
[columns."Address 2"]
meaning = "address_line_2"
sensitivity = "identifier"
[columns."Address 3"]
meaning = "address_line_3"
sensitivity = "identifier"
[columns."Postcode"]
meaning = "postcode"
sensitivity = "identifier"
[columns."UPRN"]
meaning = "uprn"
sensitivity = "identifier"
[columns."Register Date"]
meaning = "updated_date"
formats = ["%d/%m/%Y"]
""",
    people="""
        SELECT person, luck, registered AS entered
        FROM (SELECT *, CAST(greatest(here_from, birth_date + 6400, DATE '2008-01-01' + pick(luck,
            'first canvass', 5000))
                             + pick(luck, 'canvass', 300) AS DATE) AS registered FROM people)
        WHERE dice(luck, 'on the register') < 0.46 AND here_to >= DATE '{end}' - 200 AND registered < here_to
    """,
    rows="""
        SELECT person, printf('%s%s-%d', chr(CAST(65 + number // 1500 % 26 AS INTEGER)),
                              chr(CAST(65 + number // 39000 % 26 AS INTEGER)), number) AS "Elector Number",
            CASE sex WHEN 'M' THEN 'Mr' WHEN 'F' THEN 'Ms' END AS "Elector Title",
            last_name AS "Elector Surname", first_name AS "Elector Forename",
            middle_names AS "Elector Middle Names",
            CASE WHEN dice(luck, 'franchise') < 0.05 THEN 'G' END AS "Franchise Marker",
            CASE WHEN true_birth_date + 6575 > DATE '{today}'
                 THEN strftime(true_birth_date + INTERVAL 18 YEAR, '%d/%m/%Y') END AS "Date of Attainment",
            line_1 AS "Address 1", locality AS "Address 2", town AS "Address 3", postcode AS "Postcode",
            CASE WHEN dice(home_luck, 'uprn') < 0.7 THEN uprn END AS "UPRN",
            strftime(updated, '%d/%m/%Y') AS "Register Date"
        FROM entries WHERE here_to >= DATE '{today}' - 200
    """,
)
