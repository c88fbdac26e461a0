"""Adult social care: requests, assessments and services."""

from plainview.demo.deliveries.declared import DemoSource
from plainview.demo.deliveries.events import Happenings, Kind

SOURCE = DemoSource(
    declaration="""\
# Requests for support, assessments, services and safeguarding of adults.
id = "adult_social_care"
title = "Adult social care"
service = "Adult Social Care"
contact_role = "Adult social care systems lead"
controller = "Sallowmere Borough Council"
gateways = ["Care Act 2014 sections 6 and 45", "Health and Social Care Act 2012 section 251B"]
rows = ["person", "event"]
cadence = "weekly"
retention = "8 years"
arises = "reported"
trust = 4

[file]
pattern = "deliveries/adult_social_care/asc_{date}.csv.zip"
format = "csv"
encoding = "windows-1252"
delimiter = ","

[columns."ACTIVITY_ID"]
meaning = "record_id"
required = true
[columns."CLIENT_ID"]
meaning = "attribute.client_number"
[columns."FAMILY_NAME"]
meaning = "last_name"
sensitivity = "identifier"
[columns."GIVEN_NAME"]
meaning = "first_name"
sensitivity = "identifier"
[columns."BIRTH_DATE"]
meaning = "birth_date"
formats = ["%d/%m/%Y"]
sensitivity = "identifier"
[columns."GENDER_CODE"]
meaning = "sex"
map = { "1" = "M", "2" = "F" }
missing = ["9"]
[columns."NHS_NUMBER"]
meaning = "nhs_number"
sensitivity = "identifier"
[columns."HOUSE"]
meaning = "house_number"
sensitivity = "identifier"
[columns."STREET"]
meaning = "street"
sensitivity = "identifier"
[columns."LOCALITY"]
meaning = "locality"
sensitivity = "identifier"
[columns."TOWN"]
meaning = "town"
sensitivity = "identifier"
[columns."POST_CODE"]
meaning = "postcode"
sensitivity = "identifier"
[columns."TELEPHONE"]
meaning = "phone"
sensitivity = "identifier"
[columns."ACTIVITY_TYPE"]
meaning = "event_kind"
required = true
sensitivity = "special_category"
[columns."START_DATE"]
meaning = "event_date"
required = true
formats = ["%d/%m/%Y"]
[columns."END_DATE"]
meaning = "event_end_date"
formats = ["%d/%m/%Y"]
missing = ["31/12/2999"]
[columns."INPUT_DATE"]
meaning = "known_date"
required = true
formats = ["%d/%m/%Y"]
[columns."PRIMARY_SUPPORT_REASON"]
meaning = "attribute.support_reason"
sensitivity = "special_category"
[columns."HOURS_PER_WEEK"]
meaning = "event_value"
""",
    events=Happenings(
        kinds=(
            Kind("Request for support", "frailty", 0.5, (18, 120)),
            Kind("Request for support", "disability", 0.3, (18, 120)),
            Kind("Request for support", "loneliness", 0.15, (40, 120)),
            Kind("Request for support", None, 0.006, (18, 120)),
            Kind("Care Act assessment", "frailty", 0.35, (18, 120)),
            Kind("Care Act assessment", "disability", 0.2, (18, 120)),
            Kind("Home care", "frailty", 0.35, (18, 120)),
            Kind("Day service", "disability", 0.12, (18, 80)),
            Kind("Residential care", "frailty", 0.08, (60, 120)),
            Kind("Carer's assessment", None, 0.004, (25, 85)),
            Kind("Safeguarding concern", "frailty", 0.08, (18, 120)),
            Kind("Safeguarding concern", "domestic_abuse", 0.08, (18, 120)),
        ),
        known_after=12,
        reach=0.03,
        trend=0.03,
    ),
    rows="""
        SELECT person, printf('ACT%08d', event_number) AS "ACTIVITY_ID", printf('%d', 300000 + number)
            AS "CLIENT_ID",
            upper(last_name) AS "FAMILY_NAME", upper(first_name) AS "GIVEN_NAME",
            strftime(birth_date, '%d/%m/%Y') AS "BIRTH_DATE",
            CASE sex WHEN 'M' THEN '1' WHEN 'F' THEN '2' ELSE '9' END AS "GENDER_CODE",
                nhs_number AS "NHS_NUMBER",
            premises AS "HOUSE", street AS "STREET", locality AS "LOCALITY", town AS "TOWN",
                postcode AS "POST_CODE",
            phone AS "TELEPHONE", kind AS "ACTIVITY_TYPE", strftime(event_date, '%d/%m/%Y') AS "START_DATE",
            CASE WHEN event_end <= DATE '{today}' THEN strftime(event_end, '%d/%m/%Y')
                ELSE '31/12/2999' END AS "END_DATE",
            strftime(known_date, '%d/%m/%Y') AS "INPUT_DATE",
            ['Physical support', 'Sensory support', 'Memory and cognition', 'Learning disability',
                'Mental health',
             'Social support'][1 + pick(luck, 'reason', 6)] AS "PRIMARY_SUPPORT_REASON",
            CASE WHEN kind = 'Home care' THEN CAST(2 + pick(event_luck, 'hours', 28) AS VARCHAR) END
                AS "HOURS_PER_WEEK"
        FROM (SELECT *, event_date + CASE WHEN kind IN ('Home care', 'Day service', 'Residential care')
                THEN 90 + pick(event_luck, 'open', 1200) ELSE pick(event_luck, 'open', 60) END AS event_end
                    FROM told)
    """,
    spoilt={"BIRTH_DATE": "00/00/1940"},
    windows_lines=True,
)
