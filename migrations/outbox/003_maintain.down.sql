-- Partitions stay with their table.
DROP FUNCTION IF EXISTS outbox.maintain(interval);
DROP FUNCTION IF EXISTS outbox.confirmed_past(pg_lsn);
DROP FUNCTION IF EXISTS outbox.make_day(date);
DROP FUNCTION IF EXISTS outbox.register_slot(text);
DROP TABLE IF EXISTS outbox.day_end;
DROP TABLE IF EXISTS outbox.slot;
