-- outbox.enqueue: for services in any language. Returns the event's id, a UUIDv7 unless one is given.
-- It and uuid_v7 run with the caller's rights and name the schemas of all relations, so they need no SET search_path,
-- which would cost as much as half of the insert.

-- 48 bits of milliseconds, version 7, and 74 random bits of gen_random_uuid (RFC 9562). In PL/pgSQL, which keeps its
-- plans: a function in SQL that cannot be inlined is planned anew at each call, which costs more than the insert.
CREATE OR REPLACE FUNCTION outbox.uuid_v7() RETURNS uuid
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  bytes bytea := uuid_send(gen_random_uuid());
BEGIN
  bytes := overlay(
    bytes PLACING substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3) FROM 1 FOR 6);
  RETURN encode(set_byte(bytes, 6, get_byte(bytes, 6) & 15 | 112), 'hex')::uuid;
END $$;

-- FNV-1a of 32 bits over the UTF-8 bytes, its halves folded. OutboxClient computes the same.
CREATE OR REPLACE FUNCTION outbox.key_hash(key text) RETURNS bigint
LANGUAGE plpgsql IMMUTABLE STRICT SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  bytes bytea := convert_to(key_hash.key, 'UTF8');
  hash bigint := 2166136261;
BEGIN
  FOR i IN 0..length(bytes) - 1 LOOP
    hash := ((hash # get_byte(bytes, i)) * 16777619) & 4294967295;
  END LOOP;
  RETURN hash # (hash >> 16);
END $$;

-- How many outbox tables there are. outbox.add_tables makes it anew, and PostgreSQL plans anew what used it: a constant
-- costs nothing, a look into a table as much as the insert.
DO $$
BEGIN
  EXECUTE format(
    'CREATE OR REPLACE FUNCTION outbox.table_count() RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE AS ''SELECT %s''',
    (SELECT count(*) FROM outbox.event_table));
END $$;

-- The table, within the schema outbox, that takes the events of an aggregate.
CREATE OR REPLACE FUNCTION outbox.table_of(aggregateid text) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN (
    SELECT t.name FROM outbox.event_table t
    WHERE t.position = outbox.key_hash(table_of.aggregateid) % outbox.table_count());
END $$;

CREATE OR REPLACE FUNCTION outbox.enqueue(
  aggregatetype text, aggregateid text, type text, payload jsonb, headers jsonb DEFAULT NULL, id uuid DEFAULT NULL
) RETURNS uuid
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  event_id uuid := coalesce(enqueue.id, outbox.uuid_v7());
  bad text;
BEGIN
  IF coalesce(enqueue.aggregatetype, '') = '' OR coalesce(enqueue.type, '') = '' THEN
    RAISE invalid_parameter_value USING MESSAGE = 'outbox.enqueue: aggregatetype and type must not be empty';
  END IF;
  IF coalesce(enqueue.aggregateid, '') = '' THEN
    RAISE invalid_parameter_value USING MESSAGE = 'outbox.enqueue: aggregateid must not be empty: it keeps the order',
      HINT = 'Give the id of what the event is about, such as the user''s.';
  END IF;
  IF enqueue.payload IS NULL THEN
    RAISE invalid_parameter_value USING MESSAGE = 'outbox.enqueue: payload must not be null';
  END IF;
  IF octet_length(enqueue.payload::text) > 900000 THEN
    RAISE invalid_parameter_value USING MESSAGE = 'outbox.enqueue: payload is over 900,000 bytes',
      HINT = 'Store the large part elsewhere and put a reference into the event.';
  END IF;
  IF enqueue.headers IS NOT NULL THEN
    IF jsonb_typeof(enqueue.headers) <> 'object' THEN
      RAISE invalid_parameter_value USING MESSAGE = 'outbox.enqueue: headers must be a JSON object';
    END IF;
    SELECT key INTO bad FROM jsonb_object_keys(enqueue.headers) AS key WHERE key = '' OR key ~ '[[:cntrl:]]' LIMIT 1;
    IF FOUND THEN
      RAISE invalid_parameter_value
        USING MESSAGE = 'outbox.enqueue: a header name must not be empty or hold control characters';
    END IF;
    SELECT key INTO bad FROM jsonb_object_keys(enqueue.headers) AS key
    WHERE key LIKE 'bongsu-%' OR key IN ('id', 'type', 'aggregatetype', 'lsn', 'ordinal', 'committed_at') LIMIT 1;
    IF FOUND THEN
      RAISE invalid_parameter_value USING MESSAGE = format('outbox.enqueue: the header name %s is reserved', bad);
    END IF;
  END IF;
  IF outbox.table_count() = 1 THEN
    INSERT INTO outbox.event (id, aggregatetype, aggregateid, type, payload, headers)
    VALUES (event_id, enqueue.aggregatetype, enqueue.aggregateid, enqueue.type, enqueue.payload, enqueue.headers);
  ELSE
    EXECUTE format(
      'INSERT INTO outbox.%I (id, aggregatetype, aggregateid, type, payload, headers) VALUES ($1, $2, $3, $4, $5, $6)',
      outbox.table_of(enqueue.aggregateid))
    USING event_id, enqueue.aggregatetype, enqueue.aggregateid, enqueue.type, enqueue.payload, enqueue.headers;
  END IF;
  RETURN event_id;
END $$;

REVOKE ALL ON FUNCTION outbox.enqueue(text, text, text, jsonb, jsonb, uuid), outbox.table_of(text),
  outbox.key_hash(text), outbox.uuid_v7(), outbox.table_count() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION outbox.enqueue(text, text, text, jsonb, jsonb, uuid), outbox.table_of(text),
  outbox.key_hash(text), outbox.uuid_v7(), outbox.table_count() TO outbox_writer;
