"""Council housing: tenants and their households, in an old system that knows only Windows-1252."""

from plainview.demo.deliveries.declared import DemoSource

SOURCE = DemoSource(
    declaration="""\
# Tenancies of council homes. A passport is seen at sign-up, so names and birth dates are trusted most.
id = "housing"
title = "Council housing tenancies"
service = "Housing"
contact_role = "Housing data steward"
controller = "Sallowmere Borough Council"
gateways = ["Housing Act 1985 section 21", "Housing Act 1996 section 213", "Children Act 2004 section 10"]
rows = ["person", "address", "relationship"]
cadence = "weekly"
retention = "6 years"
trust = 4

[file]
pattern = "deliveries/housing/tenancies_{date}.csv"
format = "csv"
encoding = "windows-1252"
delimiter = ";"

[control]
sidecar = true

[[exclude]]
name = "test tenants"
column = "Surname"
values = ["ZZTEST"]
reason = "the supplier's test records"

[columns."Tenant Ref"]
meaning = "record_id"
required = true
[columns."Tenancy Ref"]
meaning = "attribute.tenancy"
[columns."Surname"]
meaning = "last_name"
trust = 5
sensitivity = "identifier"
[columns."Forename"]
meaning = "first_name"
required = true
trust = 5
sensitivity = "identifier"
[columns."Other Names"]
meaning = "middle_names"
sensitivity = "identifier"
[columns."D.O.B."]
meaning = "birth_date"
formats = ["%d/%m/%Y"]
trust = 5
sensitivity = "identifier"
[columns."Sex"]
meaning = "sex"
map = { "Female" = "F", "Male" = "M" }
missing = ["Not stated"]
[columns."NI Number"]
meaning = "nino"
sensitivity = "identifier"
[columns."Home Tel"]
meaning = "phone"
trust = 2
sensitivity = "identifier"
[columns."Mobile"]
meaning = "mobile"
trust = 3
sensitivity = "identifier"
[columns."Addr1"]
meaning = "address_line_1"
trust = 5
sensitivity = "identifier"
[columns."Addr2"]
meaning = "address_line_2"
sensitivity = "identifier"
[columns."Addr3"]
meaning = "address_line_3"
sensitivity = "identifier"
[columns."Post Code"]
meaning = "postcode"
trust = 5
sensitivity = "identifier"
[columns."UPRN"]
meaning = "uprn"
trust = 5
sensitivity = "identifier"
[columns."Tenancy Start"]
meaning = "address_from"
formats = ["%d/%m/%Y"]
[columns."Household Role"]
meaning = "attribute.household_role"
allowed = ["Tenant", "Joint tenant", "Household member"]
[columns."Joint Tenant Ref"]
meaning = "related_record_id"
[columns."Weekly Rent"]
meaning = "attribute.weekly_rent"
type = "number"
[columns."Rent Arrears"]
meaning = "attribute.rent_arrears"
type = "number"
[columns."Benefit"]
meaning = "attribute.housing_benefit"
allowed = ["Y", "N"]
[columns."Notice Served"]
meaning = "attribute.notice_served"
type = "date"
formats = ["%d/%m/%Y"]
[columns."Visit Warning"]
meaning = "attribute.visit_warning"
[columns."Last Changed"]
meaning = "updated_date"
formats = ["%d/%m/%Y"]
[columns."Officer"]
meaning = "ignore"
""",
    people="""
        SELECT v.person, any_value(p.luck) AS luck, max(greatest(v.moved_in, p.birth_date)) AS entered
        FROM home_versions v JOIN homes h USING (address) JOIN people p USING (person)
        WHERE h.tenure = 'council' AND v.role IN ('adult', 'partner', 'child', 'grandparent')
        GROUP BY v.person
    """,
    rows="""
        WITH ours AS (SELECT *, CASE role WHEN 'adult' THEN 'Tenant' WHEN 'partner' THEN 'Joint tenant'
                                ELSE 'Household member' END AS tenant_role FROM entries),
        joint AS (
            SELECT address, tenant_role, min(number) AS number FROM ours
            WHERE tenant_role != 'Household member' GROUP BY ALL
        )
        SELECT c.person, printf('T-%06d', c.number) AS "Tenant Ref", printf('TY%07d',
            c.address) AS "Tenancy Ref",
            c.last_name AS "Surname", c.first_name AS "Forename", c.middle_names AS "Other Names",
            strftime(c.birth_date, '%d/%m/%Y') AS "D.O.B.",
            CASE c.sex WHEN 'F' THEN 'Female' WHEN 'M' THEN 'Male' ELSE 'Not stated' END AS "Sex",
            c.nino AS "NI Number", c.phone AS "Home Tel", c.mobile AS "Mobile",
            c.line_1 AS "Addr1", c.locality AS "Addr2", c.town AS "Addr3", c.postcode AS "Post Code",
            c.uprn AS "UPRN", strftime(greatest(c.entered, c.moved_in), '%d/%m/%Y') AS "Tenancy Start",
            c.tenant_role AS "Household Role", printf('T-%06d', j.number) AS "Joint Tenant Ref",
            printf('%.2f', 85 + pick(c.home_luck, 'rent', 6000) / 100.0) AS "Weekly Rent",
            CASE WHEN c.tenant_role = 'Household member' THEN '0.00'
                 WHEN f.severity IS NOT NULL AND dice(c.luck, 'arrears') < 0.3 + 0.6 * f.severity
                     THEN printf('%.2f', 40 + 1800 * f.severity * dice(c.luck, 'how much'))
                 WHEN dice(c.luck, 'arrears') < 0.08 THEN printf('%.2f', 300 * dice(c.luck, 'how much'))
                 ELSE '0.00' END AS "Rent Arrears",
            CASE WHEN dice(c.luck, 'benefit') < 0.25 + 0.6 * coalesce(f.severity, 0) THEN 'Y' ELSE 'N' END
                AS "Benefit",
            CASE WHEN f.severity > 0.5 AND dice(c.luck, 'notice') < 0.2
                 THEN strftime(DATE '{today}' - pick(c.luck, 'served', 300), '%d/%m/%Y') END
                     AS "Notice Served",
            CASE WHEN dice(c.luck, 'warning') < 0.01 THEN 'Do not visit alone' END AS "Visit Warning",
            strftime(c.updated, '%d/%m/%Y') AS "Last Changed",
            'HO' || (1 + pick(c.home_luck, 'officer', 40)) AS "Officer"
        FROM ours c
        LEFT JOIN joint j ON j.address = c.address AND j.tenant_role != c.tenant_role
            AND c.tenant_role != 'Household member'
        LEFT JOIN needed('financial_hardship', DATE '{today}') f ON f.person = c.person
    """,
    sums=("Weekly Rent",),
    test_rows=(
        {"Tenant Ref": "T-900001", "Surname": "ZZTEST", "Forename": "Tenant", "Weekly Rent": "1.00"},
        {"Tenant Ref": "T-900002", "Surname": "ZZTEST", "Forename": "Do Not Use", "Weekly Rent": "1.00"},
    ),
    spoilt={"D.O.B.": "31/02/1978", "Forename": ""},
    windows_lines=True,
)
