"""Council tax: liable people, the name in one column and the address in one line."""

from plainview.demo.deliveries.declared import DemoSource

SOURCE = DemoSource(
    declaration="""\
# Accounts of the people liable for council tax. The property is certain; the person is as they wrote in.
id = "council_tax"
title = "Council tax accounts"
service = "Revenues"
contact_role = "Revenues systems lead"
controller = "Sallowmere Borough Council"
gateways = [
  "Local Government Finance Act 1992 schedule 2 paragraph 17",
  "Digital Economy Act 2017 section 35",
]
rows = ["person", "address"]
cadence = "weekly"
retention = "6 years"
trust = 3

[file]
pattern = "deliveries/council_tax/ctax_{date}.txt"
format = "csv"
encoding = "utf-8"
delimiter = "|"

[control]
sidecar = true

[columns."ACCOUNT_REF"]
meaning = "record_id"
required = true
[columns."LIABLE_NAME"]                # LAST, First Middle
meaning = "full_name"
required = true
sensitivity = "identifier"
[columns."DOB"]                        # asked for only since 2021
meaning = "birth_date"
formats = ["%Y%m%d"]
trust = 2
sensitivity = "identifier"
[columns."PROPERTY_ADDRESS"]
meaning = "address"
required = true
trust = 5
sensitivity = "identifier"
[columns."UPRN"]
meaning = "uprn"
trust = 5
sensitivity = "identifier"
[columns."TELEPHONE"]
meaning = "phone"
sensitivity = "identifier"
[columns."EMAIL"]
meaning = "email"
sensitivity = "identifier"
[columns."LIABLE_FROM"]
meaning = "address_from"
formats = ["%Y%m%d"]
[columns."BAND"]
meaning = "attribute.band"
allowed = ["A", "B", "C", "D", "E", "F", "G", "H"]
[columns."DISCOUNT"]
meaning = "attribute.discount"
map = { "00" = "none", "25" = "single person", "DI" = "disabled band reduction" }
[columns."BALANCE"]
meaning = "attribute.council_tax_arrears"
type = "number"
[columns."RECOVERY_STAGE"]
meaning = "attribute.recovery_stage"
map = { "REM" = "reminder", "SUM" = "summons", "ENF" = "enforcement agent" }
[columns."LAST_CHANGE"]
meaning = "updated_date"
formats = ["%Y%m%d"]
[columns."FILLER"]
meaning = "ignore"
""",
    people="""
        SELECT person, luck, CAST(greatest(here_from, birth_date + 6570, v.moved_in) AS DATE) AS entered
        FROM (SELECT *, row_number() OVER (PARTITION BY person ORDER BY since DESC) AS latest
            FROM home_versions) v
        JOIN homes USING (address) JOIN people USING (person)
        WHERE latest = 1 AND age_at(birth_date, DATE '{end}') >= 18 AND home_kind NOT IN ('care_home',
            'hostel')
          AND dice(luck, 'liable') < CASE role WHEN 'adult' THEN 0.66 WHEN 'partner' THEN 0.18
                                              WHEN 'sharer' THEN 0.15 ELSE 0 END
    """,
    rows="""
        SELECT c.person, printf('7%07d', c.number * 3 + 11) AS "ACCOUNT_REF",
            concat_ws(', ', upper(last_name), concat_ws(' ', first_name, middle_names)) AS "LIABLE_NAME",
            strftime(birth_date, '%Y%m%d') AS "DOB",
            concat_ws(', ', line_1, locality, upper(town), postcode) AS "PROPERTY_ADDRESS",
            uprn AS "UPRN", coalesce(phone, mobile) AS "TELEPHONE", email AS "EMAIL",
            strftime(greatest(entered, moved_in), '%Y%m%d') AS "LIABLE_FROM",
            substr('AAABBBBBCCCCDDDEEFGH', 1 + pick(home_luck, 'band', 20), 1) AS "BAND",
            CASE WHEN d.severity > 0.6 AND dice(luck, 'reduced') < 0.3 THEN 'DI'
                 WHEN dice(luck, 'single') < 0.3 THEN '25' ELSE '00' END AS "DISCOUNT",
            printf('%.2f', owed) AS "BALANCE",
            CASE WHEN owed > 900 THEN 'ENF' WHEN owed > 400 THEN 'SUM' WHEN owed > 100 THEN 'REM' END
                AS "RECOVERY_STAGE",
            strftime(updated, '%Y%m%d') AS "LAST_CHANGE", NULL AS "FILLER"
        FROM (
            SELECT e.*, CASE WHEN dice(e.luck, 'owes') < 0.06 + 0.7 * coalesce(f.severity, 0)
                THEN 30 + 1500 * coalesce(f.severity, 0.1) * dice(e.luck, 'how much') ELSE 0 END AS owed
            FROM entries e LEFT JOIN needed('financial_hardship', DATE '{today}') f ON f.person = e.person
        ) c
        LEFT JOIN needed('disability', DATE '{today}') d ON d.person = c.person
    """,
    sums=("BALANCE",),
    spoilt={"DOB": "19780231", "LIABLE_FROM": "00000000"},
)
