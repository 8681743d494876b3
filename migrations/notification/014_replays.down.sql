-- Takes back who replayed what was purged since; of what was only replayed it is in changed_by as well.
DROP TABLE IF EXISTS notification.replay_sweep;
ALTER TABLE IF EXISTS notification.dead_letter
  DROP CONSTRAINT IF EXISTS dead_letter_replayed_check,
  DROP COLUMN IF EXISTS replayed_at, DROP COLUMN IF EXISTS replayed_by;
