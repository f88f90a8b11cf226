-- The end of data: who was erased, so that no restore brings them back; and where the audit begins once its oldest lines
-- are past their time.

-- A keyed hash of the person's own key: it finds that person in an older copy of this database, and nobody else anywhere.
CREATE TABLE tombstone (
  person BLOB PRIMARY KEY,
  at     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The last line that went, so that the chain still verifies from there; the mark is keyed: who has no key makes none.
CREATE TABLE audit_anchor (
  seq  INTEGER PRIMARY KEY,
  at   INTEGER NOT NULL,
  hash BLOB NOT NULL,
  mark BLOB NOT NULL
) STRICT;

DROP TRIGGER audit_is_append_only_delete;
CREATE TRIGGER audit_is_append_only_delete BEFORE DELETE ON audit
  WHEN OLD.seq > ifnull((SELECT max(seq) FROM audit_anchor), 0)
  BEGIN SELECT raise(ABORT, 'the audit is append-only'); END;
