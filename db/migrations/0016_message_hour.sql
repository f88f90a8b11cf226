-- How many messages of which kind, by the hour: what a report of the service and the desk's overview count a million rows for.  An
-- index over all messages cost every USSD step two insertions into a tree as large as the table; these are rows that stay in memory.
-- A count stays when its messages go.
CREATE TABLE message_hour (
  hour      INTEGER NOT NULL,  -- of created_at, since 1970 UTC: zones of the programme differ by whole hours
  direction TEXT NOT NULL,
  mode      TEXT NOT NULL,
  channel   TEXT NOT NULL,
  status    TEXT NOT NULL,
  n         INTEGER NOT NULL,
  segments  INTEGER NOT NULL,
  PRIMARY KEY (hour, direction, mode, channel, status)
) STRICT, WITHOUT ROWID;

INSERT INTO message_hour SELECT created_at / 3600000, direction, mode, channel, status, count(*), sum(ifnull(segments, 1))
  FROM message GROUP BY 1, 2, 3, 4, 5;

CREATE TRIGGER message_counted AFTER INSERT ON message BEGIN
  INSERT INTO message_hour VALUES (NEW.created_at / 3600000, NEW.direction, NEW.mode, NEW.channel, NEW.status, 1,
    ifnull(NEW.segments, 1)) ON CONFLICT DO UPDATE SET n = n + 1, segments = segments + excluded.segments;
END;

CREATE TRIGGER message_counted_anew AFTER UPDATE OF status ON message WHEN OLD.status <> NEW.status BEGIN
  UPDATE message_hour SET n = n - 1, segments = segments - ifnull(OLD.segments, 1) WHERE hour = OLD.created_at / 3600000
    AND direction = OLD.direction AND mode = OLD.mode AND channel = OLD.channel AND status = OLD.status;
  INSERT INTO message_hour VALUES (NEW.created_at / 3600000, NEW.direction, NEW.mode, NEW.channel, NEW.status, 1,
    ifnull(NEW.segments, 1)) ON CONFLICT DO UPDATE SET n = n + 1, segments = segments + excluded.segments;
END;

DROP INDEX message_service;
-- What an SMS costs depends on whom it went to.
CREATE INDEX message_sms_out ON message (created_at, channel, status, point_id, segments) WHERE direction = 'out' AND mode = 'sms';
