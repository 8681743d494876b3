-- Parts beside the whole are dropped: `bongsu log rebuild` can write again what notification.status holds.
DROP TABLE IF EXISTS notification.sweep;
REVOKE UPDATE (reason, error_class, error_code, happened_at) ON notification.delivery_event FROM notification_recorder;
DELETE FROM notification.routed_event WHERE part <> '' OR deferrals < 0;
ALTER TABLE notification.routed_event
  DROP CONSTRAINT IF EXISTS routed_event_release_check, DROP CONSTRAINT IF EXISTS routed_event_pkey,
  DROP CONSTRAINT IF EXISTS routed_event_deferrals_check;
ALTER TABLE notification.routed_event
  DROP COLUMN IF EXISTS part, DROP COLUMN IF EXISTS is_release, DROP COLUMN IF EXISTS unresolved,
  DROP COLUMN IF EXISTS origin;
ALTER TABLE notification.routed_event
  ADD PRIMARY KEY (event_day, event_id, replay),
  ADD CONSTRAINT routed_event_deferrals_check CHECK (deferrals >= 0);
