-- Takes the sums back; the numbers stay.
DROP VIEW IF EXISTS notification.routed_now;
