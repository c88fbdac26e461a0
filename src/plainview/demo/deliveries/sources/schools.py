"""Schools: the pupils on roll, as in the school census, with the parent who is called first."""

from plainview.demo.deliveries.declared import DemoSource

SOURCE = DemoSource(
    declaration="""\
# Pupils on roll, once a term. The unique pupil number is checked by the Department; names are as on the
# birth certificate, unless a parent asked for another.
id = "schools"
title = "Pupils on roll (school census)"
service = "Education"
contact_role = "School census lead"
controller = "Sallowmere Borough Council"
gateways = [
  "Education Act 1996 section 537A",
  "Education (Information About Individual Pupils) (England) Regulations 2013",
  "Children Act 2004 section 10",
]
rows = ["person", "relationship"]
cadence = "termly"
retention = "25 years"
trust = 4

[file]
pattern = "deliveries/schools/census_{date}.csv"
format = "csv"
encoding = "utf-8"                     # with a byte order mark
delimiter = ","

[[exclude]]
name = "training school"
column = "School"
values = ["ZZ Training School"]
reason = "made-up pupils used for training staff"

[columns."PupilID"]
meaning = "record_id"
required = true
[columns."UPN"]
meaning = "upn"
trust = 5
sensitivity = "identifier"
[columns."LegalSurname"]
meaning = "last_name"
sensitivity = "identifier"
[columns."LegalForename"]
meaning = "first_name"
required = true
sensitivity = "identifier"
[columns."MiddleNames"]
meaning = "middle_names"
sensitivity = "identifier"
[columns."PreferredForename"]
meaning = "other_name"
trust = 2
sensitivity = "identifier"
[columns."DoB"]
meaning = "birth_date"
formats = ["%Y-%m-%d"]
sensitivity = "identifier"
[columns."Gender"]
meaning = "sex"
allowed = ["F", "M"]
[columns."AddressLine1"]
meaning = "address_line_1"
sensitivity = "identifier"
[columns."AddressLine2"]
meaning = "address_line_2"
sensitivity = "identifier"
[columns."Town"]
meaning = "town"
sensitivity = "identifier"
[columns."Postcode"]
meaning = "postcode"
sensitivity = "identifier"
[columns."Parent1Name"]
meaning = "related_name"
sensitivity = "identifier"
[columns."Parent1Relationship"]
meaning = "related_relationship"
[columns."Parent1Phone"]
meaning = "related_phone"
sensitivity = "identifier"
[columns."School"]
meaning = "attribute.school"
[columns."YearGroup"]
meaning = "attribute.year_group"
type = "integer"
[columns."EntryDate"]
meaning = "attribute.entry_date"
type = "date"
[columns."AttendancePercent"]
meaning = "attribute.attendance_percent"
type = "number"
[columns."SENProvision"]
meaning = "attribute.special_needs_provision"
map = { "N" = "none", "K" = "support", "E" = "education, health and care plan" }
[columns."FSM"]
meaning = "attribute.free_school_meals"
type = "boolean"
[columns."PupilReferralUnit"]
meaning = "attribute.pupil_referral_unit"
type = "boolean"
[columns."LastUpdated"]
meaning = "updated_date"
""",
    people="""
        SELECT person, luck, CAST(greatest(here_from, birth_date + 1560) AS DATE) AS entered FROM people
        WHERE age_at(birth_date, DATE '{end}') BETWEEN 4 AND 17 AND upn IS NOT NULL
          AND here_to > DATE '{end}' - 200 AND dice(luck, 'state school') < 0.94
    """,
    rows="""
        WITH school AS (SELECT s.*, r.name AS school FROM (VALUES
                (0, 'St Brannoc'), (1, 'Hallow Lane'), (2, 'Mereside'), (3, 'Oakfold'), (4, 'Castle Rise'),
                (5, 'Longbarrow'), (6, 'St Editha'), (7, 'Weir Road'), (8, 'Northmere'), (9, 'Priory')
            ) r(turn, name) JOIN (SELECT *, CAST(mix(0::UBIGINT, postcode) % 10 AS INTEGER) AS turn
                FROM entries) s USING (turn))
        SELECT c.person, printf('P%07d', 1000000 + number * 13) AS "PupilID", upn AS "UPN",
            last_name AS "LegalSurname",
            first_name AS "LegalForename", middle_names AS "MiddleNames", known_as AS "PreferredForename",
            strftime(birth_date, '%Y-%m-%d') AS "DoB", c.sex AS "Gender", line_1 AS "AddressLine1",
            locality AS "AddressLine2", town AS "Town", postcode AS "Postcode",
            parent_name AS "Parent1Name", CASE WHEN fosters THEN 'Foster carer'
                WHEN dice(c.luck, 'contact') < 0.04 THEN 'First contact'
                WHEN parent_sex = 'F' THEN 'Mother' WHEN parent_sex = 'M' THEN 'Father' END
                AS "Parent1Relationship",
            parent_mobile AS "Parent1Phone",
            school || CASE WHEN age < 11 THEN ' Primary School' ELSE ' Academy' END AS "School",
            CAST(least(13, greatest(0, age - 4)) AS VARCHAR) AS "YearGroup", strftime(entered,
                '%Y-%m-%d') AS "EntryDate",
            printf('%.1f', greatest(20, 98 - 4 * dice(c.luck, 'absent') - 45 * coalesce(d.severity,
                0))) AS "AttendancePercent",
            CASE WHEN s.severity > 0.55 THEN 'E' WHEN s.severity IS NOT NULL THEN 'K'
                 WHEN dice(c.luck, 'support') < 0.06 THEN 'K' ELSE 'N' END AS "SENProvision",
            CASE WHEN dice(home_luck, 'meals') < 0.34 - 0.03 * decile THEN 'Y' ELSE 'N' END AS "FSM",
            CASE WHEN d.severity > 0.7 AND dice(c.luck, 'unit') < 0.25 THEN 'Y'
                ELSE 'N' END AS "PupilReferralUnit",
            strftime(updated, '%Y-%m-%d') AS "LastUpdated"
        FROM (SELECT *, age_at(true_birth_date, DATE '{today}') AS age FROM school) c
        LEFT JOIN called_parents(DATE '{today}') p ON p.child = c.person
            AND p.turn = CASE WHEN dice(c.luck, 'called') < 0.25 THEN least(2, p.carers) ELSE 1 END
        LEFT JOIN needed('school_disengagement', DATE '{today}') d ON d.person = c.person
        LEFT JOIN needed('special_needs', DATE '{today}') s ON s.person = c.person
    """,
    test_rows=(
        {
            "PupilID": "P9999901",
            "LegalSurname": "ZZTEST",
            "LegalForename": "Pupil",
            "School": "ZZ Training School",
        },
        {
            "PupilID": "P9999902",
            "LegalSurname": "ZZTEST",
            "LegalForename": "Penny",
            "School": "ZZ Training School",
        },
    ),
    spoilt={"DoB": "2012-02-30"},
    byte_order_mark=True,
)
