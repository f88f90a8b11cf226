-- Parts of long messages that wait for the others, at most ten minutes; and which sessions of a vendor are open, for the
-- one that asks by session alone (Infobip USSD).

CREATE TABLE message_part (
  part_id     INTEGER PRIMARY KEY,
  set_key     BLOB NOT NULL,                 -- keyed hash of channel, both numbers, reference and number of parts
  part        INTEGER NOT NULL,
  parts       INTEGER NOT NULL,
  channel     TEXT NOT NULL,
  recipient   TEXT NOT NULL,                 -- our number or code
  ts          INTEGER NOT NULL,              -- the vendor's time
  arrived_at  INTEGER NOT NULL,
  sender      BLOB,                          -- (sealed)
  body        BLOB,                          -- (sealed)
  UNIQUE (set_key, part)
) STRICT;
CREATE INDEX message_part_arrived ON message_part (arrived_at);

CREATE TABLE open_session (
  session_key BLOB PRIMARY KEY,              -- keyed hash of channel and the vendor's session id
  at          INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX open_session_at ON open_session (at);
