"""Early help: families who agreed to support, from a spreadsheet kept by the team."""

from plainview.demo.deliveries.declared import DemoSource
from plainview.demo.deliveries.events import Happenings, Kind

SOURCE = DemoSource(
    declaration="""\
# Assessments and support that families agreed to. The forms are filled in with the family.
id = "early_help"
title = "Early help assessments and support"
service = "Early Help"
contact_role = "Early help coordinator"
controller = "Sallowmere Borough Council"
gateways = ["Children Act 2004 section 10", "Children Act 1989 section 17"]
rows = ["person", "event"]
cadence = "fortnightly"
retention = "6 years"
arises = "self_reported"
trust = 3

[file]
pattern = "deliveries/early_help/early_help_{date}.csv"
format = "csv"
encoding = "windows-1252"
delimiter = ","

[control]
rows_min = 0                           # in a small place nothing may have happened

[columns."EH Ref"]
meaning = "record_id"
required = true
[columns."Family No"]                  # of the family plan; a new plan is a new number
meaning = "family_number"
[columns."Name"]                       # First Last
meaning = "full_name"
required = true
sensitivity = "identifier"
[columns."Date of Birth"]
meaning = "birth_date"
formats = ["%d %b %Y"]
sensitivity = "identifier"
[columns."M/F"]
meaning = "sex"
allowed = ["F", "M"]
[columns."UPN (if known)"]
meaning = "upn"
sensitivity = "identifier"
[columns."Contact Number"]
meaning = "mobile"
sensitivity = "identifier"
[columns."E-mail"]
meaning = "email"
sensitivity = "identifier"
[columns."Address"]
meaning = "address"
sensitivity = "identifier"
[columns."Postcode"]
meaning = "postcode"
sensitivity = "identifier"
[columns."Activity"]
meaning = "event_kind"
required = true
[columns."Main Concern"]
meaning = "attribute.main_concern"
sensitivity = "special_category"
[columns."Date"]
meaning = "event_date"
required = true
formats = ["%d %b %Y"]
[columns."Entered"]
meaning = "known_date"
required = true
formats = ["%d %b %Y"]
[columns."Outcome"]
meaning = "event_value"
[columns."Comments"]
meaning = "free_text"
""",
    events=Happenings(
        kinds=(
            Kind("Early help assessment", "parental_conflict", 0.3),
            Kind("Early help assessment", "parental_mental_health", 0.3),
            Kind("Early help assessment", "school_disengagement", 0.4),
            Kind("Early help assessment", "neglect", 0.3),
            Kind("Parenting support", "parental_conflict", 0.35, (16, 70)),
            Kind("Parenting support", "parental_mental_health", 0.25, (16, 70)),
            Kind("Young person's mentor", "exploitation", 0.4, (10, 18)),
            Kind("Young person's mentor", "youth_mental_health", 0.35, (10, 18)),
            Kind("Family support worker", "financial_hardship", 0.06),
            Kind("Children's centre visit", None, 0.2, (0, 4)),
            Kind("Professional referral", "school_disengagement", 0.3, (4, 17)),
        ),
        known_after=6,
        reach=0.1,
        sees=0.9,
        trend=0.1,
    ),
    rows="""
        WITH young AS (
            SELECT child, parents FROM parents JOIN people ON person = child
            WHERE birth_date > DATE '{today}' - INTERVAL 18 YEAR
        ), heads AS (
            SELECT person, min(head) AS head FROM (
                SELECT child AS person, parents[1] AS head FROM young
                UNION ALL SELECT unnest(parents), parents[1] FROM young
            ) GROUP BY person
        ), planned AS (
            SELECT t.*, CASE WHEN dice(t.luck, 'own plan') < 0.05 THEN t.person
                        ELSE coalesce(h.head, m.head, t.person) END AS family
            FROM told t LEFT JOIN heads h USING (person)
            LEFT JOIN closest f ON f.person = t.person LEFT JOIN heads m ON m.person = f.other
        ), plans AS (
            SELECT family, min(event_number) AS plan, min(known_date) AS agreed FROM planned GROUP BY family
        ), named AS (
            SELECT h.person, p.luck, p.sex, p.birth_date, plan, agreed
            FROM plans JOIN heads h ON h.head = family JOIN people p ON p.person = h.person
            WHERE agreed BETWEEN here_from AND here_to AND dice(p.luck, 'in the plan') < 0.75
              AND h.person NOT IN (SELECT person FROM planned)
        )
        SELECT person, printf('EH/%s/%d', strftime(known_date, '%Y'), event_number) AS "EH Ref",
            printf('FP%05d', plan) AS "Family No",
            concat_ws(' ', first_name, last_name) AS "Name", strftime(birth_date,
                '%d %b %Y') AS "Date of Birth",
            sex AS "M/F", upn AS "UPN (if known)", mobile AS "Contact Number", email AS "E-mail",
            concat_ws(', ', line_1, locality) AS "Address", postcode AS "Postcode", kind AS "Activity",
            ['Behaviour', 'Attendance', 'Conflict at home', 'Mental health', 'Money', 'Housing']
                [1 + pick(event_luck, 'concern', 6)] AS "Main Concern",
            strftime(event_date, '%d %b %Y') AS "Date", strftime(known_date, '%d %b %Y') AS "Entered",
            ['Closed: needs met', 'Closed: declined', 'Stepped up', 'Open', 'Open']
                [1 + pick(event_luck, 'outcome', 5)] AS "Outcome",
            CASE WHEN dice(event_luck, 'comment') < 0.3 THEN 'Prefers a call after 4pm, not texts' END
                AS "Comments"
        FROM planned JOIN plans USING (family)
        UNION ALL BY NAME
        SELECT m.person, printf('EH/FP%05d/%09d', plan, pick(m.luck, 'member', 1000000000)) AS "EH Ref",
            printf('FP%05d', plan) AS "Family No", concat_ws(' ', n.first_name, n.last_name) AS "Name",
            strftime(m.birth_date, '%d %b %Y') AS "Date of Birth", m.sex AS "M/F",
            concat_ws(', ', h.premises, h.street) AS "Address", h.postcode AS "Postcode",
            'Named in a family plan' AS "Activity",
            strftime(agreed, '%d %b %Y') AS "Date", strftime(agreed, '%d %b %Y') AS "Entered"
        FROM named m
        ASOF JOIN name_versions n ON n.person = m.person AND n.since <= m.agreed
        ASOF LEFT JOIN home_versions v ON v.person = m.person AND v.since <= m.agreed
        LEFT JOIN homes h ON h.address = v.address
    """,
    spoilt={"Date of Birth": "31 Jun 2014"},
)
