-- What reports need: the years before Wasl as totals, when a case reached which status, what was imported, and an index
-- that tells about messages without touching their sealed texts.

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

CREATE TABLE case_history (
  ref    TEXT NOT NULL REFERENCES cases ON DELETE CASCADE,
  status TEXT NOT NULL,
  at     INTEGER NOT NULL
) STRICT;
CREATE INDEX case_history_ref ON case_history (ref, status, at);
CREATE INDEX case_history_at ON case_history (status, at);

-- Whoever changes a status, the history follows.
CREATE TRIGGER case_history_opened AFTER INSERT ON cases
  BEGIN INSERT INTO case_history VALUES (new.ref, new.status, new.opened_at); END;
CREATE TRIGGER case_history_changed AFTER UPDATE OF status ON cases WHEN new.status IS NOT old.status
  BEGIN INSERT INTO case_history VALUES (new.ref, new.status, new.updated_at); END;
INSERT INTO case_history SELECT ref, status, updated_at FROM cases;

-- A file is imported once: a keyed hash of its bytes.
CREATE TABLE imported (
  file BLOB PRIMARY KEY,
  kind TEXT NOT NULL,
  rows INTEGER NOT NULL,
  at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX message_service ON message (created_at, direction, mode, channel, status, segments);
CREATE INDEX message_failed ON message (created_at, channel, status, reason)
  WHERE direction = 'out' AND status IN ('failed', 'expired', 'rejected', 'unknown');
CREATE INDEX cases_departed ON cases (departed_on) WHERE departed_on IS NOT NULL;
CREATE INDEX cases_returned ON cases (returned_on) WHERE returned_on IS NOT NULL;
CREATE INDEX cases_opened ON cases (opened_at);
CREATE INDEX task_reached ON task (case_ref, done_at) WHERE outcome = 'REACHED';

CREATE VIEW v_historic_total AS SELECT direction, year_from, year_to, persons, requests, approximate, source FROM historic_total;
CREATE VIEW v_case_history AS SELECT ref AS case_ref, status,
  strftime('%Y-%m-%dT%H:%M:%S', at / 1000, 'unixepoch') || printf('.%03dZ', at % 1000) AS at FROM case_history;
