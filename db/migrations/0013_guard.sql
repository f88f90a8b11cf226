-- The desk's own safety: the password again before grave acts, who broke the glass, one repetition of a message at most.

ALTER TABLE staff_session ADD COLUMN confirmed_at INTEGER NOT NULL DEFAULT 0; -- the password was last given then

-- Who opened a case that was not theirs, and why; case_opened only says until when.  A second person looks at each.
CREATE TABLE glass (
  glass_id    INTEGER PRIMARY KEY,
  staff_id    INTEGER NOT NULL,
  user        TEXT NOT NULL,
  case_ref    TEXT NOT NULL REFERENCES cases ON DELETE CASCADE,
  contact_id  INTEGER NOT NULL REFERENCES contact ON DELETE CASCADE,
  at          INTEGER NOT NULL,
  until       INTEGER NOT NULL,
  reason      BLOB,                          -- (sealed) with the person's key
  reviewed_by TEXT,
  reviewed_at INTEGER,
  finding     TEXT CHECK (finding IN ('RIGHT', 'WRONG')),
  CHECK (reviewed_by <> user)
) STRICT;
CREATE INDEX glass_contact ON glass (contact_id);
CREATE INDEX glass_case ON glass (case_ref);
CREATE INDEX glass_unreviewed ON glass (glass_id) WHERE reviewed_at IS NULL;

-- A message of the staff that is sent again is sent again once, however often the button was pressed.
ALTER TABLE message ADD COLUMN again_of INTEGER;
CREATE UNIQUE INDEX message_again_of ON message (again_of) WHERE again_of IS NOT NULL;
