"""Libraries: members, who filled in the form themselves."""

from plainview.demo.deliveries.declared import DemoSource

SOURCE = DemoSource(
    declaration="""\
# Members. The form is filled in by the member and nothing is checked: the least trusted names there are.
id = "libraries"
title = "Library members"
service = "Libraries"
contact_role = "Library systems officer"
controller = "Sallowmere Borough Council"
gateways = ["Public Libraries and Museums Act 1964 section 7"]
rows = ["person"]
cadence = "monthly"
retention = "3 years"
trust = 1

[file]
pattern = "deliveries/libraries/members_{date}.tsv"
format = "csv"
encoding = "utf-8"
delimiter = "\\t"

[columns."Borrower"]
meaning = "record_id"
required = true
[columns."Last name"]
meaning = "last_name"
sensitivity = "identifier"
[columns."First name"]
meaning = "first_name"
sensitivity = "identifier"
[columns."Birthday"]
meaning = "birth_date"
formats = ["%Y-%m-%d"]
sensitivity = "identifier"
[columns."Mobile"]
meaning = "mobile"
trust = 3
sensitivity = "identifier"
[columns."Email"]
meaning = "email"
trust = 3
sensitivity = "identifier"
[columns."Address"]
meaning = "address"
sensitivity = "identifier"
[columns."Postcode"]
meaning = "postcode"
sensitivity = "identifier"
[columns."Joined"]
meaning = "attribute.joined"
type = "date"
[columns."Home branch"]
meaning = "attribute.branch"
[columns."Loans last year"]
meaning = "attribute.loans"
type = "integer"
[columns."Changed"]
meaning = "updated_date"
""",
    people="""
        SELECT person, luck, day_between(first_day, last_day, dice(luck, 'joined')) AS entered
        FROM (SELECT *, greatest(here_from, birth_date + 1000, DATE '2012-01-01') AS first_day,
                     least(here_to, DATE '{end}') AS last_day FROM people)
        WHERE last_day > first_day AND dice(luck, 'reads') < CASE WHEN age_at(birth_date, DATE '{end}') < 16
            THEN 0.17 ELSE 0.09 END
    """,
    rows="""
        SELECT person, printf('2%s%09d', lpad(CAST(number % 89 + 10 AS VARCHAR), 3, '1'), number * 17)
            AS "Borrower",
            CASE WHEN dice(luck, 'lower') < 0.1 THEN lower(last_name) ELSE last_name END AS "Last name",
            CASE WHEN dice(luck, 'lower') < 0.1 THEN lower(first_name) ELSE first_name END AS "First name",
            strftime(birth_date, '%Y-%m-%d') AS "Birthday", mobile AS "Mobile", email AS "Email",
            concat_ws(', ', line_1, town) AS "Address",
            CASE WHEN dice(home_luck, 'lower') < 0.15 THEN lower(replace(postcode, ' ', ''))
                ELSE postcode END AS "Postcode",
            strftime(entered, '%Y-%m-%d') AS "Joined",
            ['Central', 'Northmere', 'Weir Road', 'Hallow', 'Priory'][1 + pick(home_luck, 'branch',
                5)] AS "Home branch",
            CAST(waiting(9, dice(luck, 'loans')) AS VARCHAR) AS "Loans last year",
            strftime(updated, '%Y-%m-%d') AS "Changed"
        FROM entries
    """,
    spoilt={"Birthday": "1066-10-14x"},
)
