-- Takes the archive away with all its days.
DROP FUNCTION IF EXISTS notification.maintain_log(interval, interval, date);
DROP TABLE IF EXISTS notification.delivery_event_archive;
DROP TABLE IF EXISTS notification.routed_event_archive;
DROP TABLE IF EXISTS notification.delivery_archive;
