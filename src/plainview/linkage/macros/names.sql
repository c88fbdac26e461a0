-- Names: lower case, without accents, titles and punctuation. RE2 has no look-around.

-- Letters that Unicode does not decompose are spelt out; apostrophes close up (O'Brien = obrien),
-- every other mark parts two words (Smith-Jones = smith jones).
CREATE OR REPLACE TEMP MACRO any_name_text(x) AS
  nullif(trim(regexp_replace(
    translate(
      replace(replace(replace(replace(
        translate(strip_accents(lower(x)), 'łøđðıħ', 'loddih'), 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th'),
      '''’‘`´', ''),
    '[^\p{L}\p{N}]+', ' ', 'g')), '');

-- Most names are plain letters already; to look costs a fifth of rewriting them.
CREATE OR REPLACE TEMP MACRO name_text(x) AS
  CASE WHEN regexp_full_match(lower(x), '[a-z]+(?: [a-z]+)*') THEN lower(x) ELSE any_name_text(x) END;

-- Only a title with a name beside it is a title: "Master" alone may be a family name.
CREATE OR REPLACE TEMP MACRO without_titles(x) AS
  CASE WHEN NOT contains(x, ' ') THEN x ELSE regexp_replace(regexp_replace(x,
    '^(?:(?:mr|mrs|miss|ms|mx|mstr|dr|doctor|prof|professor|sir|dame|rev|revd|reverend|cllr|councillor) )+(.)', '\1'),
    '(.)(?: (?:mr|mrs|miss|ms|mx|dr|jr|jnr|snr|esq|obe|mbe|phd))+$', '\1') END;

-- What clerks type when there is no name. One text to look in: a long list after IN is planned as a join.
CREATE OR REPLACE TEMP MACRO known_name(x) AS
  CASE WHEN length(x) <= 10 AND contains('|unknown|not known|n k|nk|n a|na|none|null|anon|anonymous|' ||
              'tbc|not given|not stated|unnamed|x|xx|xxx|', '|' || x || '|')
       THEN NULL ELSE x END;

-- For texts that name_text has been over: macros are pasted in whole, so each step is a column of its own.
CREATE OR REPLACE TEMP MACRO name_known(x) AS known_name(without_titles(x));

-- The family name at the end of "First Middle Last"; particles stay with it (van der Berg).
CREATE OR REPLACE TEMP MACRO family_at_end(x) AS
  nullif(regexp_extract(x,
    ' ((?:(?:van|von|der|den|de|da|do|dos|del|della|di|la|le|du|bin|binti|ibn|al|el|ap|ab|ben|st|mac|mc|o) )*[^ ]+)$', 1), '');

CREATE OR REPLACE TEMP MACRO first_word(x) AS nullif(split_part(x, ' ', 1), '');
CREATE OR REPLACE TEMP MACRO later_words(x) AS
  CASE WHEN contains(x, ' ') THEN nullif(trim(substr(x, instr(x, ' ') + 1)), '') END;

-- One key for a name whichever way round it is written: its words in alphabetical order.
CREATE OR REPLACE TEMP MACRO name_words(given, family) AS
  nullif(array_to_string(list_sort(string_split(concat_ws(' ', given, family), ' ')), ' '), '');
