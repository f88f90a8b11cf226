-- What staff do: approvals by a second person.

CREATE TABLE approval (
  approval_id  INTEGER PRIMARY KEY,
  kind         TEXT NOT NULL,                -- ERASE MERGE NUMBER EXPORT_NAMES
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
