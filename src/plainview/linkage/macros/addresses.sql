-- Addresses: one line of lower-case words, from which postcode, flat, number and street are read.

-- " 10 the grange , camden " : padded, so that every word has a space on both sides.
CREATE OR REPLACE TEMP MACRO address_text(x) AS
  ' ' || trim(regexp_replace(replace(replace(strip_accents(lower(x)), ',', ' , '), chr(10), ' , '),
                             '[^a-z0-9,]+', ' ', 'g')) || ' ';

-- Plain replacements cost a tenth of a regular expression. "st" is a street only at the end of its part.
CREATE OR REPLACE TEMP MACRO address_words(x) AS
  replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(
  replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(x,
    ' rd ', ' road '), ' ave ', ' avenue '), ' av ', ' avenue '), ' st , ', ' street , '), ' str ', ' street '),
    ' ln ', ' lane '), ' cl ', ' close '), ' ct ', ' court '), ' crt ', ' court '), ' cres ', ' crescent '),
    ' gdns ', ' gardens '), ' gdn ', ' gardens '), ' sq ', ' square '), ' pl ', ' place '),
    ' terr ', ' terrace '), ' tce ', ' terrace '), ' gr ', ' grove '), ' hse ', ' house '),
    ' apartment ', ' flat '), ' apt ', ' flat '), ' flt ', ' flat ');

CREATE OR REPLACE TEMP MACRO address_line(x) AS
  nullif(regexp_replace(address_words(address_text(x)), ' st $', ' street '), '  ');

-- Commas away, for comparing wholes.
CREATE OR REPLACE TEMP MACRO without_commas(x) AS
  nullif(trim(regexp_replace(x, '[ ,]+', ' ', 'g')), '');

CREATE OR REPLACE TEMP MACRO postcode_compact(x) AS
  nullif(regexp_replace(lower(x), '[^a-z0-9]', '', 'g'), '');

CREATE OR REPLACE TEMP MACRO is_uk_postcode(x) AS
  coalesce(regexp_full_match(x, '[a-z]{1,2}[0-9][a-z0-9]?[0-9][a-z]{2}'), false);

-- A letter O in the place of the inward digit is put right; ZZ99 is the NHS's "no fixed abode".
CREATE OR REPLACE TEMP MACRO postcode_known(compact) AS
  CASE WHEN starts_with(compact, 'zz99') THEN NULL
       WHEN regexp_full_match(compact, '[a-z]{1,2}[0-9][a-z0-9]?o[a-z]{2}')
       THEN left(compact, -3) || '0' || right(compact, 2)
       ELSE compact
  END;

-- The last thing in a line that looks like a United Kingdom postcode, as it stands there; only the end of the
-- line is searched, which takes a third of the time.
CREATE OR REPLACE TEMP MACRO postcode_in(line) AS
  nullif(regexp_extract(right(line, 24), '^.* ([a-z]{1,2}[0-9][a-z0-9]? ?[0-9][a-z]{2}) ', 1), '');

CREATE OR REPLACE TEMP MACRO without_postcode(line, found) AS
  coalesce(replace(line, ' ' || found || ' ', ' '), line);

CREATE OR REPLACE TEMP MACRO flat_in(line) AS
  nullif(regexp_extract(line, ' (?:flat|unit|room|studio) (?:no )?([a-z0-9]+) ', 1), '');

CREATE OR REPLACE TEMP MACRO without_flat(line) AS
  regexp_replace(line, ' (?:flat|unit|room|studio) (?:no )?[a-z0-9]+ ', ' ');

-- Of "12 14 high street" the first number; of "10a" the number is 10 and the flat a.
CREATE OR REPLACE TEMP MACRO number_in(line) AS nullif(regexp_extract(line, ' ([0-9]+)[a-z]? ', 1), '');
CREATE OR REPLACE TEMP MACRO letter_in(line) AS nullif(regexp_extract(line, ' [0-9]+([a-z]) ', 1), '');

-- The words after the number up to a comma; without a number the first part of the line.
CREATE OR REPLACE TEMP MACRO street_in(line) AS
  coalesce(nullif(trim(regexp_extract(line, ' [0-9]+[a-z]?(?: [0-9]+[a-z]?)? (?:, )?([a-z][^,]*)', 1)), ''),
           nullif(trim(split_part(ltrim(line, ' ,'), ',', 1)), ''));

-- The last of several parts.
CREATE OR REPLACE TEMP MACRO town_in(line) AS
  CASE WHEN contains(trim(line, ' ,'), ',') THEN nullif(trim(split_part(rtrim(line, ' ,'), ',', -1)), '') END;

-- A full United Kingdom postcode and a number name one address; elsewhere the street is needed too.
CREATE OR REPLACE TEMP MACRO address_key(flat, number, street, town, postcode) AS
  CASE WHEN is_uk_postcode(postcode) AND number IS NOT NULL
         THEN postcode || '|' || number || '|' || coalesce(flat, '')
       WHEN coalesce(postcode, town) IS NOT NULL AND street IS NOT NULL
         THEN coalesce(postcode, town) || '|' || coalesce(number, '') || '|' || coalesce(flat, '') || '|' || street
       WHEN number IS NOT NULL AND street IS NOT NULL
         THEN '|' || number || '|' || coalesce(flat, '') || '|' || street
  END;

CREATE OR REPLACE TEMP MACRO uprn_text(x) AS
  nullif(ltrim(regexp_replace(regexp_replace(x, '[.]0*$', ''), '[^0-9]', '', 'g'), '0'), '');
