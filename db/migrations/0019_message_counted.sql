-- New messages are counted a batch at a time (db/message_hour.c): a trigger at each of a step's two cost it a tenth.  A status that
-- changes within the batch may be taken off before it is counted.
DROP TRIGGER message_counted;
DROP TRIGGER message_counted_anew;
CREATE TRIGGER message_counted_anew AFTER UPDATE OF status ON message WHEN OLD.status <> NEW.status BEGIN
  INSERT INTO message_hour VALUES (OLD.created_at / 3600000, OLD.direction, OLD.mode, OLD.channel, OLD.status, -1,
    -ifnull(OLD.segments, 1)) ON CONFLICT DO UPDATE SET n = n - 1, segments = segments + excluded.segments;
  INSERT INTO message_hour VALUES (NEW.created_at / 3600000, NEW.direction, NEW.mode, NEW.channel, NEW.status, 1,
    ifnull(NEW.segments, 1)) ON CONFLICT DO UPDATE SET n = n + 1, segments = segments + excluded.segments;
END;
