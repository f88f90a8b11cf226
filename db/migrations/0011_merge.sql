-- Two contacts that were one person all along (db/merge.c), and what exactly an approval is about, for whoever decides.

-- Who a person was before: a number of ours that stands in exports, and a keyed hash of the key that is gone, which finds that
-- person in an older copy of this database when the whole person is erased.
CREATE TABLE contact_was (
  was_id     INTEGER PRIMARY KEY,
  contact_id INTEGER NOT NULL REFERENCES contact ON DELETE CASCADE,
  person     BLOB NOT NULL,
  at         INTEGER NOT NULL
) STRICT;
CREATE INDEX contact_was_contact ON contact_was (contact_id);

CREATE VIEW v_contact_was AS SELECT
  was_id, contact_id, strftime('%Y-%m-%dT%H:%M:%S', at / 1000, 'unixepoch') || printf('.%03dZ', at % 1000) AS at
FROM contact_was;

DROP VIEW v_approval;
CREATE VIEW v_approval AS SELECT
  approval_id, kind, object, contact_id, state, requested_by,
  strftime('%Y-%m-%dT%H:%M:%S', requested_at / 1000, 'unixepoch') || printf('.%03dZ', requested_at % 1000) AS requested_at,
  strftime('%Y-%m-%dT%H:%M:%S', expires_at / 1000, 'unixepoch') || printf('.%03dZ', expires_at % 1000) AS expires_at,
  decided_by,
  strftime('%Y-%m-%dT%H:%M:%S', decided_at / 1000, 'unixepoch') || printf('.%03dZ', decided_at % 1000) AS decided_at,
  reason, decision, payload
FROM approval;
