-- Whose case it is, for as long as something is done about it: an assignment without an act goes back to the queue.

ALTER TABLE cases ADD COLUMN lease_at INTEGER; -- when it is looked at next; 0: at once; NULL: it is nobody's
CREATE INDEX cases_lease ON cases (lease_at) WHERE lease_at IS NOT NULL;

CREATE TRIGGER case_lease_begins AFTER INSERT ON cases WHEN NEW.assigned_to IS NOT NULL BEGIN
  UPDATE cases SET lease_at = 0 WHERE ref = NEW.ref;
END;
CREATE TRIGGER case_lease_changes AFTER UPDATE OF assigned_to ON cases WHEN NEW.assigned_to IS NOT OLD.assigned_to BEGIN
  UPDATE cases SET lease_at = iif(NEW.assigned_to IS NULL, NULL, 0) WHERE ref = NEW.ref;
END;
UPDATE cases SET lease_at = 0 WHERE assigned_to IS NOT NULL;

CREATE INDEX case_event_given_back ON case_event (was, at) WHERE field = 'assigned_to' AND actor = 'wasl';
