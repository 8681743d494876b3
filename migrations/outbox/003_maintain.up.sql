-- outbox.maintain: makes the days ahead, moves strays into their day, drops days that every slot has confirmed past.

-- The slots that read the outbox. A day is dropped only when each of them is there, is not lost and is past it.
CREATE TABLE IF NOT EXISTS outbox.slot (
  name          text PRIMARY KEY,
  registered_at timestamptz NOT NULL DEFAULT now()
);

-- Where the log stood at some moment after each day had ended.
CREATE TABLE IF NOT EXISTS outbox.day_end (
  day date PRIMARY KEY,
  lsn pg_lsn NOT NULL
);

CREATE OR REPLACE FUNCTION outbox.register_slot(slot text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS $$
  INSERT INTO outbox.slot (name) VALUES (register_slot.slot) ON CONFLICT DO NOTHING
$$;

-- Rows of `day` in the default partition go into a table that is then attached: attaching publishes nothing, while
-- moving rows through outbox.event would publish them a second time.
CREATE OR REPLACE FUNCTION outbox.make_day(day date) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
  name text := 'event_' || to_char(make_day.day, 'YYYYMMDD');
  first timestamptz := make_day.day::timestamp AT TIME ZONE 'UTC';
  past timestamptz := (make_day.day + 1)::timestamp AT TIME ZONE 'UTC';
  moved bigint;
BEGIN
  LOCK TABLE outbox.event IN ACCESS EXCLUSIVE MODE;
  EXECUTE format('CREATE TABLE outbox.%I (LIKE outbox.event INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', name);
  EXECUTE format(
    'WITH stray AS (DELETE FROM outbox.event_default WHERE created_at >= %L AND created_at < %L RETURNING *) '
    'INSERT INTO outbox.%I SELECT * FROM stray', first, past, name);
  GET DIAGNOSTICS moved = ROW_COUNT;
  EXECUTE format(
    'ALTER TABLE outbox.event ATTACH PARTITION outbox.%I FOR VALUES FROM (%L) TO (%L)', name, first, past);
  RETURN moved;
END $$;

CREATE OR REPLACE FUNCTION outbox.confirmed_past(wal pg_lsn) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
  SELECT count(*) > 0 AND bool_and(coalesce(
    s.wal_status <> 'lost' AND s.confirmed_flush_lsn >= confirmed_past.wal, false))
  FROM outbox.slot r LEFT JOIN pg_replication_slots s ON s.slot_name = r.name
$$;

-- Each row of the answer says what was done, or why a day was kept.
CREATE OR REPLACE FUNCTION outbox.maintain(keep interval DEFAULT '7 days')
RETURNS TABLE (action text, object text, detail text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog SET lock_timeout = '2s' AS $$
DECLARE
  today date := (clock_timestamp() AT TIME ZONE 'UTC')::date;
  day date;
  moved bigint;
  part record;
  boundary pg_lsn;
BEGIN
  IF maintain.keep IS NULL OR maintain.keep < interval '1 day' THEN
    RAISE invalid_parameter_value USING MESSAGE = 'outbox.maintain: keep must be at least one day';
  END IF;
  FOR day IN
    SELECT today + ahead FROM generate_series(0, 14) AS ahead
    UNION SELECT DISTINCT (created_at AT TIME ZONE 'UTC')::date FROM outbox.event_default ORDER BY 1
  LOOP
    IF to_regclass('outbox.event_' || to_char(day, 'YYYYMMDD')) IS NULL THEN
      moved := outbox.make_day(day);
      RETURN QUERY SELECT 'created', 'event_' || to_char(day, 'YYYYMMDD'), moved || ' strays moved';
    END IF;
  END LOOP;

  FOR part IN
    SELECT c.relname AS name, to_date(right(c.relname, 8), 'YYYYMMDD') AS day
    FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'outbox.event'::regclass AND c.relname ~ '^event_[0-9]{8}$' ORDER BY 1
  LOOP
    CONTINUE WHEN part.day >= today;
    -- A transaction that is still open may have written to the day: its rows come after this position, so note it
    -- only when none is left from that day.
    IF NOT EXISTS (
      SELECT FROM pg_stat_activity
      WHERE xact_start < ((part.day + 1)::timestamp AT TIME ZONE 'UTC') AND datname = current_database()
        AND backend_type = 'client backend'
    ) AND NOT EXISTS (SELECT FROM pg_prepared_xacts WHERE database = current_database()) THEN
      INSERT INTO outbox.day_end VALUES (part.day, pg_current_wal_insert_lsn()) ON CONFLICT DO NOTHING;
    END IF;
    CONTINUE WHEN (part.day + 1)::timestamp AT TIME ZONE 'UTC' > clock_timestamp() - maintain.keep;
    SELECT e.lsn INTO boundary FROM outbox.day_end e WHERE e.day = part.day;
    IF boundary IS NULL THEN
      RETURN QUERY SELECT 'kept', part.name::text, 'a transaction of that day is still open';
    ELSIF NOT outbox.confirmed_past(boundary) THEN
      RETURN QUERY SELECT 'kept', part.name::text, 'a slot is missing, lost, or has not confirmed past ' || boundary;
    ELSE
      EXECUTE format('DROP TABLE outbox.%I', part.name);
      DELETE FROM outbox.day_end e WHERE e.day = part.day;
      RETURN QUERY SELECT 'dropped', part.name::text, 'confirmed past ' || boundary;
    END IF;
  END LOOP;
END $$;

REVOKE ALL ON FUNCTION outbox.maintain(interval), outbox.register_slot(text), outbox.make_day(date),
  outbox.confirmed_past(pg_lsn) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION outbox.maintain(interval), outbox.register_slot(text) TO outbox_maintainer;

SELECT count(*) AS partitions_made FROM outbox.maintain();
