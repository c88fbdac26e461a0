"""Youth justice: outcomes and orders of children aged ten to seventeen, in a workbook."""

from plainview.demo.deliveries.declared import DemoSource
from plainview.demo.deliveries.events import Happenings, Kind

SOURCE = DemoSource(
    declaration="""\
# Outcomes, orders and prevention work with children aged 10 to 17, from a workbook.
id = "youth_justice"
title = "Youth justice"
service = "Youth Justice Service"
contact_role = "Youth justice data officer"
controller = "Sallowmere Borough Council"
gateways = ["Crime and Disorder Act 1998 sections 38, 39 and 115", "Children Act 2004 sections 10 and 11"]
rows = ["person", "event"]
cadence = "monthly"
retention = "5 years"
arises = "administrative"
trust = 4

[file]
pattern = "deliveries/youth_justice/youth_justice_{date}.xlsx"
format = "excel"
sheet = "Outcomes"

[control]
rows_min = 0                           # a small place may have no child with an outcome

[columns."Outcome ID"]
meaning = "record_id"
required = true
[columns."Young Person"]               # LAST, First
meaning = "full_name"
required = true
sensitivity = "identifier"
[columns."DOB"]
meaning = "birth_date"
formats = ["%d/%m/%Y"]
sensitivity = "identifier"
[columns."Sex"]
meaning = "sex"
allowed = ["F", "M"]
[columns."UPN"]
meaning = "upn"
sensitivity = "identifier"
[columns."Telephone"]
meaning = "mobile"
sensitivity = "identifier"
[columns."Address"]
meaning = "address"
sensitivity = "identifier"
[columns."Postcode"]
meaning = "postcode"
sensitivity = "identifier"
[columns."Parent/Carer"]
meaning = "related_name"
sensitivity = "identifier"
[columns."Disposal"]
meaning = "event_kind"
required = true
sensitivity = "criminal_offence"
[columns."Offence Group"]
meaning = "attribute.offence_group"
sensitivity = "criminal_offence"
[columns."Date of Disposal"]
meaning = "event_date"
required = true
formats = ["%d/%m/%Y"]
[columns."Date Notified"]
meaning = "known_date"
required = true
formats = ["%d/%m/%Y"]
""",
    events=Happenings(
        kinds=(
            Kind("Prevention programme", "school_disengagement", 0.35, (10, 17)),
            Kind("Prevention programme", "exploitation", 0.3, (10, 17)),
            Kind("Youth caution", "offending", 0.8, (10, 17)),
            Kind("Referral order", "offending", 0.35, (10, 17)),
            Kind("Youth rehabilitation order", "offending", 0.15, (12, 17)),
            Kind("Custody", "offending", 0.03, (14, 17)),
            Kind("Community resolution", "exploitation", 0.25, (10, 17)),
            Kind("Community resolution", None, 0.015, (10, 17)),
        ),
        known_after=20,
        reach=0.05,
        sees=0.95,
        trend=-0.06,
    ),
    rows="""
        SELECT c.person, printf('YJ%05d-%d', number, event_number) AS "Outcome ID",
            concat_ws(', ', upper(last_name), first_name) AS "Young Person", strftime(birth_date,
                '%d/%m/%Y') AS "DOB",
            sex AS "Sex", upn AS "UPN", mobile AS "Telephone", concat_ws(', ', line_1, town) AS "Address",
                postcode AS "Postcode",
            parent_name AS "Parent/Carer", kind AS "Disposal",
            ['Theft', 'Violence', 'Drugs', 'Criminal damage', 'Public order'][1 + pick(event_luck, 'offence',
                5)] AS "Offence Group",
            strftime(event_date, '%d/%m/%Y') AS "Date of Disposal", strftime(known_date,
                '%d/%m/%Y') AS "Date Notified"
        FROM told c LEFT JOIN called_parents(DATE '{today}') k ON k.child = c.person AND k.turn = 1
    """,
)
