-- Who replayed a dead letter and when stays when it is purged later, which replaces changed_at and changed_by. Columns
-- without a default need no reading of what is there.
ALTER TABLE notification.dead_letter ADD COLUMN IF NOT EXISTS replayed_at timestamptz;
ALTER TABLE notification.dead_letter ADD COLUMN IF NOT EXISTS replayed_by text;
-- Of those that were purged since, nobody knows any more.
UPDATE notification.dead_letter SET replayed_at = changed_at, replayed_by = changed_by
WHERE state = 'replayed' AND replayed_at IS NULL;
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = 'notification.dead_letter'::regclass
    AND conname = 'dead_letter_replayed_check')
  THEN
    ALTER TABLE notification.dead_letter
      ADD CONSTRAINT dead_letter_replayed_check CHECK ((replayed_at IS NULL) = (replayed_by IS NULL));
  END IF;
END $$;
GRANT UPDATE (replayed_at, replayed_by) ON notification.dead_letter TO notification_operator;

-- Replayed deliveries that were sent again as nothing was heard of them any more, and how often. Apart from
-- notification.sweep, as an event's deliveries are replayed at different times.
CREATE TABLE IF NOT EXISTS notification.replay_sweep (
  delivery_id uuid        NOT NULL,
  replay      int         NOT NULL CHECK (replay > 0),
  sweeps      int         NOT NULL CHECK (sweeps >= 0),
  swept_at    timestamptz NOT NULL,
  left_at     timestamptz,             -- when it was left to a person, who was alerted
  reason      text,                    -- why it was left
  PRIMARY KEY (delivery_id, replay),
  CHECK ((left_at IS NULL) = (reason IS NULL))
);
GRANT SELECT, INSERT, UPDATE, DELETE ON notification.replay_sweep TO notification_recorder;
GRANT SELECT ON notification.replay_sweep TO notification_operator;
