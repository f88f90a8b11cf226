-- The first schema.  Times are milliseconds since 1970 UTC.  Columns marked (sealed) hold what only the key opens:
-- version byte, nonce, XChaCha20-Poly1305 ciphertext, bound to table, column and row (db/vault.h).  Coded answers stay
-- readable, so that figures need no key.  The v_ views at the end are the promise (CONTRACT 5); the tables are not.

CREATE TABLE setting (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- ---- people and their numbers

CREATE TABLE contact (
  contact_id    INTEGER PRIMARY KEY,
  key           BLOB,                        -- the person's key, wrapped by the master key; NULL: erased
  name          BLOB,                        -- (sealed)
  pin           BLOB,                        -- a keyed hash
  language      TEXT,
  call_language TEXT,
  contact_pref  TEXT CHECK (contact_pref IN ('CALL_OK', 'SHARED', 'NO_CALL')),
  opted_out     INTEGER NOT NULL DEFAULT 0,  -- follows opt_out, which is the authority
  acked_at      INTEGER,                     -- when "a counsellor will read it" was said last
  wipe_due      INTEGER,                     -- no consent: gone by then; NULL: may stay
  first_seen    INTEGER NOT NULL,
  last_seen     INTEGER NOT NULL
) STRICT;
CREATE INDEX contact_wipe ON contact (wipe_due) WHERE wipe_due IS NOT NULL;

CREATE TABLE contact_point (
  point_id     INTEGER PRIMARY KEY,
  contact_id   INTEGER NOT NULL REFERENCES contact ON DELETE CASCADE,
  number_index BLOB NOT NULL,                -- keyed BLAKE2b of the E.164 number: found again, not read
  phone        BLOB,                         -- (sealed)
  country      TEXT,
  status       TEXT NOT NULL CHECK (status IN ('PENDING', 'ACTIVE', 'OLD', 'INVALID', 'BLOCKED')),
  shared       INTEGER NOT NULL DEFAULT 0,
  safe         INTEGER,                      -- 1 yes, 0 no, NULL not asked
  verified_at  INTEGER,
  valid_from   INTEGER NOT NULL,
  valid_to     INTEGER
) STRICT;
CREATE INDEX contact_point_number ON contact_point (number_index);
CREATE INDEX contact_point_contact ON contact_point (contact_id);

-- Numbers that said STOP, by keyed hash alone, so that the list outlives an erasure.
CREATE TABLE opt_out (
  number_index BLOB PRIMARY KEY,
  at           INTEGER NOT NULL,
  source       TEXT NOT NULL                 -- keyword, operator, staff
) STRICT, WITHOUT ROWID;

CREATE TABLE consent (
  consent_id   INTEGER PRIMARY KEY,
  contact_id   INTEGER NOT NULL REFERENCES contact ON DELETE CASCADE,
  purpose      TEXT NOT NULL CHECK (purpose IN ('REQUEST', 'CALLS', 'CHECKINS', 'SHARING', 'RESEARCH')),
  answer       TEXT NOT NULL CHECK (answer IN ('YES', 'NO')),
  text_key     TEXT,
  text_version TEXT,
  language     TEXT,
  channel      TEXT,
  at           INTEGER NOT NULL,
  withdrawn_at INTEGER
) STRICT;
CREATE INDEX consent_contact ON consent (contact_id);

-- ---- cases

CREATE TABLE cases (
  ref            TEXT PRIMARY KEY,           -- 8 digits, the last a check digit (Damm)
  contact_id     INTEGER NOT NULL REFERENCES contact,
  direction      TEXT NOT NULL DEFAULT 'FROM_MA' CHECK (direction IN ('FROM_MA', 'TO_MA')),
  status         TEXT NOT NULL,
  priority       TEXT NOT NULL DEFAULT 'P4' CHECK (priority IN ('P1', 'P2', 'P3', 'P4')),
  nationality    TEXT,
  return_country TEXT,
  host_country   TEXT,
  region         TEXT,
  city           TEXT,
  office         TEXT,
  sex            TEXT,
  age_band       TEXT,
  birth_year     BLOB,                       -- (sealed)
  group_size     INTEGER,
  children       INTEGER,
  travel_doc     TEXT,
  contact_pref   TEXT,
  call_language  TEXT,
  call_time      TEXT,
  step           INTEGER,
  tags           TEXT NOT NULL DEFAULT '',   -- separated by a space
  assigned_to    TEXT,
  consent_checkins INTEGER,
  checkin_safe   INTEGER,
  opened_at      INTEGER NOT NULL,
  updated_at     INTEGER NOT NULL,
  departed_on    TEXT,
  returned_on    TEXT,
  closed_at      INTEGER,
  close_reason   TEXT,
  sensitive      BLOB                        -- (sealed) JSON: urgent_need, health, with_family_adult, vulnerabilities
) STRICT;
CREATE INDEX cases_contact ON cases (contact_id);
CREATE INDEX cases_queue ON cases (status, priority, opened_at);

CREATE TABLE answer (
  answer_id    INTEGER PRIMARY KEY,
  case_ref     TEXT REFERENCES cases,
  contact_id   INTEGER NOT NULL REFERENCES contact,
  flow         TEXT NOT NULL,
  flow_version TEXT NOT NULL,
  run_id       INTEGER NOT NULL,
  state        TEXT NOT NULL,
  value        TEXT,                         -- option's code or whole number; NULL: free text or sensitive
  raw          BLOB,                         -- (sealed)
  mode         TEXT NOT NULL,
  channel      TEXT NOT NULL,
  language     TEXT,
  answered_at  INTEGER NOT NULL,
  ms_since_session_start INTEGER
) STRICT;
CREATE INDEX answer_case ON answer (case_ref);
CREATE INDEX answer_contact ON answer (contact_id);

CREATE TABLE alert (
  alert_id   INTEGER PRIMARY KEY,
  case_ref   TEXT REFERENCES cases,
  contact_id INTEGER REFERENCES contact,
  level      TEXT NOT NULL,
  office     TEXT,
  role       TEXT,
  raised_at  INTEGER NOT NULL,
  due_at     INTEGER,
  taken_by   TEXT,
  taken_at   INTEGER,
  closed_at  INTEGER,
  kind       BLOB,                           -- (sealed)
  rule       BLOB                            -- (sealed)
) STRICT;
CREATE INDEX alert_open ON alert (due_at) WHERE closed_at IS NULL;
CREATE INDEX alert_contact ON alert (contact_id);

CREATE TABLE task (
  task_id    INTEGER PRIMARY KEY,
  case_ref   TEXT REFERENCES cases,
  contact_id INTEGER REFERENCES contact,
  kind       TEXT NOT NULL CHECK (kind IN ('CALL_BACK', 'READ', 'VERIFY_NUMBER', 'ERASE', 'CHECKIN_CALL', 'OTHER')),
  office     TEXT,
  role       TEXT,
  created_at INTEGER NOT NULL,
  due_at     INTEGER,
  taken_by   TEXT,
  done_at    INTEGER,
  outcome    TEXT,
  note       BLOB                            -- (sealed)
) STRICT;
CREATE INDEX task_open ON task (due_at) WHERE done_at IS NULL;
CREATE INDEX task_contact ON task (contact_id);

CREATE TABLE checkin (
  checkin_id INTEGER PRIMARY KEY,
  case_ref   TEXT NOT NULL REFERENCES cases,
  wave       TEXT NOT NULL,
  due_at     INTEGER NOT NULL,
  sent_at    INTEGER, delivered_at INTEGER, started_at INTEGER, completed_at INTEGER,
  outcome    TEXT NOT NULL,
  instrument TEXT, weights_version TEXT,
  score_e    REAL, score_s REAL, score_p REAL, score_c REAL,
  UNIQUE (case_ref, wave, due_at)
) STRICT;

CREATE TABLE referral (
  referral_id  INTEGER PRIMARY KEY,
  case_ref     TEXT NOT NULL REFERENCES cases,
  service      TEXT NOT NULL,
  organisation TEXT,
  made_on      TEXT,
  consent      INTEGER,
  outcome      TEXT,
  feedback_due TEXT,
  feedback_on  TEXT
) STRICT;

-- ---- conversations and messages

CREATE TABLE session (
  session_id INTEGER PRIMARY KEY,
  contact_id INTEGER NOT NULL REFERENCES contact ON DELETE CASCADE,
  channel    TEXT NOT NULL,
  mode       TEXT NOT NULL CHECK (mode IN ('sms', 'ussd')),
  vendor_key BLOB,                           -- USSD: keyed hash of channel, vendor's session id and number
  hops       BLOB,                           -- USSD: length and keyed hash of the text so far, hop by hop
  open       INTEGER NOT NULL,               -- a question stands
  resumable  INTEGER NOT NULL DEFAULT 0,     -- an unfinished walk that a redial may take up again
  state      BLOB,                           -- (sealed) the engine's session, packed
  started_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  ended_at   INTEGER,                        -- the aggregator's end notification
  end_status TEXT
) STRICT;
CREATE INDEX session_vendor ON session (vendor_key) WHERE vendor_key IS NOT NULL;
CREATE INDEX session_contact ON session (contact_id, mode, updated_at);

-- What was seen before, for ever: a keyed hash of 16 bytes, no personal data.
CREATE TABLE seen (
  key       BLOB PRIMARY KEY,
  replay_id INTEGER
) STRICT, WITHOUT ROWID;

-- What was answered then, byte for byte; kept 90 days.
CREATE TABLE replay (
  replay_id    INTEGER PRIMARY KEY,
  contact_id   INTEGER,
  at           INTEGER NOT NULL,
  http         INTEGER NOT NULL,
  content_type TEXT NOT NULL,
  body         BLOB NOT NULL                 -- (sealed)
) STRICT;
CREATE INDEX replay_contact ON replay (contact_id);

CREATE TABLE message (
  message_id   INTEGER PRIMARY KEY,
  direction    TEXT NOT NULL CHECK (direction IN ('in', 'out')),
  channel      TEXT NOT NULL,
  mode         TEXT NOT NULL,
  provider_id  TEXT,
  contact_id   INTEGER,
  point_id     INTEGER,
  case_ref     TEXT,
  flow         TEXT,
  state        TEXT,
  status       TEXT NOT NULL,
  reason       TEXT,
  class        TEXT,                         -- out: reply, must_arrive, once_only
  reply_to     INTEGER,                      -- the inbound message that this answers
  attempts     INTEGER NOT NULL DEFAULT 0,
  encoding     TEXT,
  segments     INTEGER,
  created_at   INTEGER NOT NULL,
  sent_at      INTEGER,
  delivered_at INTEGER,
  text         BLOB                          -- (sealed)
) STRICT;
CREATE INDEX message_contact ON message (contact_id, message_id);
CREATE INDEX message_report ON message (provider_id) WHERE direction = 'out' AND mode = 'sms' AND provider_id IS NOT NULL;

-- Messages that still have to leave; a row is gone once its message is final.
CREATE TABLE outbox (
  message_id INTEGER PRIMARY KEY REFERENCES message ON DELETE CASCADE,
  channel    TEXT NOT NULL,
  rank       INTEGER NOT NULL,               -- 0 answers, 1 what we send first
  sending    INTEGER NOT NULL DEFAULT 0,     -- an attempt is under way
  due_at     INTEGER NOT NULL,
  expires_at INTEGER
) STRICT;
CREATE INDEX outbox_due ON outbox (channel, sending, rank, due_at);

-- Delivery reports that came before the answer to the send (failures.md I6).
CREATE TABLE early_report (
  channel     TEXT NOT NULL,
  provider_id TEXT NOT NULL,
  status      TEXT NOT NULL,
  reason      TEXT,
  at          INTEGER NOT NULL,
  UNIQUE (channel, provider_id, status)
) STRICT;

-- Authentic but not understood, or fetched and not yet understood: kept whole for an operator.
CREATE TABLE parked (
  parked_id INTEGER PRIMARY KEY,
  channel   TEXT NOT NULL,
  hook      TEXT NOT NULL,
  at        INTEGER NOT NULL,
  reason    TEXT NOT NULL,
  body      BLOB NOT NULL                    -- (sealed)
) STRICT;

CREATE TABLE channel_state (
  channel         TEXT PRIMARY KEY,
  cursor          TEXT NOT NULL DEFAULT '',
  last_inbound_at INTEGER,
  last_send_at    INTEGER,
  last_error_at   INTEGER,
  last_error      TEXT,
  stopped_at      INTEGER,                   -- operational refusal: no sends until someone looked
  accepted        INTEGER NOT NULL DEFAULT 0,
  refused         INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- Definitions as they were, while a conversation still walks on them.
CREATE TABLE flow_source (
  version TEXT PRIMARY KEY,
  name    TEXT NOT NULL,
  source  TEXT NOT NULL,
  at      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- ---- who did what

CREATE TABLE audit (
  seq    INTEGER PRIMARY KEY,
  at     INTEGER NOT NULL,
  actor  TEXT NOT NULL,
  action TEXT NOT NULL,
  object TEXT NOT NULL,
  reason TEXT,
  hash   BLOB NOT NULL                       -- keyed, over this row and the hash before
) STRICT;
CREATE TRIGGER audit_is_append_only_update BEFORE UPDATE ON audit
  BEGIN SELECT raise(ABORT, 'the audit is append-only'); END;
CREATE TRIGGER audit_is_append_only_delete BEFORE DELETE ON audit
  BEGIN SELECT raise(ABORT, 'the audit is append-only'); END;

-- ---- what CONTRACT 5 promises

-- Times read as ISO 8601 UTC with milliseconds.

CREATE VIEW v_contact AS SELECT
  contact_id, name, language, call_language, contact_pref, opted_out,
  strftime('%Y-%m-%dT%H:%M:%S', first_seen / 1000, 'unixepoch') || printf('.%03dZ', first_seen % 1000) AS first_seen,
  strftime('%Y-%m-%dT%H:%M:%S', last_seen / 1000, 'unixepoch') || printf('.%03dZ', last_seen % 1000) AS last_seen
FROM contact;

CREATE VIEW v_contact_point AS SELECT
  point_id, contact_id, phone, country, status, shared, safe,
  strftime('%Y-%m-%dT%H:%M:%S', verified_at / 1000, 'unixepoch') || printf('.%03dZ', verified_at % 1000) AS verified_at,
  strftime('%Y-%m-%dT%H:%M:%S', valid_from / 1000, 'unixepoch') || printf('.%03dZ', valid_from % 1000) AS valid_from,
  strftime('%Y-%m-%dT%H:%M:%S', valid_to / 1000, 'unixepoch') || printf('.%03dZ', valid_to % 1000) AS valid_to
FROM contact_point;

CREATE VIEW v_consent AS SELECT
  contact_id, purpose, answer, text_key, text_version, language, channel,
  strftime('%Y-%m-%dT%H:%M:%S', at / 1000, 'unixepoch') || printf('.%03dZ', at % 1000) AS at,
  strftime('%Y-%m-%dT%H:%M:%S', withdrawn_at / 1000, 'unixepoch') || printf('.%03dZ', withdrawn_at % 1000) AS withdrawn_at
FROM consent;

CREATE VIEW v_case AS SELECT
  ref, contact_id, direction, status, priority, nationality, return_country, host_country, region, city, office,
  sex, age_band, group_size, children, travel_doc, contact_pref, call_language, call_time, step, tags,
  assigned_to,
  strftime('%Y-%m-%dT%H:%M:%S', opened_at / 1000, 'unixepoch') || printf('.%03dZ', opened_at % 1000) AS opened_at,
  strftime('%Y-%m-%dT%H:%M:%S', updated_at / 1000, 'unixepoch') || printf('.%03dZ', updated_at % 1000) AS updated_at,
  departed_on, returned_on,
  strftime('%Y-%m-%dT%H:%M:%S', closed_at / 1000, 'unixepoch') || printf('.%03dZ', closed_at % 1000) AS closed_at,
  close_reason, sensitive
FROM cases;

CREATE VIEW v_message AS SELECT
  message_id, direction, channel, mode, provider_id, contact_id, case_ref, flow, state, status, reason, attempts,
  encoding, segments,
  strftime('%Y-%m-%dT%H:%M:%S', created_at / 1000, 'unixepoch') || printf('.%03dZ', created_at % 1000) AS created_at,
  strftime('%Y-%m-%dT%H:%M:%S', sent_at / 1000, 'unixepoch') || printf('.%03dZ', sent_at % 1000) AS sent_at,
  strftime('%Y-%m-%dT%H:%M:%S', delivered_at / 1000, 'unixepoch') || printf('.%03dZ', delivered_at % 1000) AS delivered_at,
  text
FROM message;

CREATE VIEW v_answer AS SELECT
  answer_id, case_ref, contact_id, flow, flow_version, run_id, state, value, raw, mode, channel, language,
  strftime('%Y-%m-%dT%H:%M:%S', answered_at / 1000, 'unixepoch') || printf('.%03dZ', answered_at % 1000) AS answered_at,
  ms_since_session_start
FROM answer;

CREATE VIEW v_alert AS SELECT
  alert_id, case_ref, contact_id, level, office, role,
  strftime('%Y-%m-%dT%H:%M:%S', raised_at / 1000, 'unixepoch') || printf('.%03dZ', raised_at % 1000) AS raised_at,
  strftime('%Y-%m-%dT%H:%M:%S', due_at / 1000, 'unixepoch') || printf('.%03dZ', due_at % 1000) AS due_at,
  taken_by,
  strftime('%Y-%m-%dT%H:%M:%S', taken_at / 1000, 'unixepoch') || printf('.%03dZ', taken_at % 1000) AS taken_at,
  strftime('%Y-%m-%dT%H:%M:%S', closed_at / 1000, 'unixepoch') || printf('.%03dZ', closed_at % 1000) AS closed_at,
  kind, rule
FROM alert;

CREATE VIEW v_checkin AS SELECT
  case_ref, wave,
  strftime('%Y-%m-%dT%H:%M:%S', due_at / 1000, 'unixepoch') || printf('.%03dZ', due_at % 1000) AS due_at,
  strftime('%Y-%m-%dT%H:%M:%S', sent_at / 1000, 'unixepoch') || printf('.%03dZ', sent_at % 1000) AS sent_at,
  strftime('%Y-%m-%dT%H:%M:%S', delivered_at / 1000, 'unixepoch') || printf('.%03dZ', delivered_at % 1000) AS delivered_at,
  strftime('%Y-%m-%dT%H:%M:%S', started_at / 1000, 'unixepoch') || printf('.%03dZ', started_at % 1000) AS started_at,
  strftime('%Y-%m-%dT%H:%M:%S', completed_at / 1000, 'unixepoch') || printf('.%03dZ', completed_at % 1000) AS completed_at,
  outcome, instrument, weights_version, score_e, score_s, score_p, score_c
FROM checkin;

CREATE VIEW v_task AS SELECT
  task_id, case_ref, contact_id, kind, office, role,
  strftime('%Y-%m-%dT%H:%M:%S', due_at / 1000, 'unixepoch') || printf('.%03dZ', due_at % 1000) AS due_at,
  taken_by,
  strftime('%Y-%m-%dT%H:%M:%S', done_at / 1000, 'unixepoch') || printf('.%03dZ', done_at % 1000) AS done_at,
  outcome, note
FROM task;

CREATE VIEW v_referral AS SELECT
  case_ref, service, organisation, made_on, consent, outcome, feedback_due, feedback_on
FROM referral;

CREATE VIEW v_audit AS SELECT
  seq,
  strftime('%Y-%m-%dT%H:%M:%S', at / 1000, 'unixepoch') || printf('.%03dZ', at % 1000) AS at,
  actor, action, object, reason, lower(hex(hash)) AS hash
FROM audit;
