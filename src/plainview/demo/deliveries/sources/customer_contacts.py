"""Customer contacts: calls, visits and web forms at the contact centre."""

from plainview.demo.deliveries.declared import DemoSource
from plainview.demo.deliveries.events import Happenings, Kind

SOURCE = DemoSource(
    declaration="""\
# Calls, visits and web forms. An agent types what is heard; "01-01-1900" gets past a compulsory birth date.
# Web forms overtook calls after 2024, so contacts rise by about a tenth a year without more need.
id = "customer_contacts"
title = "Customer contacts"
service = "Customer Services"
contact_role = "Contact centre manager"
controller = "Sallowmere Borough Council"
gateways = ["Localism Act 2011 section 1", "Local Government Act 1972 section 111"]
rows = ["person", "event"]
cadence = "weekly"
retention = "3 years"
arises = "self_reported"
trust = 2

[file]
pattern = "deliveries/customer_contacts/crm_{date}.csv.gz"
format = "csv"
encoding = "utf-8"
delimiter = ","

[[exclude]]
name = "training calls"
column = "Customer Surname"
values = ["ZZTEST"]
reason = "calls made in training"

[columns."Case Reference"]
meaning = "record_id"
required = true
[columns."Customer Forename"]
meaning = "first_name"
sensitivity = "identifier"
[columns."Customer Surname"]
meaning = "last_name"
sensitivity = "identifier"
[columns."Customer DOB"]
meaning = "birth_date"
formats = ["%d-%m-%Y"]
trust = 1
sensitivity = "identifier"
[columns."Customer Mobile"]
meaning = "mobile"
trust = 4
sensitivity = "identifier"
[columns."Customer Email"]
meaning = "email"
trust = 4
sensitivity = "identifier"
[columns."Customer Address"]
meaning = "address"
sensitivity = "identifier"
[columns."Customer Postcode"]
meaning = "postcode"
sensitivity = "identifier"
[columns."Subject"]
meaning = "event_kind"
required = true
[columns."Channel"]
meaning = "attribute.channel"
allowed = ["Telephone", "Web", "Counter", "E-mail"]
[columns."Raised"]
meaning = "event_date"
required = true
formats = ["%Y-%m-%d %H:%M"]
[columns."Logged"]
meaning = "known_date"
required = true
[columns."Outcome"]
meaning = "event_value"
[columns."Agent Notes"]
meaning = "free_text"
""",
    events=Happenings(
        kinds=(
            Kind("Missed collection", None, 0.067, (18, 95)),
            Kind("Street problem", None, 0.057, (18, 95)),
            Kind("Council tax query", None, 0.057, (18, 95)),
            Kind("Council tax query", "financial_hardship", 0.7, (18, 95)),
            Kind("School admissions", None, 0.038, (24, 48)),
            Kind("Housing repair", None, 0.028, (18, 95)),
            Kind("Housing repair", "housing_insecurity", 0.5, (18, 95)),
            Kind("Homelessness advice", "housing_insecurity", 0.6, (16, 80)),
            Kind("Homelessness advice", "domestic_abuse", 0.15, (16, 80)),
            Kind("Benefits advice", "financial_hardship", 0.8, (18, 95)),
            Kind("Emergency food or fuel", "financial_hardship", 0.35, (18, 95)),
            Kind("Noise complaint", None, 0.023, (18, 95)),
            Kind("Request for a call", "loneliness", 0.5, (50, 105)),
        ),
        known_after=1,
        reach=0.2,
        trend=0.1,
        years=3,
    ),
    rows="""
        SELECT person, printf('CAS-%d-%s', 500000 + event_number, upper(substr(to_hex(event_luck), 1,
            4))) AS "Case Reference",
            first_name AS "Customer Forename", last_name AS "Customer Surname",
            strftime(birth_date, '%d-%m-%Y') AS "Customer DOB", mobile AS "Customer Mobile",
                email AS "Customer Email",
            concat_ws(', ', line_1, locality, town) AS "Customer Address", postcode AS "Customer Postcode",
            kind AS "Subject",
            CASE WHEN dice(event_luck, 'channel') < 0.2 + 0.1 * greatest(0, year(event_date) - 2022)
                THEN 'Web'
                 ELSE ['Telephone', 'Telephone', 'Counter', 'E-mail'][1 + pick(event_luck, 'by',
                     4)] END AS "Channel",
            strftime(event_date, '%Y-%m-%d') || printf(' %02d:%02d', 8 + pick(event_luck, 'hour', 10),
                pick(event_luck, 'minute', 60)) AS "Raised",
            strftime(known_date, '%Y-%m-%d') AS "Logged",
            ['Resolved', 'Resolved', 'Passed on', 'Open', 'Withdrawn'][1 + pick(event_luck, 'outcome',
                5)] AS "Outcome",
            CASE pick(event_luck, 'note', 5)
                WHEN 0 THEN 'Caller said: "still waiting".' || chr(10) || 'Passed to the team.'
                WHEN 1 THEN 'Prefers e-mail, not post' END AS "Agent Notes"
        FROM told
    """,
    test_rows=(
        {
            "Case Reference": "CAS-1-TEST",
            "Customer Forename": "Test",
            "Customer Surname": "ZZTEST",
            "Subject": "Missed collection",
            "Channel": "Telephone",
            "Raised": "2025-03-03 09:00",
            "Logged": "2025-03-03",
        },
    ),
    spoilt={"Customer DOB": "31-04-1985"},
)
