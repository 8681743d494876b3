-- outbox.enqueue: for services in any language. Returns the event's id, a UUIDv7 unless one is given.

-- 48 bits of milliseconds, version 7, and 74 random bits of gen_random_uuid (RFC 9562).
CREATE OR REPLACE FUNCTION outbox.uuid_v7() RETURNS uuid
LANGUAGE sql VOLATILE SET search_path = pg_catalog AS $$
  SELECT encode(
    set_byte(
      overlay(uuid_send(gen_random_uuid())
        PLACING substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3) FROM 1 FOR 6),
      6, (b'01110000'::int | (random() * 15)::int)),
    'hex')::uuid
$$;

CREATE OR REPLACE FUNCTION outbox.enqueue(
  aggregatetype text, aggregateid text, type text, payload jsonb, headers jsonb DEFAULT NULL, id uuid DEFAULT NULL
) RETURNS uuid
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog AS $$
DECLARE
  event_id uuid := coalesce(enqueue.id, outbox.uuid_v7());
  reserved text;
BEGIN
  IF coalesce(enqueue.aggregatetype, '') = '' OR coalesce(enqueue.type, '') = '' THEN
    RAISE invalid_parameter_value USING MESSAGE = 'outbox.enqueue: aggregatetype and type must not be empty';
  END IF;
  IF coalesce(enqueue.aggregateid, '') = '' THEN
    RAISE invalid_parameter_value USING MESSAGE = 'outbox.enqueue: aggregateid must not be empty, as it keeps the order',
      HINT = 'Give the id of what the event is about, such as the user''s.';
  END IF;
  IF enqueue.payload IS NULL THEN
    RAISE invalid_parameter_value USING MESSAGE = 'outbox.enqueue: payload must not be null';
  END IF;
  IF pg_column_size(enqueue.payload) > 900000 THEN
    RAISE invalid_parameter_value USING MESSAGE = 'outbox.enqueue: payload is over 900,000 bytes',
      HINT = 'Store the large part elsewhere and put a reference into the event.';
  END IF;
  IF enqueue.headers IS NOT NULL THEN
    IF jsonb_typeof(enqueue.headers) <> 'object' THEN
      RAISE invalid_parameter_value USING MESSAGE = 'outbox.enqueue: headers must be a JSON object';
    END IF;
    SELECT key INTO reserved FROM jsonb_object_keys(enqueue.headers) AS key
    WHERE key LIKE 'bongsu-%' OR key IN ('', 'id', 'type', 'aggregatetype', 'lsn', 'ordinal', 'committed_at') LIMIT 1;
    IF FOUND THEN
      RAISE invalid_parameter_value USING MESSAGE = format('outbox.enqueue: the header name "%s" is reserved', reserved);
    END IF;
  END IF;
  INSERT INTO outbox.event (id, aggregatetype, aggregateid, type, payload, headers)
  VALUES (event_id, enqueue.aggregatetype, enqueue.aggregateid, enqueue.type, enqueue.payload, enqueue.headers);
  RETURN event_id;
END $$;

REVOKE ALL ON FUNCTION outbox.enqueue(text, text, text, jsonb, jsonb, uuid), outbox.uuid_v7() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION outbox.enqueue(text, text, text, jsonb, jsonb, uuid), outbox.uuid_v7() TO outbox_writer;
