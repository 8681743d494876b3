-- Partitions stay with their tables.
DROP FUNCTION IF EXISTS outbox.maintain(interval, int);
DROP FUNCTION IF EXISTS outbox.why_kept(text, pg_lsn);
DROP FUNCTION IF EXISTS outbox.end_of_day(text, timestamptz);
DROP FUNCTION IF EXISTS outbox.make_day(text, date);
DROP FUNCTION IF EXISTS outbox.forget_slot(text);
DROP FUNCTION IF EXISTS outbox.register_slot(text, text);
DROP TABLE IF EXISTS outbox.day_end;
DROP TABLE IF EXISTS outbox.slot;
