-- Who works at the desk: accounts, their sessions and one-time links; what each has read; drafts; canned replies.
-- Tokens are stored as SHA-256 alone, passwords as argon2id, codes' secrets sealed.

CREATE TABLE staff (
  staff_id     INTEGER PRIMARY KEY,
  user         TEXT NOT NULL UNIQUE COLLATE NOCASE,
  name         TEXT NOT NULL,
  roles        TEXT NOT NULL,                -- separated by a space (domain.md 6.4)
  offices      TEXT NOT NULL DEFAULT '',     -- likewise; '': all
  language     TEXT NOT NULL DEFAULT 'fr',
  shortcuts    INTEGER NOT NULL DEFAULT 1,
  state        TEXT NOT NULL CHECK (state IN ('INVITED', 'ACTIVE', 'DISABLED')),
  demo         INTEGER NOT NULL DEFAULT 0,   -- signs in on loopback alone
  password     TEXT,
  totp         BLOB,                         -- (sealed) base32
  totp_step    INTEGER NOT NULL DEFAULT 0,   -- the last one used: a code works once
  recovery     TEXT NOT NULL DEFAULT '',     -- hashes of the codes not used yet
  created_at   INTEGER NOT NULL,
  last_sign_in INTEGER
) STRICT;

CREATE TABLE staff_link (                    -- one-time: enrolment, and the new beginning after a reset
  token_hash BLOB PRIMARY KEY,
  staff_id   INTEGER NOT NULL REFERENCES staff,
  totp       BLOB,                           -- (sealed) what the code will be made from
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE staff_session (
  token_hash BLOB PRIMARY KEY,
  staff_id   INTEGER NOT NULL REFERENCES staff,
  began_at   INTEGER NOT NULL,
  seen_at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX staff_session_of ON staff_session (staff_id);

CREATE TABLE case_read (                     -- unread is a matter of each person
  staff_id   INTEGER NOT NULL,
  case_ref   TEXT NOT NULL REFERENCES cases ON DELETE CASCADE,
  message_id INTEGER NOT NULL,
  PRIMARY KEY (staff_id, case_ref)
) STRICT, WITHOUT ROWID;

CREATE TABLE case_opened (                   -- the glass was broken
  staff_id INTEGER NOT NULL,
  case_ref TEXT NOT NULL REFERENCES cases ON DELETE CASCADE,
  until    INTEGER NOT NULL,
  PRIMARY KEY (staff_id, case_ref)
) STRICT, WITHOUT ROWID;

CREATE TABLE draft (
  draft_id   INTEGER PRIMARY KEY,
  staff_id   INTEGER NOT NULL,
  case_ref   TEXT NOT NULL REFERENCES cases ON DELETE CASCADE,
  contact_id INTEGER NOT NULL REFERENCES contact ON DELETE CASCADE,
  text       BLOB,                           -- (sealed)
  saved_at   INTEGER NOT NULL,
  UNIQUE (staff_id, case_ref)
) STRICT;
CREATE INDEX draft_contact ON draft (contact_id);

CREATE TABLE canned (
  canned_id  INTEGER PRIMARY KEY,
  title      TEXT NOT NULL,
  fr TEXT NOT NULL, en TEXT NOT NULL, ar TEXT NOT NULL, es TEXT NOT NULL,
  changed_by TEXT NOT NULL,
  changed_at INTEGER NOT NULL
) STRICT;

-- The queue asks each person's messages of staff, and each case's open work.
CREATE INDEX message_of_staff ON message (contact_id, message_id) WHERE flow = 'staff' AND direction = 'out';
CREATE INDEX alert_case_open ON alert (case_ref) WHERE closed_at IS NULL;
CREATE INDEX task_case_open ON task (case_ref) WHERE done_at IS NULL;
