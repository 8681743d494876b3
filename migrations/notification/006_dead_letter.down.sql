-- Takes the dead letters away; the topic notification.parked still holds them.
DROP TABLE IF EXISTS notification.dead_letter;
