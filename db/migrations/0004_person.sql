-- The number is not the person (domain.md 5): proofs and their locks, who asked for a new number, texts that are paused.

ALTER TABLE contact ADD COLUMN texts_paused INTEGER NOT NULL DEFAULT 0;  -- nothing is sent first until staff say so
ALTER TABLE contact ADD COLUMN helped_at INTEGER;                        -- when HELP was asked for last
ALTER TABLE contact ADD COLUMN proof_tries INTEGER NOT NULL DEFAULT 0;   -- wrong references and codes from this number
ALTER TABLE contact ADD COLUMN proof_tried_at INTEGER;
ALTER TABLE contact_point ADD COLUMN noticed_at INTEGER;                 -- was told that a change of number was asked for
ALTER TABLE cases ADD COLUMN proof_tries INTEGER NOT NULL DEFAULT 0;     -- wrong codes for this case, from any number
ALTER TABLE cases ADD COLUMN proof_tried_at INTEGER;

-- "This is my new number": always a request.  Codes only; who asks is a contact like any other.
CREATE TABLE number_claim (
  claim_id   INTEGER PRIMARY KEY,
  case_ref   TEXT REFERENCES cases,          -- NULL: the reference is lost, or no case has it
  contact_id INTEGER NOT NULL,               -- who asks
  point_id   INTEGER NOT NULL,               -- with which number
  why        TEXT NOT NULL CHECK (why IN ('HAVE', 'LOST', 'OTHER_PERSON', 'COUNTRY')),
  proved     INTEGER NOT NULL,               -- the secret code was right
  state      TEXT NOT NULL CHECK (state IN ('OPEN', 'DENIED', 'DONE', 'REFUSED')),
  claimed_at INTEGER NOT NULL,
  decided_at INTEGER
) STRICT;
CREATE INDEX number_claim_case ON number_claim (case_ref, state);
CREATE INDEX number_claim_contact ON number_claim (contact_id);

CREATE VIEW v_number_claim AS SELECT
  claim_id, case_ref, contact_id, point_id, why, proved, state,
  strftime('%Y-%m-%dT%H:%M:%S', claimed_at / 1000, 'unixepoch') || printf('.%03dZ', claimed_at % 1000) AS claimed_at,
  strftime('%Y-%m-%dT%H:%M:%S', decided_at / 1000, 'unixepoch') || printf('.%03dZ', decided_at % 1000) AS decided_at
FROM number_claim;
