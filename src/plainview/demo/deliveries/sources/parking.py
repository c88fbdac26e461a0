"""Parking and accessible transport: permits, blue badges and travel passes."""

from plainview.demo.deliveries.declared import DemoSource
from plainview.demo.deliveries.events import Happenings, Kind

SOURCE = DemoSource(
    declaration="""\
# Permits issued. Proof of address is seen for a resident's permit, proof of need for a blue badge.
id = "parking"
title = "Parking permits, blue badges and travel passes"
service = "Parking and Accessible Transport"
contact_role = "Permits team leader"
controller = "Sallowmere Borough Council"
gateways = [
  "Road Traffic Regulation Act 1984 section 45",
  "Chronically Sick and Disabled Persons Act 1970 section 21",
  "Transport Act 2000 section 145A",
]
rows = ["person", "event"]
cadence = "weekly"
retention = "4 years"
arises = "self_reported"
trust = 3

[file]
pattern = "deliveries/parking/permits_{date}.csv"
format = "csv"
encoding = "utf-8"
delimiter = ","

[columns."Permit No"]
meaning = "record_id"
required = true
[columns."Applicant"]                  # First Last
meaning = "full_name"
required = true
sensitivity = "identifier"
[columns."Date of birth"]
meaning = "birth_date"
formats = ["%d/%m/%y"]
trust = 2
sensitivity = "identifier"
[columns."NI number"]
meaning = "nino"
trust = 2
sensitivity = "identifier"
[columns."Telephone"]
meaning = "mobile"
sensitivity = "identifier"
[columns."Email address"]
meaning = "email"
sensitivity = "identifier"
[columns."Building"]
meaning = "address_line_1"
trust = 4
sensitivity = "identifier"
[columns."Town"]
meaning = "town"
sensitivity = "identifier"
[columns."Postcode"]
meaning = "postcode"
trust = 4
sensitivity = "identifier"
[columns."Permit type"]
meaning = "event_kind"
required = true
[columns."Issued"]
meaning = "event_date"
required = true
formats = ["%d/%m/%Y"]
[columns."Expires"]
meaning = "event_end_date"
formats = ["%d/%m/%Y"]
[columns."Entered"]
meaning = "known_date"
required = true
formats = ["%d/%m/%Y"]
[columns."Fee"]
meaning = "event_value"
[columns."Zone"]
meaning = "attribute.zone"
""",
    people="",
    events=Happenings(
        kinds=(
            Kind("Resident permit", None, 0.055, (18, 85)),
            Kind("Visitor permit", None, 0.02, (18, 95)),
            Kind("Older person's travel pass", None, 0.05, (66, 105)),
            Kind("Blue badge", "disability", 0.45, (3, 120)),
            Kind("Blue badge", "frailty", 0.35, (60, 120)),
            Kind("Disabled person's travel pass", "disability", 0.25, (5, 120)),
        ),
        known_after=3,
        reach=0.1,
        years=4,
    ),
    rows="""
        SELECT person, printf('%s%06d', CASE WHEN kind = 'Blue badge' THEN 'BB'
            WHEN kind LIKE '%pass' THEN 'TP' ELSE 'RP' END,
                              event_number) AS "Permit No",
            concat_ws(' ', first_name, last_name) AS "Applicant", strftime(birth_date,
                '%d/%m/%y') AS "Date of birth",
            CASE WHEN kind LIKE '%pass' OR kind = 'Blue badge' THEN nino END AS "NI number",
                mobile AS "Telephone", email AS "Email address",
            line_1 AS "Building", town AS "Town", postcode AS "Postcode", kind AS "Permit type",
            strftime(event_date, '%d/%m/%Y') AS "Issued",
            strftime(event_date + CASE WHEN kind = 'Visitor permit' THEN 30 WHEN kind = 'Resident permit'
                THEN 365 ELSE 1095 END,
                     '%d/%m/%Y') AS "Expires",
            strftime(known_date, '%d/%m/%Y') AS "Entered",
            CASE kind WHEN 'Resident permit' THEN '72.00' WHEN 'Visitor permit' THEN '15.00'
                ELSE '0.00' END AS "Fee",
            'Z' || (1 + pick(home_luck, 'zone', 14)) AS "Zone"
        FROM told
    """,
    spoilt={"Expires": "30/02/2027"},
)
