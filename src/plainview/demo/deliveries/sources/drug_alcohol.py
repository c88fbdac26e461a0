"""Drug and alcohol service: a charity's extract, with initials where people did not want a name kept."""

from plainview.demo.deliveries.declared import DemoSource
from plainview.demo.deliveries.events import Happenings, Kind

SOURCE = DemoSource(
    declaration="""\
# Referrals and treatment. People may give initials only; the service asks for no proof of anything.
id = "drug_alcohol"
title = "Drug and alcohol service"
service = "Public Health"
contact_role = "Public health commissioner"
controller = "Turning Tide Recovery (charity)"
gateways = ["National Health Service Act 2006 section 2B", "Health and Social Care Act 2012 section 12"]
rows = ["person", "event"]
cadence = "monthly"
retention = "8 years"
arises = "self_reported"
trust = 2

[file]
pattern = "deliveries/drug_alcohol/ndtms_{date}.csv"
format = "csv"
encoding = "windows-1252"
delimiter = "|"

[control]
rows_min = 0                           # in a small place nothing may have happened

[columns."ref"]
meaning = "record_id"
required = true
[columns."first"]
meaning = "first_name"
sensitivity = "identifier"
[columns."last"]
meaning = "last_name"
sensitivity = "identifier"
[columns."dob"]
meaning = "birth_date"
formats = ["%d/%m/%Y"]
sensitivity = "identifier"
[columns."sex"]
meaning = "sex"
map = { "1" = "M", "2" = "F" }
missing = ["0"]
[columns."nhs"]
meaning = "nhs_number"
sensitivity = "identifier"
[columns."mobile"]
meaning = "mobile"
sensitivity = "identifier"
[columns."postcode"]
meaning = "postcode"
sensitivity = "identifier"
[columns."event"]
meaning = "event_kind"
required = true
sensitivity = "special_category"
[columns."substance"]
meaning = "attribute.substance"
sensitivity = "special_category"
[columns."date"]
meaning = "event_date"
required = true
formats = ["%d/%m/%Y"]
[columns."entered"]
meaning = "known_date"
required = true
formats = ["%d/%m/%Y"]
[columns."status"]
meaning = "event_value"
""",
    events=Happenings(
        kinds=(
            Kind("Referral", "substance_use", 0.7, (12, 90)),
            Kind("Treatment start", "substance_use", 0.55, (12, 90)),
            Kind("Key worker session", "substance_use", 1.6, (12, 90)),
            Kind("Unplanned exit", "substance_use", 0.25, (12, 90)),
            Kind("Brief advice", None, 0.003, (16, 80)),
        ),
        known_after=10,
        reach=0.02,
        trend=0.05,
    ),
    rows="""
        SELECT person, printf('%s%06d', substr('KLMNPRST', 1 + CAST(event_luck % 8 AS INTEGER), 1),
            event_number) AS "ref",
            first_name AS "first", CASE WHEN dice(luck, 'letter') < 0.08 THEN left(last_name, 1)
                ELSE last_name END AS "last",
            strftime(birth_date, '%d/%m/%Y') AS "dob", CASE sex WHEN 'M' THEN '1' WHEN 'F' THEN '2'
                ELSE '0' END AS "sex",
            nhs_number AS "nhs", mobile AS "mobile", postcode AS "postcode", kind AS "event",
            ['Alcohol', 'Alcohol', 'Opiates', 'Cannabis', 'Cocaine'][1 + pick(luck, 'substance',
                5)] AS "substance",
            strftime(event_date, '%d/%m/%Y') AS "date", strftime(known_date, '%d/%m/%Y') AS "entered",
            ['Open', 'Completed', 'Dropped out'][1 + pick(event_luck, 'status', 3)] AS "status"
        FROM told
    """,
    spoilt={"dob": "99/99/9999"},
)
