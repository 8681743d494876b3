-- notification.maintain drops old days by itself again, without archiving them.
CREATE OR REPLACE FUNCTION notification.maintain(keep interval DEFAULT '90 days')
RETURNS TABLE (action text, object text, detail text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET lock_timeout = '500ms' AS $$
DECLARE
  today date := (now() AT TIME ZONE 'UTC')::date;
  parent text;
  part text;
  day date;
BEGIN
  IF maintain.keep IS NULL OR maintain.keep < interval '8 days' THEN
    RAISE invalid_parameter_value USING
      MESSAGE = 'notification.maintain: keep must be at least 8 days, as what is replayed from Kafka is 7 days old';
  END IF;
  IF NOT pg_try_advisory_xact_lock('notification.delivery'::regclass::oid::bigint) THEN
    RETURN QUERY SELECT 'skipped', 'delivery', 'maintenance is running already';
    RETURN;
  END IF;
  FOREACH parent IN ARRAY ARRAY['delivery', 'routed_event', 'delivery_event'] LOOP
    FOR day IN SELECT today + ahead FROM generate_series(-1, 14) AS ahead LOOP
      part := parent || to_char(day, '_YYYYMMDD');
      CONTINUE WHEN to_regclass(format('notification.%I', part)) IS NOT NULL;
      BEGIN
        EXECUTE format('CREATE TABLE notification.%I PARTITION OF notification.%I FOR VALUES FROM (%L) TO (%L)',
          part, parent, day, day + 1);
        RETURN QUERY SELECT 'created', part, '';
      EXCEPTION
        WHEN lock_not_available THEN
          RETURN QUERY SELECT 'postponed', part, 'the table was locked for too long';
        WHEN check_violation THEN
          RETURN QUERY SELECT 'kept', parent || '_default', 'it holds rows of ' || day;
      END;
    END LOOP;
    FOR part IN
      SELECT c.relname::text FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
      WHERE i.inhparent = to_regclass(format('notification.%I', parent)) AND c.relname ~ ('^' || parent || '_[0-9]{8}$')
        AND to_date(right(c.relname, 8), 'YYYYMMDD') + 1 <= (now() - maintain.keep) AT TIME ZONE 'UTC'
      ORDER BY 1
    LOOP
      BEGIN
        EXECUTE format('DROP TABLE notification.%I', part);
        RETURN QUERY SELECT 'dropped', part, 'older than ' || maintain.keep;
      EXCEPTION WHEN lock_not_available THEN
        RETURN QUERY SELECT 'postponed', part, 'the table was locked for too long';
      END;
    END LOOP;
  END LOOP;
END $$;
