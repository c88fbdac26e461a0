"""NHS community services and general practice: registrations and contacts, with verified NHS numbers."""

from plainview.demo.deliveries.declared import DemoSource
from plainview.demo.deliveries.events import Happenings, Kind

SOURCE = DemoSource(
    declaration="""\
# Registrations and contacts. The NHS number is traced, so it is the best identifier there is.
id = "nhs"
title = "NHS community services and general practice"
service = "NHS"
contact_role = "Integrated care board information lead"
controller = "Merewold Integrated Care Board"
gateways = [
  "Health and Social Care Act 2012 section 251B",
  "National Health Service Act 2006 section 82",
  "Children Act 2004 section 10",
]
rows = ["person", "event"]
cadence = "weekly"
retention = "8 years"
arises = "self_reported"
trust = 4

[file]
pattern = "deliveries/nhs/contacts_{date}.parquet"
format = "parquet"

[columns."contact_id"]
meaning = "record_id"
required = true
[columns."nhs_number"]
meaning = "nhs_number"
trust = 5
sensitivity = "identifier"
[columns."family_name"]
meaning = "last_name"
sensitivity = "identifier"
[columns."given_name"]
meaning = "first_name"
sensitivity = "identifier"
[columns."other_given_names"]
meaning = "middle_names"
sensitivity = "identifier"
[columns."birth_date"]
meaning = "birth_date"
sensitivity = "identifier"
[columns."gender"]
meaning = "sex"
map = { "male" = "M", "female" = "F" }
[columns."telecom_mobile"]
meaning = "mobile"
sensitivity = "identifier"
[columns."address_line"]
meaning = "address_line_1"
sensitivity = "identifier"
[columns."address_city"]
meaning = "town"
sensitivity = "identifier"
[columns."postal_code"]
meaning = "postcode"
sensitivity = "identifier"
[columns."contact_type"]
meaning = "event_kind"
required = true
sensitivity = "special_category"
[columns."contact_date"]
meaning = "event_date"
required = true
[columns."recorded_date"]
meaning = "known_date"
required = true
[columns."practice_code"]
meaning = "attribute.practice"
""",
    events=Happenings(
        kinds=(
            Kind("GP registration", None, 0.035),
            Kind("GP consultation", None, 0.22),
            Kind("GP consultation", "frailty", 1.4),
            Kind("GP consultation", "disability", 0.7),
            Kind("A&E attendance", None, 0.05),
            Kind("A&E attendance", "substance_use", 0.6, (12, 100)),
            Kind("A&E attendance", "domestic_abuse", 0.4),
            Kind("A&E attendance", "offending", 0.3, (12, 80)),
            Kind("Health visitor contact", None, 0.7, (0, 2)),
            Kind("Health visitor contact", "neglect", 1.0, (0, 4)),
            Kind("CAMHS referral", "youth_mental_health", 0.8, (5, 18)),
            Kind("CAMHS referral", None, 0.004, (6, 17)),
            Kind("Adult mental health contact", "parental_mental_health", 1.0, (18, 90)),
            Kind("Adult mental health contact", "loneliness", 0.3, (18, 100)),
            Kind("Community nursing", "frailty", 1.5, (50, 120)),
            Kind("Maternity booking", None, 0.03, (17, 42)),
            Kind("Speech and language therapy", "special_needs", 0.5, (2, 16)),
            Kind("Missed appointment", "neglect", 0.8, (0, 17)),
            Kind("Missed appointment", None, 0.04),
        ),
        known_after=2,
        reach=0.28,
        trend=0.03,
        years=3,
    ),
    rows="""
        SELECT person, lower(substr(h, 1, 8) || '-' || substr(h, 9, 4) || '-4' || substr(h, 13, 3) || '-'
            || substr(h, 16, 1)
                             || printf('%07d', event_number)) AS "contact_id",
            nhs_number AS "nhs_number", last_name AS "family_name", first_name AS "given_name",
            middle_names AS "other_given_names", birth_date AS "birth_date",
            CASE sex WHEN 'M' THEN 'male' WHEN 'F' THEN 'female' END AS "gender", mobile AS "telecom_mobile",
            line_1 AS "address_line", town AS "address_city", postcode AS "postal_code",
                kind AS "contact_type",
            event_date AS "contact_date", known_date AS "recorded_date",
            'L8' || printf('%04d', pick(home_luck, 'practice', 40)) AS "practice_code"
        FROM (SELECT *, lpad(to_hex(event_luck), 16, '0') AS h FROM told
              WHERE kind != 'Maternity booking' OR sex = 'F')
    """,
)
