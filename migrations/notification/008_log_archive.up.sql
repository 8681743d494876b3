-- Days of the log that are older than the hot ones lie in tables of their own, out of the way of what is written and of
-- the sweeper's indexes. A day moves as it is: it is detached and attached, and no row is copied.

DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['delivery', 'routed_event', 'delivery_event'] LOOP
    CONTINUE WHEN to_regclass('notification.' || name || '_archive') IS NOT NULL;
    EXECUTE format(
      'CREATE TABLE notification.%I (LIKE notification.%I INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING GENERATED
      INCLUDING INDEXES) PARTITION BY RANGE (event_day)', name || '_archive', name);
  END LOOP;
END $$;

-- Makes the days from yesterday to two weeks ahead, moves those older than `keep_hot` into the archive, and drops those
-- of the archive that are older than `keep_archive`. Each row of the answer says what was done, or why it was not.
-- `today` is for tests. Rows of a day without a partition lie in the default one and are found there all the same.
CREATE OR REPLACE FUNCTION notification.maintain_log(
  keep_hot interval DEFAULT '90 days', keep_archive interval DEFAULT '365 days', today date DEFAULT NULL)
RETURNS TABLE (action text, object text, detail text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET lock_timeout = '500ms' AS $$
DECLARE
  this_day date := coalesce(maintain_log.today, (now() AT TIME ZONE 'UTC')::date);
  parent text;
  part text;
  day date;
BEGIN
  IF maintain_log.keep_hot IS NULL OR maintain_log.keep_hot < interval '8 days' THEN
    RAISE invalid_parameter_value USING
      MESSAGE = 'notification.maintain_log: keep_hot must be at least 8 days, as what Kafka holds is 7 days old';
  END IF;
  IF maintain_log.keep_archive IS NULL OR maintain_log.keep_archive < maintain_log.keep_hot THEN
    RAISE invalid_parameter_value USING
      MESSAGE = 'notification.maintain_log: keep_archive counts from the event''s day and cannot be below keep_hot';
  END IF;
  -- The same lock as notification.maintain.
  IF NOT pg_try_advisory_xact_lock('notification.delivery'::regclass::oid::bigint) THEN
    RETURN QUERY SELECT 'skipped', 'delivery', 'maintenance is running already';
    RETURN;
  END IF;
  FOREACH parent IN ARRAY ARRAY['delivery', 'routed_event', 'delivery_event'] LOOP
    FOR day IN SELECT this_day + ahead FROM generate_series(-1, 14) AS ahead LOOP
      part := parent || to_char(day, '_YYYYMMDD');
      CONTINUE WHEN to_regclass(format('notification.%I', part)) IS NOT NULL;
      BEGIN
        -- By the check the day can be attached to the archive without reading it.
        EXECUTE format(
          'CREATE TABLE notification.%I PARTITION OF notification.%I (CONSTRAINT of_day CHECK (event_day = %L))
          FOR VALUES FROM (%L) TO (%L)', part, parent, day, day, day + 1);
        RETURN QUERY SELECT 'created', part, '';
      EXCEPTION
        WHEN lock_not_available THEN
          RETURN QUERY SELECT 'postponed', part, 'the table was locked for too long';
        WHEN check_violation THEN
          RETURN QUERY SELECT 'kept', parent || '_default', 'it holds rows of ' || day;
      END;
    END LOOP;
    FOR part, day IN
      SELECT c.relname::text, to_date(right(c.relname, 8), 'YYYYMMDD')
      FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
      WHERE i.inhparent = to_regclass(format('notification.%I', parent)) AND c.relname ~ ('^' || parent || '_[0-9]{8}$')
        AND to_date(right(c.relname, 8), 'YYYYMMDD') + 1 <= this_day - maintain_log.keep_hot
      ORDER BY 1
    LOOP
      BEGIN
        EXECUTE format('ALTER TABLE notification.%I DETACH PARTITION notification.%I', parent, part);
        EXECUTE format(
          'ALTER TABLE notification.%I ATTACH PARTITION notification.%I FOR VALUES FROM (%L) TO (%L)',
          parent || '_archive', part, day, day + 1);
        RETURN QUERY SELECT 'archived', part, 'older than ' || maintain_log.keep_hot;
      EXCEPTION WHEN lock_not_available THEN
        RETURN QUERY SELECT 'postponed', part, 'the table was locked for too long';
      END;
    END LOOP;
    FOR part IN
      SELECT c.relname::text FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
      WHERE i.inhparent = to_regclass(format('notification.%I', parent || '_archive'))
        AND c.relname ~ ('^' || parent || '_[0-9]{8}$')
        AND to_date(right(c.relname, 8), 'YYYYMMDD') + 1 <= this_day - maintain_log.keep_archive
      ORDER BY 1
    LOOP
      BEGIN
        EXECUTE format('DROP TABLE notification.%I', part);
        RETURN QUERY SELECT 'dropped', part, 'older than ' || maintain_log.keep_archive;
      EXCEPTION WHEN lock_not_available THEN
        RETURN QUERY SELECT 'postponed', part, 'the table was locked for too long';
      END;
    END LOOP;
  END LOOP;
  DELETE FROM notification.sweep s WHERE s.event_day < this_day - 8;
END $$;

REVOKE ALL ON FUNCTION notification.maintain_log(interval, interval, date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION notification.maintain_log(interval, interval, date)
  TO notification_recorder, notification_operator;
GRANT SELECT ON notification.delivery_archive, notification.routed_event_archive, notification.delivery_event_archive
  TO notification_recorder, notification_operator;
