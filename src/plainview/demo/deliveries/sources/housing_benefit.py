"""Housing benefit: claims, with the National Insurance number checked and the partner named."""

from plainview.demo.deliveries.declared import DemoSource

SOURCE = DemoSource(
    declaration="""\
# Claims for housing benefit and council tax reduction. Identity is verified with the Department for Work
# and Pensions, so its National Insurance numbers and birth dates are the best there are.
id = "housing_benefit"
title = "Housing benefit and council tax reduction claims"
service = "Benefits"
contact_role = "Benefits systems lead"
controller = "Sallowmere Borough Council"
gateways = [
  "Social Security Administration Act 1992 section 122D",
  "Welfare Reform Act 2012 section 131",
  "Digital Economy Act 2017 section 35",
]
rows = ["person", "relationship"]
cadence = "weekly"
retention = "7 years"
trust = 5

[file]
pattern = "deliveries/housing_benefit/HBCTR_{date}.csv"
format = "csv"
encoding = "utf-8"                     # with a byte order mark
delimiter = ","

[columns."ClaimNo"]
meaning = "record_id"
required = true
[columns."NINO"]
meaning = "nino"
sensitivity = "identifier"
[columns."Title"]
meaning = "ignore"
[columns."Surname"]
meaning = "last_name"
sensitivity = "identifier"
[columns."Forename1"]
meaning = "first_name"
required = true
sensitivity = "identifier"
[columns."Forename2"]
meaning = "middle_names"
sensitivity = "identifier"
[columns."dob"]
meaning = "birth_date"
formats = ["%d-%b-%Y"]
sensitivity = "identifier"
[columns."Gender"]
meaning = "sex"
allowed = ["F", "M"]
[columns."Address1"]
meaning = "address_line_1"
sensitivity = "identifier"
[columns."Address2"]
meaning = "address_line_2"
sensitivity = "identifier"
[columns."Address3"]
meaning = "address_line_3"
sensitivity = "identifier"
[columns."Postcode"]
meaning = "postcode"
sensitivity = "identifier"
[columns."Mobile"]
meaning = "mobile"
trust = 3
sensitivity = "identifier"
[columns."PartnerName"]
meaning = "related_name"
sensitivity = "identifier"
[columns."PartnerDOB"]
meaning = "related_birth_date"
formats = ["%d-%b-%Y"]
sensitivity = "identifier"
[columns."ClaimStart"]
meaning = "attribute.claim_start"
type = "date"
formats = ["%d-%b-%Y"]
[columns."ClaimStatus"]
meaning = "attribute.claim_status"
allowed = ["Live", "Closed"]
[columns."WeeklyHB"]
meaning = "attribute.weekly_benefit"
type = "number"
[columns."IncomeSupport"]
meaning = "attribute.out_of_work_benefit"
type = "boolean"
[columns."BenefitCap"]
meaning = "attribute.benefit_cap"
type = "boolean"
[columns."LastAmended"]
meaning = "updated_date"
formats = ["%d-%b-%Y"]
""",
    people="""
        SELECT p.person, any_value(p.luck) AS luck,
               min(greatest(n.from_date + waiting(60, dice(n.luck, 'claim')), here_from)) AS entered
        FROM need_spells n JOIN people p USING (person, here_from)
        WHERE need IN ('financial_hardship', 'housing_insecurity') AND age_at(p.birth_date, n.from_date) >= 18
          AND dice(p.luck, 'claims') < 0.8
        GROUP BY p.person
    """,
    rows="""
        WITH couples AS (
            SELECT person_a AS one, person_b AS other FROM world.relationships
            WHERE kind = 'partner' AND from_date <= DATE '{today}'
              AND coalesce(to_date, DATE '9999-12-31') > DATE '{today}'
        ),
        partners AS (
            SELECT person, min(partner) AS partner, DATE '{today}' AS today
            FROM (SELECT one AS person, other AS partner FROM couples UNION ALL SELECT other, one
                FROM couples)
            GROUP BY person
        ),
        partner AS (
            SELECT r.person, concat_ws(' ', n.first_name, n.last_name) AS name, p.birth_date AS born
            FROM partners r JOIN people p ON p.person = r.partner
            ASOF JOIN name_versions n ON n.person = r.partner AND n.since <= r.today
        )
        SELECT c.person, printf('%d', 40000000 + c.number * 7) AS "ClaimNo", nino AS "NINO",
            CASE sex WHEN 'M' THEN 'Mr' WHEN 'F' THEN 'Ms' END AS "Title",
            last_name AS "Surname", first_name AS "Forename1", middle_names AS "Forename2",
            strftime(birth_date, '%d-%b-%Y') AS "dob", sex AS "Gender", line_1 AS "Address1",
            locality AS "Address2", town AS "Address3", postcode AS "Postcode", mobile AS "Mobile",
            r.name AS "PartnerName", strftime(r.born, '%d-%b-%Y') AS "PartnerDOB",
            strftime(entered, '%d-%b-%Y') AS "ClaimStart",
            CASE WHEN f.severity IS NULL THEN 'Closed' ELSE 'Live' END AS "ClaimStatus",
            CASE WHEN f.severity IS NULL THEN '0' ELSE printf('%.2f', 60 + 140 * dice(c.luck, 'award')) END
                AS "WeeklyHB",
            CASE WHEN f.severity > 0.45 THEN 'Yes' ELSE 'No' END AS "IncomeSupport",
            CASE WHEN f.severity > 0.6 AND dice(c.luck, 'cap') < 0.25 THEN 'Yes'
                ELSE 'No' END AS "BenefitCap",
            strftime(updated, '%d-%b-%Y') AS "LastAmended"
        FROM entries c LEFT JOIN partner r ON r.person = c.person
        LEFT JOIN needed('financial_hardship', DATE '{today}') f ON f.person = c.person
    """,
    spoilt={"dob": "30-Feb-1980", "PartnerDOB": "00-Jan-1900"},
    byte_order_mark=True,
)
