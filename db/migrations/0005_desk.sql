-- What staff do: approvals by a second person, the history of a case, tags, notes, tries, referrals, appointments, duty phones.

CREATE TABLE approval (
  approval_id  INTEGER PRIMARY KEY,
  kind         TEXT NOT NULL,                -- ERASE NUMBER EXPORT_NAMES
  object       TEXT NOT NULL,                -- a pseudonym of ours: case reference, name of an export
  contact_id   INTEGER REFERENCES contact,   -- whose it is; NULL: nobody's, sealed with the vault's own key
  payload      BLOB,                         -- (sealed) JSON: what exactly is to be done
  reason       BLOB,                         -- (sealed)
  requested_by TEXT NOT NULL,
  requested_at INTEGER NOT NULL,
  expires_at   INTEGER NOT NULL,
  state        TEXT NOT NULL CHECK (state IN ('REQUESTED', 'APPROVED', 'REFUSED', 'EXPIRED', 'USED')),
  decided_by   TEXT,
  decided_at   INTEGER,
  decision     BLOB,                         -- (sealed) the second person's reason
  CHECK (decided_by <> requested_by)
) STRICT;
CREATE INDEX approval_open ON approval (expires_at) WHERE state IN ('REQUESTED', 'APPROVED');
CREATE INDEX approval_contact ON approval (contact_id);

CREATE VIEW v_approval AS SELECT
  approval_id, kind, object, contact_id, state, requested_by,
  strftime('%Y-%m-%dT%H:%M:%S', requested_at / 1000, 'unixepoch') || printf('.%03dZ', requested_at % 1000) AS requested_at,
  strftime('%Y-%m-%dT%H:%M:%S', expires_at / 1000, 'unixepoch') || printf('.%03dZ', expires_at % 1000) AS expires_at,
  decided_by,
  strftime('%Y-%m-%dT%H:%M:%S', decided_at / 1000, 'unixepoch') || printf('.%03dZ', decided_at % 1000) AS decided_at,
  reason, decision
FROM approval;

-- ---- cases

ALTER TABLE cases ADD COLUMN updated_by TEXT;     -- who wrote last; NULL: a conversation or a rule
ALTER TABLE cases ADD COLUMN mentor_id TEXT;      -- ORION
ALTER TABLE cases ADD COLUMN source_point TEXT;   -- orientation point by its poster's keyword: RETOUR3 -> 3
ALTER TABLE contact ADD COLUMN source_point TEXT; -- until there is a case
ALTER TABLE cases ADD COLUMN external_id BLOB;    -- (sealed) number in IOM's case system
ALTER TABLE cases ADD COLUMN external_index BLOB; -- keyed hash of it: two cases with one number are found
CREATE INDEX cases_external ON cases (external_index) WHERE external_index IS NOT NULL;

-- Written by triggers, so that no way to change a case can leave it out.
CREATE TABLE case_event (
  event_id INTEGER PRIMARY KEY,
  case_ref TEXT NOT NULL,
  at       INTEGER NOT NULL,
  actor    TEXT NOT NULL,                    -- a user; 'wasl': a conversation or a rule
  field    TEXT NOT NULL,                    -- status step priority office assigned_to
  was      TEXT,
  became   TEXT
) STRICT;
CREATE INDEX case_event_case ON case_event (case_ref, field);

CREATE TRIGGER case_opened AFTER INSERT ON cases BEGIN
  INSERT INTO case_event (case_ref, at, actor, field, was, became)
    VALUES (NEW.ref, NEW.opened_at, ifnull(NEW.updated_by, 'wasl'), 'status', NULL, NEW.status);
END;
CREATE TRIGGER case_status AFTER UPDATE OF status ON cases WHEN NEW.status IS NOT OLD.status BEGIN
  INSERT INTO case_event (case_ref, at, actor, field, was, became)
    VALUES (NEW.ref, NEW.updated_at, ifnull(NEW.updated_by, 'wasl'), 'status', OLD.status, NEW.status);
