"""Police: incidents and the people in them, names as given in the street or the custody suite."""

from plainview.demo.deliveries.declared import DemoSource
from plainview.demo.deliveries.events import Happenings, Kind

SOURCE = DemoSource(
    declaration="""\
# Incidents and the part a person had in them. People under arrest sometimes give another name and birth
# date. Stops are the force's own activity: with the same need there are about three times as many in the
# most deprived tenth of areas as in the least. From 1 April 2025 "Anti-social behaviour" at home was recorded
# as "Neighbour dispute".
id = "police"
title = "Police incidents"
service = "Police"
contact_role = "Force information sharing officer"
controller = "Chief Constable of Merewold Police"
gateways = [
  "Crime and Disorder Act 1998 sections 17A and 115",
  "Police Act 1996 section 30",
  "Children Act 2004 section 10",
]
rows = ["person", "event"]
cadence = "weekly"
retention = "6 years"
arises = "reported"
trust = 2

[file]
pattern = "deliveries/police/niche_{date}.txt"
format = "csv"
encoding = "utf-16"
delimiter = "|"

[control]
sidecar = true

[columns."INCIDENT_NO"]
meaning = "record_id"
required = true
[columns."SURNAME"]
meaning = "last_name"
sensitivity = "identifier"
[columns."FORENAME_1"]
meaning = "first_name"
sensitivity = "identifier"
[columns."FORENAME_2"]
meaning = "middle_names"
sensitivity = "identifier"
[columns."ALIAS"]
meaning = "other_name"
trust = 1
sensitivity = "identifier"
[columns."DOB"]
meaning = "birth_date"
formats = ["%Y%m%d"]
sensitivity = "identifier"
[columns."SEX"]
meaning = "sex"
map = { "MALE" = "M", "FEMALE" = "F" }
missing = ["NOT RECORDED"]
[columns."MOBILE_NO"]
meaning = "mobile"
sensitivity = "identifier"
[columns."ADDR_PREMISES"]
meaning = "house_number"
sensitivity = "identifier"
[columns."ADDR_STREET"]
meaning = "street"
sensitivity = "identifier"
[columns."ADDR_TOWN"]
meaning = "town"
sensitivity = "identifier"
[columns."ADDR_PC"]
meaning = "postcode"
sensitivity = "identifier"
[columns."INCIDENT_TYPE"]
meaning = "event_kind"
required = true
sensitivity = "criminal_offence"
[columns."ROLE"]
meaning = "attribute.role"
sensitivity = "criminal_offence"
allowed = ["VICTIM", "SUSPECT", "WITNESS", "SUBJECT"]
[columns."INCIDENT_DATE"]
meaning = "event_date"
required = true
formats = ["%Y%m%d"]
[columns."CREATED_DATE"]
meaning = "known_date"
required = true
formats = ["%Y%m%d"]
[columns."OUTCOME"]
meaning = "event_value"
sensitivity = "criminal_offence"
[columns."HOW_ARISEN"]
meaning = "attribute.how_arisen"
allowed = ["REPORTED", "FOUND"]
""",
    events=Happenings(
        kinds=(
            Kind("Domestic incident", "domestic_abuse", 1.5),
            Kind("Domestic incident", "parental_conflict", 0.25),
            Kind("Anti-social behaviour", "offending", 0.7, (10, 70)),
            Kind("Anti-social behaviour", "substance_use", 0.35, (12, 80)),
            Kind("Anti-social behaviour", None, 0.01, (10, 90)),
            Kind("Neighbour dispute", None, 0.006, (20, 90)),
            Kind("Theft", "offending", 0.6, (10, 70)),
            Kind("Theft", None, 0.022, (14, 90)),
            Kind("Violence", "offending", 0.5, (10, 70)),
            Kind("Violence", None, 0.01, (12, 90)),
            Kind("Drug offence", "substance_use", 0.3, (12, 70), found=True),
            Kind("Drug offence", "exploitation", 0.35, (11, 18), found=True),
            Kind("Stop and search", "offending", 1.2, (12, 60), found=True),
            Kind("Stop and search", None, 0.014, (13, 40), found=True),
            Kind("Missing person", "exploitation", 1.3, (10, 18)),
            Kind("Missing person", "frailty", 0.05, (60, 110)),
            Kind("Concern for safety", "parental_mental_health", 0.2, (16, 90)),
            Kind("Concern for safety", "neglect", 0.25, (0, 17)),
            Kind("Burglary", None, 0.01, (20, 95)),
        ),
        known_after=3,
        reach=0.12,
        trend=-0.05,
    ),
    rows="""
        SELECT person, printf('%s/%s', strftime(known_date, '%y%m'), lpad(CAST(event_number AS VARCHAR), 8,
            '0')) AS "INCIDENT_NO",
            upper(last_name) AS "SURNAME", upper(first_name) AS "FORENAME_1", upper(middle_names)
                AS "FORENAME_2",
            CASE WHEN dice(luck, 'aka') < 0.4 THEN upper(known_as) END AS "ALIAS",
            strftime(birth_date, '%Y%m%d') AS "DOB",
            CASE sex WHEN 'M' THEN 'MALE' WHEN 'F' THEN 'FEMALE' ELSE 'NOT RECORDED' END AS "SEX",
            mobile AS "MOBILE_NO", upper(premises) AS "ADDR_PREMISES", upper(street) AS "ADDR_STREET",
                upper(town) AS "ADDR_TOWN",
            postcode AS "ADDR_PC",
            CASE WHEN kind = 'Anti-social behaviour' AND known_date >= DATE '2025-04-01' AND dice(event_luck,
                'at home') < 0.45
                 THEN 'NEIGHBOUR DISPUTE' ELSE upper(kind) END AS "INCIDENT_TYPE",
            CASE WHEN kind IN ('Stop and search', 'Missing person', 'Concern for safety') THEN 'SUBJECT'
                 WHEN age_at(true_birth_date, event_date) < 10 THEN 'WITNESS'
                 WHEN kind = 'Burglary' OR dice(luck, 'part') < CASE WHEN kind IN ('Theft',
                     'Violence') THEN 0.35 ELSE 0.6 END THEN 'VICTIM'
                 ELSE 'SUSPECT' END AS "ROLE",
            strftime(event_date, '%Y%m%d') AS "INCIDENT_DATE", strftime(known_date,
                '%Y%m%d') AS "CREATED_DATE",
            ['NO FURTHER ACTION', 'NO FURTHER ACTION', 'CAUTION', 'CHARGED', 'UNDER INVESTIGATION',
                'COMMUNITY RESOLUTION']
                [1 + pick(event_luck, 'outcome', 6)] AS "OUTCOME",
            CASE WHEN kind IN ('Stop and search', 'Drug offence') THEN 'FOUND'
                ELSE 'REPORTED' END AS "HOW_ARISEN"
        FROM told
    """,
    spoilt={"DOB": "19991340"},
    windows_lines=True,
)
