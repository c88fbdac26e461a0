"""Children's social care: contacts, referrals, enquiries, plans, care and missing episodes."""

from plainview.demo.deliveries.declared import DemoSource
from plainview.demo.deliveries.events import Happenings, Kind

SOURCE = DemoSource(
    declaration="""\
# What was referred, looked into and decided. Many children are first known by what somebody else said, so
# names and birth dates of referrals are uncertain. Notes are kept out of linkage and of indicators.
id = "childrens_social_care"
title = "Children's social care"
service = "Children's Services"
contact_role = "Principal social worker's data lead"
controller = "Sallowmere Borough Council"
gateways = ["Children Act 1989 sections 17 and 47", "Children Act 2004 sections 10 and 11"]
rows = ["person", "event", "relationship"]
cadence = "weekly"
retention = "75 years"
arises = "reported"
trust = 3

[file]
pattern = "deliveries/childrens_social_care/csc_{date}.csv"
format = "csv"
encoding = "utf-8"
delimiter = ";"

[[exclude]]
name = "test cases"
column = "Child Surname"
values = ["ZZTEST", "Zztest"]
reason = "cases made by the supplier after each upgrade"

[columns."Event ID"]
meaning = "record_id"
required = true
[columns."Case Number"]
meaning = "attribute.case_number"
[columns."Child Surname"]
meaning = "last_name"
sensitivity = "identifier"
[columns."Child Forename"]
meaning = "first_name"
sensitivity = "identifier"
[columns."Also Known As"]
meaning = "other_name"
trust = 1
sensitivity = "identifier"
[columns."DOB"]
meaning = "birth_date"
formats = ["%d.%m.%Y"]
sensitivity = "identifier"
[columns."Gender"]
meaning = "sex"
map = { "Female" = "F", "Male" = "M" }
missing = ["Unknown"]
[columns."NHS No"]
meaning = "nhs_number"
sensitivity = "identifier"
[columns."Home Address"]
meaning = "address"
sensitivity = "identifier"
[columns."Postcode"]
meaning = "postcode"
sensitivity = "identifier"
[columns."Carer Name"]
meaning = "related_name"
sensitivity = "identifier"
[columns."Carer Relationship"]
meaning = "related_relationship"
[columns."Carer DOB"]
meaning = "related_birth_date"
formats = ["%d.%m.%Y"]
sensitivity = "identifier"
[columns."Carer Telephone"]
meaning = "related_phone"
sensitivity = "identifier"
[columns."Event Type"]
meaning = "event_kind"
required = true
sensitivity = "special_category"
[columns."Event Date"]
meaning = "event_date"
required = true
formats = ["%d.%m.%Y"]
[columns."End Date"]
meaning = "event_end_date"
formats = ["%d.%m.%Y"]
[columns."Recorded On"]
meaning = "known_date"
required = true
formats = ["%d.%m.%Y"]
[columns."Category"]
meaning = "attribute.category"
sensitivity = "special_category"
[columns."Referred By"]
meaning = "attribute.referred_by"
[columns."Notes"]
meaning = "free_text"
sensitivity = "special_category"
""",
    events=Happenings(
        kinds=(
            Kind("Contact", "parental_conflict", 0.35, (0, 17)),
            Kind("Contact", "domestic_abuse", 0.9, (0, 17)),
            Kind("Contact", None, 0.03, (0, 17)),
            Kind("Referral", "neglect", 1.1, (0, 17)),
            Kind("Referral", "domestic_abuse", 0.6, (0, 17)),
            Kind("Referral", "exploitation", 0.9, (9, 17)),
            Kind("Referral", "disability", 0.12, (0, 17)),
            Kind("Referral", None, 0.008, (0, 17)),
            Kind("Child in need plan", "neglect", 0.45, (0, 17)),
            Kind("Child in need plan", "disability", 0.1, (0, 17)),
            Kind("Section 47 enquiry", "neglect", 0.5, (0, 17)),
            Kind("Section 47 enquiry", "exploitation", 0.35, (9, 17)),
            Kind("Child protection plan", "neglect", 0.3, (0, 17)),
            Kind("Child protection plan", "domestic_abuse", 0.15, (0, 17)),
            Kind("Child looked after", "neglect", 0.08, (0, 17)),
            Kind("Child looked after", "exploitation", 0.05, (10, 17)),
            Kind("Missing episode", "exploitation", 3.0, (10, 17)),
            Kind("Missing episode", "youth_mental_health", 0.25, (10, 17)),
            Kind("Missing episode", None, 0.002, (11, 17)),
            Kind("Exploitation risk assessment", "exploitation", 0.6, (10, 17)),
        ),
        known_after=9,
        reach=0.08,
        sees=0.95,
        trend=0.04,
    ),
    rows="""
        SELECT c.person, printf('%d', 2000000 + event_number * 3) AS "Event ID", printf('C%06d',
            number) AS "Case Number",
            last_name AS "Child Surname", first_name AS "Child Forename",
            CASE WHEN dice(c.luck, 'aka') < 0.5 THEN known_as END AS "Also Known As",
            strftime(birth_date, '%d.%m.%Y') AS "DOB",
            CASE c.sex WHEN 'F' THEN 'Female' WHEN 'M' THEN 'Male' ELSE 'Unknown' END AS "Gender",
            nhs_number AS "NHS No", concat_ws(', ', line_1, locality, town) AS "Home Address",
                postcode AS "Postcode",
            parent_name AS "Carer Name", CASE WHEN fosters THEN 'Foster carer'
                WHEN dice(event_luck, 'word') < 0.02 THEN 'Significant other'
                WHEN parent_sex = 'F' THEN ['Mother', 'Mother', 'Mum', 'Birth mother'][1 + pick(event_luck, 'word', 4)]
                WHEN parent_sex = 'M' THEN ['Father', 'Father', 'Dad', 'Birth father'][1 + pick(event_luck, 'word', 4)]
                END AS "Carer Relationship",
            CASE WHEN dice(event_luck, 'carer born') < 0.6 THEN strftime(parent_born, '%d.%m.%Y') END AS "Carer DOB",
            parent_mobile AS "Carer Telephone", kind AS "Event Type", strftime(event_date,
                '%d.%m.%Y') AS "Event Date",
            CASE WHEN event_end <= DATE '{today}' THEN strftime(event_end, '%d.%m.%Y') END AS "End Date",
            strftime(known_date, '%d.%m.%Y') AS "Recorded On",
            CASE WHEN kind IN ('Section 47 enquiry', 'Child protection plan', 'Referral') THEN
                ['Neglect', 'Emotional abuse', 'Physical abuse', 'Sexual abuse', 'Neglect']
                    [1 + pick(event_luck, 'category', 5)] END AS "Category",
            ['School', 'Police', 'Health', 'Family member', 'Housing', 'Anonymous']
                [1 + pick(event_luck, 'by', 6)] AS "Referred By",
            CASE pick(event_luck, 'note', 4)
                WHEN 0 THEN 'Call from ' || strftime(known_date, '%A') || '.' || chr(10)
                    || 'Family aware; "no concerns" said; visit agreed.'
                WHEN 1 THEN 'See case record.' END AS "Notes"
        FROM (SELECT *, event_date + CASE kind WHEN 'Missing episode' THEN pick(event_luck, 'away', 4)
                WHEN 'Contact' THEN 0 WHEN 'Referral' THEN 1 + pick(event_luck, 'open', 45)
                ELSE 60 + pick(event_luck, 'open', 500) END AS event_end FROM told) c
        LEFT JOIN called_parents(DATE '{today}') k ON k.child = c.person
            AND k.turn = CASE WHEN dice(event_luck, 'carer') < 0.35 THEN least(2, k.carers) ELSE 1 END
    """,
    test_rows=(
        {
            "Event ID": "1000001",
            "Child Surname": "ZZTEST",
            "Child Forename": "Child",
            "Event Type": "Contact",
            "Event Date": "01.04.2024",
            "Recorded On": "01.04.2024",
        },
        {
            "Event ID": "1000002",
            "Child Surname": "Zztest",
            "Child Forename": "Baby",
            "Event Type": "Referral",
            "Event Date": "14.10.2025",
            "Recorded On": "14.10.2025",
        },
    ),
    spoilt={"DOB": "31.09.2015", "Event Date": ""},
)
