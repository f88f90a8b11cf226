-- Vendors that give each part of a long SMS an id of its own report on each: the message is what all of them are.

CREATE TABLE sms_part (
  channel     TEXT NOT NULL,
  provider_id TEXT NOT NULL,
  message_id  INTEGER NOT NULL REFERENCES message ON DELETE CASCADE,
  status      TEXT NOT NULL,                 -- sent, delivered, failed, expired, rejected
  PRIMARY KEY (channel, provider_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX sms_part_message ON sms_part (message_id);
