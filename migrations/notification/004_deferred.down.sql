-- Takes deferred deliveries away: what waits there is then never sent. Release it before, or keep a copy.
DROP FUNCTION IF EXISTS notification.release_deferred(int, int);
DROP TABLE IF EXISTS notification.deferred;
DROP TABLE IF EXISTS notification.deferred_event;
DROP TABLE IF EXISTS notification.release_pace;