END;
CREATE TRIGGER case_step AFTER UPDATE OF step ON cases WHEN NEW.step IS NOT OLD.step BEGIN
  INSERT INTO case_event (case_ref, at, actor, field, was, became)
    VALUES (NEW.ref, NEW.updated_at, ifnull(NEW.updated_by, 'wasl'), 'step', OLD.step, NEW.step);
END;
CREATE TRIGGER case_priority AFTER UPDATE OF priority ON cases WHEN NEW.priority IS NOT OLD.priority BEGIN
  INSERT INTO case_event (case_ref, at, actor, field, was, became)
    VALUES (NEW.ref, NEW.updated_at, ifnull(NEW.updated_by, 'wasl'), 'priority', OLD.priority, NEW.priority);
END;
CREATE TRIGGER case_office AFTER UPDATE OF office ON cases WHEN NEW.office IS NOT OLD.office BEGIN
  INSERT INTO case_event (case_ref, at, actor, field, was, became)
    VALUES (NEW.ref, NEW.updated_at, ifnull(NEW.updated_by, 'wasl'), 'office', OLD.office, NEW.office);
END;
CREATE TRIGGER case_assigned_to AFTER UPDATE OF assigned_to ON cases WHEN NEW.assigned_to IS NOT OLD.assigned_to BEGIN
  INSERT INTO case_event (case_ref, at, actor, field, was, became)
    VALUES (NEW.ref, NEW.updated_at, ifnull(NEW.updated_by, 'wasl'), 'assigned_to', OLD.assigned_to, NEW.assigned_to);
END;

CREATE TABLE case_tag (
  tag_id     INTEGER PRIMARY KEY,
  case_ref   TEXT NOT NULL REFERENCES cases,
  tag        TEXT NOT NULL,
  set_at     INTEGER NOT NULL,
  set_by     TEXT NOT NULL,
  removed_at INTEGER,
  removed_by TEXT
) STRICT;
CREATE UNIQUE INDEX case_tag_once ON case_tag (case_ref, tag) WHERE removed_at IS NULL;

CREATE TABLE note (
  note_id    INTEGER PRIMARY KEY,
  case_ref   TEXT NOT NULL REFERENCES cases,
  contact_id INTEGER NOT NULL,
  at         INTEGER NOT NULL,
  author     TEXT NOT NULL,
  text       BLOB,                           -- (sealed)
  corrects   INTEGER REFERENCES note         -- a correction is a new row; the old one stays
) STRICT;
CREATE INDEX note_case ON note (case_ref);

-- ---- work

ALTER TABLE alert ADD COLUMN closed_by TEXT;
ALTER TABLE alert ADD COLUMN outcome TEXT;
ALTER TABLE alert ADD COLUMN action BLOB;          -- (sealed) what was done
ALTER TABLE alert ADD COLUMN escalated INTEGER NOT NULL DEFAULT 0; -- how many duty phones were told
ALTER TABLE alert ADD COLUMN escalate_at INTEGER;  -- the next one is told then; NULL: not looked at yet
CREATE INDEX alert_escalate ON alert (escalate_at) WHERE closed_at IS NULL AND taken_at IS NULL AND level IN ('URGENT', 'HIGH');
ALTER TABLE task ADD COLUMN taken_at INTEGER;
ALTER TABLE task ADD COLUMN done_by TEXT;

-- "Wasl: 1 urgent" to a phone of the staff: these are no contacts, and who is on duty is nobody's business.
CREATE TABLE duty_text (
  message_id  INTEGER PRIMARY KEY REFERENCES message ON DELETE CASCADE,
  phone       BLOB NOT NULL,                 -- (sealed) with the vault's own key
  phone_index BLOB NOT NULL,
  at          INTEGER NOT NULL
) STRICT;
CREATE INDEX duty_text_phone ON duty_text (phone_index, at);

-- ---- referrals, sessions and appointments

ALTER TABLE referral ADD COLUMN made_by TEXT;
CREATE INDEX referral_case ON referral (case_ref);
CREATE INDEX referral_feedback ON referral (feedback_due) WHERE feedback_on IS NULL;

