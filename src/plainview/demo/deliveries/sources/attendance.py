"""Attendance: absences, suspensions and exclusions, from the system of the attendance service."""

from plainview.demo.deliveries.declared import DemoSource
from plainview.demo.deliveries.events import Happenings, Kind

SOURCE = DemoSource(
    declaration="""\
# Absences, suspensions and exclusions. On 19 August 2024 the national codes changed: what was code "O"
# (unauthorised) for unagreed holidays became "G"; suspensions were called fixed-term exclusions before.
id = "attendance"
title = "School attendance and exclusions"
service = "Education"
contact_role = "Attendance service lead"
controller = "Sallowmere Borough Council"
gateways = [
  "Education Act 1996 sections 436A and 537A",
  "Education Act 2002 section 51A",
  "School Attendance (Pupil Registration) (England) Regulations 2024",
]
rows = ["person", "event"]
cadence = "weekly"
retention = "3 years"
arises = "administrative"
trust = 4

[file]
pattern = "deliveries/attendance/attendance_{date}.txt"
format = "csv"
encoding = "utf-16"
delimiter = "\\t"

[columns."Ref"]
meaning = "record_id"
required = true
[columns."UPN"]
meaning = "upn"
sensitivity = "identifier"
[columns."Pupil"]                      # Last, First
meaning = "full_name"
required = true
sensitivity = "identifier"
[columns."Date of birth"]
meaning = "birth_date"
formats = ["%d/%m/%Y"]
sensitivity = "identifier"
[columns."Gender"]
meaning = "sex"
allowed = ["F", "M"]
[columns."Post code"]
meaning = "postcode"
sensitivity = "identifier"
[columns."Event"]
meaning = "event_kind"
required = true
[columns."Code"]
meaning = "attribute.attendance_code"
[columns."Sessions"]
meaning = "event_value"
[columns."From"]
meaning = "event_date"
required = true
formats = ["%d/%m/%Y"]
[columns."Recorded"]
meaning = "known_date"
required = true
formats = ["%d/%m/%Y"]
[columns."Reason"]
meaning = "attribute.reason"
""",
    events=Happenings(
        kinds=(
            Kind("Absence episode", None, 0.7, (5, 15)),
            Kind("Absence episode", "school_disengagement", 4.5, (5, 16)),
            Kind("Absence episode", "youth_mental_health", 1.6, (8, 16)),
            Kind("Unauthorised absence", "school_disengagement", 3.0, (5, 16)),
            Kind("Unauthorised absence", "exploitation", 2.0, (10, 16)),
            Kind("Unauthorised absence", "neglect", 1.2, (5, 16)),
            Kind("Unauthorised absence", None, 0.22, (5, 15)),
            Kind("Suspension", "school_disengagement", 1.0, (6, 16)),
            Kind("Suspension", "exploitation", 0.6, (10, 16)),
            Kind("Suspension", None, 0.012, (8, 15)),
            Kind("Permanent exclusion", "school_disengagement", 0.06, (10, 16)),
            Kind("Permanent exclusion", None, 0.0004, (11, 15)),
            Kind("Welfare visit", "school_disengagement", 0.8, (5, 16), found=True),
        ),
        known_after=4,
        reach=0.3,
        trend=0.06,
        years=3,
    ),
    rows="""
        SELECT person, printf('A%s%07d', strftime(known_date, '%y'), event_number) AS "Ref", upn AS "UPN",
            concat_ws(', ', last_name, first_name) AS "Pupil", strftime(birth_date,
                '%d/%m/%Y') AS "Date of birth",
            sex AS "Gender", postcode AS "Post code",
            CASE WHEN kind = 'Suspension' AND known_date < DATE '2024-08-19' THEN 'Fixed-term exclusion'
                 ELSE kind END AS "Event",
            CASE kind WHEN 'Absence episode' THEN substr('IIIMCE', 1 + pick(event_luck, 'code', 6), 1)
                WHEN 'Unauthorised absence' THEN CASE
                    WHEN dice(event_luck, 'code') < 0.4 AND known_date >= DATE '2024-08-19' THEN 'G'
                        ELSE 'O' END
                WHEN 'Suspension' THEN 'E' WHEN 'Permanent exclusion' THEN 'E' END AS "Code",
            CAST(1 + waiting(CASE kind WHEN 'Permanent exclusion' THEN 40 ELSE 4 END, dice(event_luck,
                'sessions'))
                 AS VARCHAR) AS "Sessions",
            strftime(event_date, '%d/%m/%Y') AS "From", strftime(known_date, '%d/%m/%Y') AS "Recorded",
            CASE WHEN kind LIKE '%xclusion' OR kind = 'Suspension' THEN
                ['Persistent disruption', 'Physical assault', 'Verbal abuse', 'Drugs or alcohol', 'Damage']
                    [1 + pick(event_luck, 'reason', 5)] END AS "Reason"
        FROM (SELECT * REPLACE (
                event_date - CAST(greatest(0, isodow(event_date) - 5) AS INTEGER) AS event_date) FROM told)
    """,
    windows_lines=True,
)
