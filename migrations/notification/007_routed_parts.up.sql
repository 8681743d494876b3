-- One row of notification.routed_event for each part of an event that was routed, so that the numbers add up whatever is
-- routed again: `sum(deliveries)` over an event's rows is what it has become by now.

ALTER TABLE notification.routed_event
  -- '' for the event as a whole, `to:…` for recipients who were not known at first, `release:…` for deliveries that
  -- had waited. The same part routed again replaces its row and adds nothing.
  ADD COLUMN IF NOT EXISTS part text NOT NULL DEFAULT '',
  -- Its deliveries and suppressions come out of the event's own deferrals, so its deferrals are negative.
  ADD COLUMN IF NOT EXISTS is_release boolean NOT NULL DEFAULT false,
  ADD COLUMN IF NOT EXISTS unresolved int NOT NULL DEFAULT 0 CHECK (unresolved >= 0),
  -- Topic, partition and offset of the record, from where the sweeper reads it again.
  ADD COLUMN IF NOT EXISTS origin text;

DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = 'notification.routed_event'::regclass
    AND conname = 'routed_event_release_check')
  THEN
    ALTER TABLE notification.routed_event
      DROP CONSTRAINT routed_event_pkey, DROP CONSTRAINT routed_event_deferrals_check,
      ADD PRIMARY KEY (event_day, event_id, replay, part),
      ADD CONSTRAINT routed_event_release_check CHECK (is_release OR deferrals >= 0);
  END IF;
END $$;

-- The first of two statuses of one step counts, whichever is written first.
GRANT UPDATE (reason, error_class, error_code, happened_at) ON notification.delivery_event TO notification_recorder;

-- Which events were routed again as deliveries of theirs were not heard of any more, and how often.
CREATE TABLE IF NOT EXISTS notification.sweep (
  event_day date        NOT NULL,
  event_id  uuid        NOT NULL,
  replay    int         NOT NULL,
  sweeps    int         NOT NULL CHECK (sweeps >= 0),
  swept_at  timestamptz NOT NULL,
  left_at   timestamptz,             -- when it was left to a person, who was alerted
  reason    text,                    -- why it was left
  PRIMARY KEY (event_day, event_id, replay),
  CHECK ((left_at IS NULL) = (reason IS NULL))
);
GRANT SELECT, INSERT, UPDATE, DELETE ON notification.sweep TO notification_recorder;
GRANT SELECT ON notification.sweep TO notification_operator;
