-- The life of a check-in, the texts that the schedule sends first, numbers that fade (domain.md 3.2, 5).

ALTER TABLE checkin ADD COLUMN next_at INTEGER;    -- when the schedule looks at it next; NULL: it is over, or waits for a person
ALTER TABLE checkin ADD COLUMN closes_at INTEGER;  -- the window's end: nothing is sent after it
ALTER TABLE checkin ADD COLUMN texts INTEGER NOT NULL DEFAULT 0; -- invitation and reminders so far; 4: a person calls
ALTER TABLE checkin ADD COLUMN reason TEXT;        -- why SUPPRESSED, INVALID, EXPIRED; codes and our own words only
CREATE INDEX checkin_next ON checkin (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX checkin_case ON checkin (case_ref, due_at);

-- A text that the schedule sends first.  Of a kind only the newest leaves, and never at a forbidden hour.
CREATE TABLE scheduled_text (
  message_id INTEGER PRIMARY KEY REFERENCES message ON DELETE CASCADE,
  checkin_id INTEGER,                              -- NULL: the reminder of an unfinished conversation
  kind       TEXT NOT NULL                         -- CHECKIN, RESUME
) STRICT;
CREATE INDEX scheduled_text_checkin ON scheduled_text (checkin_id) WHERE checkin_id IS NOT NULL;

ALTER TABLE session ADD COLUMN reminded_at INTEGER;     -- an unfinished conversation by SMS is reminded once
CREATE INDEX session_silent ON session (updated_at) WHERE mode = 'sms' AND open;
ALTER TABLE contact_point ADD COLUMN faded_at INTEGER;  -- silent for long: the number alone proves nothing until verified again
CREATE INDEX cases_went_home ON cases (ref) WHERE returned_on IS NOT NULL;
