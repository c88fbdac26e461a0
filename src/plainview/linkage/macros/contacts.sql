-- Telephones, e-mail, identifiers, birth dates.

CREATE OR REPLACE TEMP MACRO one_digit_only(x) AS length(replace(x, left(x, 1), '')) = 0;

-- +44, 0044 and a dropped leading nought become 0; "(0)" after the country code is absorbed.
CREATE OR REPLACE TEMP MACRO phone_digits(x) AS
  regexp_replace(regexp_replace(regexp_replace(x, '[^0-9]', '', 'g'), '^(?:00)?44(?:0)?([1-9][0-9]{8,9})$', '0\1'),
                 '^([1237][0-9]{9})$', '0\1');

CREATE OR REPLACE TEMP MACRO phone_text(x) AS
  CASE WHEN length(phone_digits(x)) BETWEEN 7 AND 15 AND NOT one_digit_only(ltrim(phone_digits(x), '0') || '')
       THEN phone_digits(x) END;

CREATE OR REPLACE TEMP MACRO is_mobile(digits) AS starts_with(digits, '07') AND length(digits) = 11;

CREATE OR REPLACE TEMP MACRO email_text(x) AS
  CASE WHEN regexp_full_match(lower(trim(x)), '[^@\s]+@[^@\s]+\.[^@\s.]{2,}')
            AND split_part(lower(trim(x)), '@', 1) NOT IN
              ('none', 'noemail', 'no', 'unknown', 'na', 'n/a', 'test', 'noreply', 'no.email')
       THEN lower(trim(x)) END;

CREATE OR REPLACE TEMP MACRO letters_and_digits(x) AS nullif(regexp_replace(lower(x), '[^a-z0-9]', '', 'g'), '');

-- The rules of the check digits and their sources are those of `sources`, which quality counts by too.
CREATE OR REPLACE TEMP MACRO nhs_number_text(x) AS
  CASE WHEN is_nhs_number(letters_and_digits(x)) AND NOT one_digit_only(letters_and_digits(x))
       THEN letters_and_digits(x) END;

CREATE OR REPLACE TEMP MACRO upn_text(x) AS
  CASE WHEN is_upn(letters_and_digits(x)) THEN letters_and_digits(x) END;

-- The suffix, A to D, says only when contributions were due, so it may be missing and is left off.
CREATE OR REPLACE TEMP MACRO nino_text(x) AS
  CASE WHEN is_nino(rpad(letters_and_digits(x), 9, 'a')) AND length(letters_and_digits(x)) >= 8
       THEN left(letters_and_digits(x), 8) END;

CREATE OR REPLACE TEMP MACRO national_id_text(x) AS
  CASE WHEN length(letters_and_digits(x)) > 3 AND NOT one_digit_only(letters_and_digits(x))
       THEN letters_and_digits(x) END;

-- Dates that systems write when there is none: the first days of 1800, 1900, 1901, spreadsheet and database zeros.
CREATE OR REPLACE TEMP MACRO is_default_date(x) AS
  x IN (DATE '1900-01-01', DATE '1901-01-01', DATE '1899-12-30', DATE '1899-12-31', DATE '1800-01-01',
        DATE '1753-01-01', DATE '1111-11-11', DATE '0001-01-01') OR x < DATE '1850-01-01' OR x > DATE '2200-01-01';

CREATE OR REPLACE TEMP MACRO birth_date_known(x) AS CASE WHEN NOT is_default_date(x) THEN x END;

CREATE OR REPLACE TEMP MACRO sex_text(x) AS
  CASE WHEN lower(trim(x)) IN ('f', 'female', 'woman', 'girl', '2') THEN 'f'
       WHEN lower(trim(x)) IN ('m', 'male', 'man', 'boy', '1') THEN 'm'
       WHEN lower(trim(x)) IN ('x', 'o', 'other', 'indeterminate', '9') THEN 'x' END;
