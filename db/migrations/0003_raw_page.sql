-- Pages of an inbox that hands each message out once: saved as they came, gone when they are taken (gateway/poller.c).

CREATE TABLE raw_page (
  page_id    INTEGER PRIMARY KEY,
  channel    TEXT NOT NULL UNIQUE,           -- a channel fetches nothing while a page of it waits
  cursor     TEXT NOT NULL,                  -- what was asked for
  at         INTEGER NOT NULL,
  body       BLOB                            -- (sealed)
) STRICT;
