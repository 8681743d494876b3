-- Takes the delivery log away with all its rows; `bongsu log rebuild` can write again what notification.status holds.
DROP FUNCTION IF EXISTS notification.maintain(interval);
DROP TABLE IF EXISTS notification.delivery_event;
DROP TABLE IF EXISTS notification.routed_event;
DROP TABLE IF EXISTS notification.delivery;
