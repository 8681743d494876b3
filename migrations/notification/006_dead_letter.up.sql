-- What was given up and waits for a person, from the topic notification.parked, which can be neither filtered nor purged.

CREATE TABLE IF NOT EXISTS notification.dead_letter (
  dead_letter_id bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  topic          text        NOT NULL,
  partition      int         NOT NULL CHECK (partition >= 0),
  record_offset  bigint      NOT NULL CHECK (record_offset >= 0),
  event_id       uuid,       -- null where even that cannot be read
  delivery_id    uuid,
  origin         text,       -- topic, partition and offset that it came from first
  error_class    text        NOT NULL,
  error_code     text,
  attempt        int         NOT NULL DEFAULT 0,
  replay         int         NOT NULL DEFAULT 0,
  record_key     bytea,
  value          bytea,      -- the record byte for byte; null once purged
  headers        jsonb       NOT NULL DEFAULT '{}',
  parked_at      timestamptz NOT NULL,
  state          text        NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'replayed', 'purged')),
  changed_at     timestamptz,
  changed_by     text,
  UNIQUE (topic, partition, record_offset),  -- the recorder may read the same record again
  CHECK ((state = 'open') = (changed_at IS NULL)),
  CHECK ((changed_at IS NULL) = (changed_by IS NULL))
);
CREATE INDEX IF NOT EXISTS dead_letter_open ON notification.dead_letter (parked_at) WHERE state = 'open';
CREATE INDEX IF NOT EXISTS dead_letter_event ON notification.dead_letter (event_id);
CREATE INDEX IF NOT EXISTS dead_letter_delivery ON notification.dead_letter (delivery_id);

GRANT SELECT ON notification.dead_letter TO notification_recorder, notification_operator;
GRANT INSERT ON notification.dead_letter TO notification_recorder;
GRANT UPDATE (state, changed_at, changed_by, value) ON notification.dead_letter TO notification_operator;
