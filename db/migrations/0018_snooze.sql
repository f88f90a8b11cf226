-- A case that waits for the person, or for a day: out of the queue until then.  What comes after snoozed_after, the newest message of
-- the person or alert when it was put away, brings it back at once.

ALTER TABLE cases ADD COLUMN snoozed_until INTEGER;
ALTER TABLE cases ADD COLUMN snoozed_after INTEGER;
