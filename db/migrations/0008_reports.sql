-- What reports need: the years before Wasl as totals, what was imported, and indexes that tell about messages without touching
-- their sealed texts.

-- Published figures of years, or of a span of years, that Wasl has no cases of.
CREATE TABLE historic_total (
  direction   TEXT NOT NULL CHECK (direction IN ('FROM_MA', 'TO_MA')),
  year_from   INTEGER NOT NULL,
  year_to     INTEGER NOT NULL CHECK (year_to >= year_from),
  persons     INTEGER NOT NULL CHECK (persons >= 0),
  requests    INTEGER,
  approximate INTEGER NOT NULL DEFAULT 0,
  source      TEXT NOT NULL,
  PRIMARY KEY (direction, year_from, year_to)
) STRICT, WITHOUT ROWID;

-- When cases reached a status (0005_desk.sql writes it).
CREATE INDEX case_event_reached ON case_event (became, at) WHERE field = 'status';

-- A file is imported once: a keyed hash of its bytes.
CREATE TABLE imported (
  file BLOB PRIMARY KEY,
  kind TEXT NOT NULL,
  rows INTEGER NOT NULL,
  at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- In the order in which reports group, so that a million rows are counted without being sorted.
CREATE INDEX message_service ON message (direction, mode, channel, status, created_at, segments);
CREATE INDEX answer_walk ON answer (flow, run_id, answer_id, answered_at, state, value, mode, language, case_ref);
CREATE INDEX message_failed ON message (created_at, channel, status, reason)
  WHERE direction = 'out' AND status IN ('failed', 'expired', 'rejected', 'unknown');
CREATE INDEX cases_departed ON cases (departed_on) WHERE departed_on IS NOT NULL;
CREATE INDEX cases_returned ON cases (returned_on) WHERE returned_on IS NOT NULL;
CREATE INDEX cases_opened ON cases (opened_at);
CREATE INDEX task_reached ON task (case_ref, done_at) WHERE outcome = 'REACHED';

CREATE VIEW v_historic_total AS SELECT direction, year_from, year_to, persons, requests, approximate, source FROM historic_total;
