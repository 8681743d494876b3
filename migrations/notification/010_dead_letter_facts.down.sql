-- Takes back what dead letters are chosen by.
DROP INDEX IF EXISTS notification.dead_letter_parked;
ALTER TABLE IF EXISTS notification.dead_letter DROP COLUMN IF EXISTS facts;
DROP FUNCTION IF EXISTS notification.dead_letter_facts(bytea);
