-- What a USSD step pays for its indexes.  A list of more than two in an index's condition builds a table at every insert, and an
-- order that no index has sorts at every look; together they were a seventh of a step.
DROP INDEX IF EXISTS message_failed;
CREATE INDEX message_failed ON message (created_at, channel, status, reason)
  WHERE direction = 'out' AND status NOT IN ('sent', 'delivered');
DROP INDEX session_contact;
CREATE INDEX session_contact ON session (contact_id, updated_at);
DROP INDEX cases_contact;
CREATE INDEX cases_contact ON cases (contact_id, opened_at);
