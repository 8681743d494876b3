-- What operators choose dead letters by: read out of each record once, as it comes in.

-- Null where the value is no JSON object, which dead letters may well be. Of a purged one nothing is left.
CREATE OR REPLACE FUNCTION notification.dead_letter_facts(value bytea) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  record jsonb;
BEGIN
  IF value IS NULL THEN RETURN NULL; END IF;
  record := convert_from(value, 'UTF8')::jsonb;
  IF jsonb_typeof(record) <> 'object' THEN RETURN NULL; END IF;
  RETURN jsonb_strip_nulls(jsonb_build_object(
    'channel', left(record ->> 'channel', 20), 'template', left(record ->> 'template', 128),
    'category', left(record ->> 'category', 64),
    'users', CASE
      WHEN jsonb_typeof(record -> 'user') = 'number' THEN jsonb_build_array(record -> 'user')
      WHEN jsonb_typeof(record -> 'to') = 'array' THEN
        jsonb_path_query_array(record, '$.to[*].user ? (@.type() == "number")')
      END));
EXCEPTION WHEN others THEN
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION notification.dead_letter_facts(bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION notification.dead_letter_facts(bytea) TO notification_recorder, notification_operator;

ALTER TABLE notification.dead_letter ADD COLUMN IF NOT EXISTS facts jsonb
  GENERATED ALWAYS AS (notification.dead_letter_facts(value)) STORED;
CREATE INDEX IF NOT EXISTS dead_letter_parked ON notification.dead_letter (parked_at);