CREATE TABLE meeting (                       -- an information session of FORAS
  meeting_id INTEGER PRIMARY KEY,
  tag        TEXT NOT NULL,
  kind       TEXT NOT NULL CHECK (kind IN ('INFORMATION', 'ENTREPRENEURSHIP', 'OTHER')),
  office     TEXT,
  place      TEXT NOT NULL,
  at         INTEGER NOT NULL,
  made_by    TEXT NOT NULL,
  made_at    INTEGER NOT NULL
) STRICT;

CREATE TABLE appointment (
  appointment_id INTEGER PRIMARY KEY,
  meeting_id     INTEGER REFERENCES meeting, -- NULL: one person alone
  case_ref       TEXT NOT NULL REFERENCES cases,
  contact_id     INTEGER NOT NULL,
  at             INTEGER NOT NULL,
  place          BLOB,                       -- (sealed)
  made_by        TEXT NOT NULL,
  made_at        INTEGER NOT NULL,
  message_id     INTEGER,                    -- the invitation; NULL: none could be sent
  answer         TEXT CHECK (answer IN ('CONFIRMED', 'OTHER_DATE')),
  answered_at    INTEGER,
  attended       INTEGER,
  UNIQUE (meeting_id, case_ref)
) STRICT;
CREATE INDEX appointment_contact ON appointment (contact_id, at);

-- ---- views beside those of the contract

CREATE VIEW v_case_event AS SELECT
  case_ref,
  strftime('%Y-%m-%dT%H:%M:%S', at / 1000, 'unixepoch') || printf('.%03dZ', at % 1000) AS at, actor, field, was, became
FROM case_event;

CREATE VIEW v_case_tag AS SELECT
  case_ref, tag,
  strftime('%Y-%m-%dT%H:%M:%S', set_at / 1000, 'unixepoch') || printf('.%03dZ', set_at % 1000) AS set_at, set_by,
  strftime('%Y-%m-%dT%H:%M:%S', removed_at / 1000, 'unixepoch') || printf('.%03dZ', removed_at % 1000) AS removed_at, removed_by
FROM case_tag;

CREATE VIEW v_case_more AS SELECT
  ref, contact_id, mentor_id, source_point, consent_checkins, checkin_safe, external_id
FROM cases;

CREATE VIEW v_note AS SELECT
  note_id, case_ref, contact_id,
  strftime('%Y-%m-%dT%H:%M:%S', at / 1000, 'unixepoch') || printf('.%03dZ', at % 1000) AS at,
  author, corrects, text
FROM note;

CREATE VIEW v_alert_closed AS SELECT
  alert_id, case_ref, contact_id, level, office, role,
  strftime('%Y-%m-%dT%H:%M:%S', closed_at / 1000, 'unixepoch') || printf('.%03dZ', closed_at % 1000) AS closed_at,
  closed_by, outcome, escalated, action
FROM alert WHERE closed_at IS NOT NULL;

CREATE VIEW v_meeting AS SELECT
  m.meeting_id, m.tag, m.kind, m.office, m.place,
  strftime('%Y-%m-%dT%H:%M:%S', m.at / 1000, 'unixepoch') || printf('.%03dZ', m.at % 1000) AS at,
  m.made_by, count(a.appointment_id) AS invited, count(a.message_id) AS texted, count(iif(a.answer = 'CONFIRMED', 1, NULL)) AS confirmed,
  count(iif(a.answer = 'OTHER_DATE', 1, NULL)) AS other_date, count(iif(a.attended = 1, 1, NULL)) AS attended
FROM meeting m LEFT JOIN appointment a USING (meeting_id) GROUP BY m.meeting_id;

CREATE VIEW v_appointment AS SELECT
  appointment_id, meeting_id, case_ref, contact_id,
  strftime('%Y-%m-%dT%H:%M:%S', at / 1000, 'unixepoch') || printf('.%03dZ', at % 1000) AS at,
  made_by,
  message_id, answer,
  strftime('%Y-%m-%dT%H:%M:%S', answered_at / 1000, 'unixepoch') || printf('.%03dZ', answered_at % 1000) AS answered_at,
  attended, place
FROM appointment;

CREATE VIEW v_referral_more AS SELECT
  referral_id, case_ref, service, organisation, made_on, made_by, consent, outcome, feedback_due, feedback_on
FROM referral;
