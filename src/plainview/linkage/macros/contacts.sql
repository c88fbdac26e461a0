-- Telephones, e-mail, identifiers, birth dates.

CREATE OR REPLACE TEMP MACRO one_digit_only(x) AS length(replace(x, left(x, 1), '')) = 0;

-- +44, 0044 and a dropped leading nought become 0; "(0)" after the country code is absorbed.
CREATE OR REPLACE TEMP MACRO phone_digits(x) AS
  CASE WHEN regexp_full_match(x, '0[1-9][0-9]{5,13}') THEN x ELSE
  regexp_replace(regexp_replace(regexp_replace(x, '[^0-9]', '', 'g'), '^(?:00)?44(?:0)?([1-9][0-9]{8,9})$', '0\1'),
                 '^([1237][0-9]{9})$', '0\1') END;

-- Of what phone_digits gives.
CREATE OR REPLACE TEMP MACRO phone_known(digits) AS
  CASE WHEN length(digits) BETWEEN 7 AND 15 AND NOT one_digit_only(ltrim(digits, '0') || '') THEN digits END;

CREATE OR REPLACE TEMP MACRO is_mobile(digits) AS starts_with(digits, '07') AND length(digits) = 11;

-- Of a lower-case text without spaces around it.
CREATE OR REPLACE TEMP MACRO email_known(x) AS
  CASE WHEN regexp_full_match(x, '[^@\s]+@[^@\s]+\.[^@\s.]{2,}')
            AND NOT regexp_matches(x, '^(?:none|noemail|no|unknown|na|n/a|test|noreply|no\.email)@')
       THEN x END;

CREATE OR REPLACE TEMP MACRO letters_and_digits(x) AS
  CASE WHEN regexp_full_match(x, '[a-z0-9]+') THEN x
       ELSE nullif(regexp_replace(lower(x), '[^a-z0-9]', '', 'g'), '') END;

-- The rules of the check digits and their sources are those of `sources`, which quality counts by too.
-- All are for what letters_and_digits gives.
CREATE OR REPLACE TEMP MACRO nhs_number_known(x) AS CASE WHEN is_nhs_number(x) AND NOT one_digit_only(x) THEN x END;

CREATE OR REPLACE TEMP MACRO upn_known(x) AS CASE WHEN is_upn(x) THEN x END;

-- The suffix, A to D, says only when contributions were due, so it may be missing and is left off.
CREATE OR REPLACE TEMP MACRO nino_known(x) AS
  CASE WHEN length(x) >= 8 AND is_nino(rpad(x, 9, 'a')) THEN left(x, 8) END;

CREATE OR REPLACE TEMP MACRO national_id_known(x) AS CASE WHEN length(x) > 3 AND NOT one_digit_only(x) THEN x END;

-- Dates that systems write when there is none: the first days of 1900 and 1901, spreadsheet and database zeros,
-- which lie before 1850. Single comparisons: a list of more than five is planned as a join.
CREATE OR REPLACE TEMP MACRO birth_date_known(x) AS
  CASE WHEN x < DATE '1850-01-01' OR x > DATE '2200-01-01' THEN NULL
       WHEN x > DATE '1901-01-01' THEN x
       WHEN x = DATE '1901-01-01' OR x = DATE '1900-01-01' OR x BETWEEN DATE '1899-12-30' AND DATE '1899-12-31' THEN NULL
       ELSE x END;

CREATE OR REPLACE TEMP MACRO sex_text(x) AS
  CASE WHEN x = 'F' OR x = 'f' THEN 'f' WHEN x = 'M' OR x = 'm' THEN 'm'
       WHEN regexp_full_match(x, '(?i)\s*(?:f|female|woman|girl|2)\s*') THEN 'f'
       WHEN regexp_full_match(x, '(?i)\s*(?:m|male|man|boy|1)\s*') THEN 'm'
       WHEN regexp_full_match(x, '(?i)\s*(?:x|o|other|indeterminate|9)\s*') THEN 'x' END;

-- The whole rule for a text as it was written.
CREATE OR REPLACE TEMP MACRO phone_text(x) AS phone_known(phone_digits(x));
CREATE OR REPLACE TEMP MACRO email_text(x) AS email_known(lower(trim(x)));
CREATE OR REPLACE TEMP MACRO nhs_number_text(x) AS nhs_number_known(letters_and_digits(x));
CREATE OR REPLACE TEMP MACRO upn_text(x) AS upn_known(letters_and_digits(x));
CREATE OR REPLACE TEMP MACRO nino_text(x) AS nino_known(letters_and_digits(x));
CREATE OR REPLACE TEMP MACRO national_id_text(x) AS national_id_known(letters_and_digits(x));
