"""Fire and rescue: visits to homes, found by the crew's own rounds more than by request."""

from plainview.demo.deliveries.declared import DemoSource
from plainview.demo.deliveries.events import Happenings, Kind

SOURCE = DemoSource(
    declaration="""\
# Safe and well visits and incidents at home. Crews choose where to go: with the same need there are about
# three times as many visits in the most deprived tenth of areas as in the least.
id = "fire_visits"
title = "Fire and rescue visits"
service = "Fire and Rescue"
contact_role = "Community safety officer"
controller = "Merewold Fire and Rescue Authority"
gateways = ["Fire and Rescue Services Act 2004 section 6", "Crime and Disorder Act 1998 section 115"]
rows = ["person", "event", "address"]
cadence = "monthly"
retention = "5 years"
arises = "discovered"
trust = 2

[file]
pattern = "deliveries/fire_visits/visits_{date}.csv"
format = "csv"
encoding = "windows-1252"
delimiter = ";"

[control]
rows_min = 0                           # in a small place nothing may have happened

[columns."Visit"]
meaning = "record_id"
required = true
[columns."Occupier"]                   # First Last
meaning = "full_name"
sensitivity = "identifier"
[columns."Occupier DOB"]
meaning = "birth_date"
formats = ["%d/%m/%Y"]
trust = 1
sensitivity = "identifier"
[columns."Tel"]
meaning = "phone"
sensitivity = "identifier"
[columns."Property"]
meaning = "address"
required = true
trust = 4
sensitivity = "identifier"
[columns."Postcode"]
meaning = "postcode"
trust = 4
sensitivity = "identifier"
[columns."UPRN"]
meaning = "uprn"
trust = 5
sensitivity = "identifier"
[columns."Type"]
meaning = "event_kind"
required = true
[columns."Visit Date"]
meaning = "event_date"
required = true
formats = ["%d/%m/%Y"]
[columns."Uploaded"]
meaning = "known_date"
required = true
formats = ["%d/%m/%Y"]
[columns."Alarms Fitted"]
meaning = "event_value"
[columns."Hoarding"]
meaning = "attribute.hoarding"
type = "boolean"
""",
    events=Happenings(
        kinds=(
            Kind("Safe and well visit", "frailty", 0.3, (40, 120), found=True),
            Kind("Safe and well visit", "disability", 0.2, (18, 120), found=True),
            Kind("Safe and well visit", "loneliness", 0.15, (40, 120), found=True),
            Kind("Safe and well visit", None, 0.01, (20, 100), found=True),
            Kind("Fire at home", "substance_use", 0.05, (18, 100)),
            Kind("Fire at home", None, 0.001, (18, 100)),
        ),
        known_after=15,
        reach=0.08,
        trend=-0.03,
    ),
    rows="""
        SELECT person, printf('V%s-%05d', strftime(known_date, '%Y'), event_number) AS "Visit",
            concat_ws(' ', first_name, last_name) AS "Occupier", strftime(birth_date,
                '%d/%m/%Y') AS "Occupier DOB", phone AS "Tel",
            concat_ws(', ', line_1, town) AS "Property", postcode AS "Postcode", uprn AS "UPRN",
                kind AS "Type",
            strftime(event_date, '%d/%m/%Y') AS "Visit Date", strftime(known_date, '%d/%m/%Y') AS "Uploaded",
            CAST(pick(event_luck, 'alarms', 4) AS VARCHAR) AS "Alarms Fitted",
            CASE WHEN dice(luck, 'hoarding') < 0.05 THEN 'Y' ELSE 'N' END AS "Hoarding"
        FROM told
    """,
    spoilt={"Occupier DOB": "29/02/1951"},
)
