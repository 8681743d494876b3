DROP FUNCTION IF EXISTS outbox.enqueue(text, text, text, jsonb, jsonb, uuid);
DROP FUNCTION IF EXISTS outbox.table_of(text);
DROP FUNCTION IF EXISTS outbox.table_count();
DROP FUNCTION IF EXISTS outbox.key_hash(text);
DROP FUNCTION IF EXISTS outbox.uuid_v7();
