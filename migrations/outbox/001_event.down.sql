-- Takes the outbox away with all its rows. The slot is not touched: drop it once no relay reads it, with
-- SELECT pg_drop_replication_slot('bongsu'). The roles stay, as they belong to the whole cluster.
DROP PUBLICATION IF EXISTS bongsu;
DROP TABLE IF EXISTS outbox.event_table;
DROP TABLE IF EXISTS outbox.event;
DROP SCHEMA IF EXISTS outbox;
