-- Quiet days that the desk adds to the file of a country, or takes out of it: its word wins, day by day.

CREATE TABLE holiday (
  country TEXT NOT NULL,
  day     TEXT NOT NULL,                     -- YYYY-MM-DD
  off     INTEGER NOT NULL,                  -- 1: no holiday, although the file has it
  name    TEXT,                              -- for the staff
  set_by  TEXT NOT NULL,
  set_at  INTEGER NOT NULL,
  PRIMARY KEY (country, day)
) STRICT, WITHOUT ROWID;

CREATE VIEW v_holiday AS SELECT
  country, day, off, name, set_by, strftime('%Y-%m-%dT%H:%M:%S', set_at / 1000, 'unixepoch') || printf('.%03dZ', set_at % 1000) AS set_at
FROM holiday;
