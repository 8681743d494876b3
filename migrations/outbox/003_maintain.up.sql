-- outbox.maintain: makes the days ahead, moves strays into their day, drops days that every slot has confirmed past.

-- The slots that read the outbox. A day of a table is dropped only when at least one slot is registered for its
-- publication and each of those is there, is not lost and is past the day.
CREATE TABLE IF NOT EXISTS outbox.slot (
  name          text NOT NULL,
  publication   text NOT NULL,
  registered_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (name, publication)
);

-- What is known of the end of each day that is over: where the log stood when its last transaction had ended.
CREATE TABLE IF NOT EXISTS outbox.day_end (
  partition text PRIMARY KEY,
  waits_for text[] NOT NULL,  -- virtual transactions that were open when the day was first seen to be over
  lsn       pg_lsn            -- null while one of them is open
);

-- A relay calls it whenever it starts on a slot. It only ever adds: who may register a slot cannot take away what
-- another registration protects.
CREATE OR REPLACE FUNCTION outbox.register_slot(slot text, publication text DEFAULT 'bongsu') RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NOT EXISTS (
    SELECT FROM pg_replication_slots s WHERE s.slot_name = register_slot.slot AND s.database = current_database()
  ) THEN
    RAISE undefined_object USING
      MESSAGE = format('outbox.register_slot: there is no logical slot %s of this database', register_slot.slot);
  END IF;
  IF NOT EXISTS (SELECT FROM pg_publication p WHERE p.pubname = register_slot.publication) THEN
    RAISE undefined_object USING
      MESSAGE = format('outbox.register_slot: there is no publication %s', register_slot.publication);
  END IF;
  INSERT INTO outbox.slot (name, publication) VALUES (register_slot.slot, register_slot.publication)
  ON CONFLICT DO NOTHING;
END $$;

-- For a slot that was dropped for good: until then its absence keeps every day.
CREATE OR REPLACE FUNCTION outbox.forget_slot(slot text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  DELETE FROM outbox.slot s WHERE s.name = forget_slot.slot;
  RETURN FOUND;
END $$;

-- Rows of `day` in the default partition go into a table that is then attached: attaching publishes nothing, while
-- moving rows through the outbox's table would publish them a second time.
CREATE OR REPLACE FUNCTION outbox.make_day(event_table text, day date) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  name text := make_day.event_table || to_char(make_day.day, '_YYYYMMDD');
  first timestamptz := make_day.day::timestamp AT TIME ZONE 'UTC';
  past timestamptz := (make_day.day + 1)::timestamp AT TIME ZONE 'UTC';
  moved bigint;
BEGIN
  EXECUTE format('LOCK TABLE outbox.%I IN ACCESS EXCLUSIVE MODE', make_day.event_table);
  -- Of a table of that name which somebody dropped by hand.
  DELETE FROM outbox.day_end e WHERE e.partition = name;
  EXECUTE format(
    'CREATE TABLE outbox.%I (LIKE outbox.%I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', name, make_day.event_table);
  EXECUTE format(
    'WITH stray AS (DELETE FROM outbox.%I WHERE created_at >= %L AND created_at < %L RETURNING *) '
    'INSERT INTO outbox.%I SELECT * FROM stray', make_day.event_table || '_default', first, past, name);
  GET DIAGNOSTICS moved = ROW_COUNT;
  EXECUTE format('ALTER TABLE outbox.%I ATTACH PARTITION outbox.%I FOR VALUES FROM (%L) TO (%L)',
    make_day.event_table, name, first, past);
  RETURN moved;
END $$;

-- The position in the log before which all rows of a day that is over lie; null while a transaction is open that may
-- still write to it. What was open is told by virtual transactions, which every role may see, unlike xact_start.
CREATE OR REPLACE FUNCTION outbox.end_of_day(partition text, past timestamptz) RETURNS pg_lsn
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  open text[];
  known outbox.day_end;
BEGIN
  IF now() < end_of_day.past THEN RETURN NULL; END IF;
  SELECT coalesce(array_agg(l.virtualtransaction), '{}') INTO open
  FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid AND a.datname = current_database()
  WHERE l.locktype = 'virtualxid' AND l.granted AND l.mode = 'ExclusiveLock' AND l.pid <> pg_backend_pid()
    AND a.backend_type IS DISTINCT FROM 'autovacuum worker';
  INSERT INTO outbox.day_end VALUES (end_of_day.partition, open, NULL) ON CONFLICT DO NOTHING;
  SELECT * INTO known FROM outbox.day_end e WHERE e.partition = end_of_day.partition;
  -- A prepared transaction has lost its virtual one, and nothing tells when it began.
  IF known.lsn IS NULL AND NOT known.waits_for && open
    AND NOT EXISTS (SELECT FROM pg_prepared_xacts WHERE database = current_database())
  THEN
    known.lsn := pg_current_wal_insert_lsn();
    UPDATE outbox.day_end e SET lsn = known.lsn WHERE e.partition = end_of_day.partition;
  END IF;
  RETURN known.lsn;
END $$;

-- What keeps rows of a table that lie before `wal`; null when nothing does. A pgoutput slot of this database that
-- nobody registered may read any table, so it keeps them too.
CREATE OR REPLACE FUNCTION outbox.why_kept(event_table text, wal pg_lsn) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  WITH registered AS (
    SELECT r.name FROM outbox.slot r
    WHERE EXISTS (
      SELECT FROM pg_publication_tables p
      WHERE p.pubname = r.publication AND p.schemaname = 'outbox'
        AND (p.tablename = why_kept.event_table OR p.tablename ~ ('^' || why_kept.event_table || '_[0-9]{8}$')))
  ), reader AS (
    SELECT name FROM registered
    UNION
    SELECT s.slot_name::text FROM pg_replication_slots s
    WHERE s.database = current_database() AND s.plugin = 'pgoutput'
      AND NOT EXISTS (SELECT FROM outbox.slot r WHERE r.name = s.slot_name)
  ), reason AS (
    SELECT 'no slot is registered for its publication' AS text WHERE NOT EXISTS (SELECT FROM registered)
    UNION ALL
    SELECT 'slot ' || name || CASE
        WHEN s.slot_name IS NULL THEN ' is missing'
        WHEN s.wal_status = 'lost' THEN ' is lost'
        ELSE ' has confirmed ' || coalesce(s.confirmed_flush_lsn::text, 'nothing') || ', not ' || why_kept.wal
      END
    FROM reader LEFT JOIN pg_replication_slots s ON s.slot_name = name AND s.database = current_database()
    WHERE NOT coalesce(s.wal_status <> 'lost' AND s.confirmed_flush_lsn >= why_kept.wal, false)
  )
  SELECT string_agg(text, '; ' ORDER BY text) FROM reason
$$;

-- Each row of the answer says what was done, or why it was not. It waits half a second at most for a lock, since
-- writers queue behind it, and then leaves that step for the next time.
--
-- Each day that is made or dropped locks its table against writers until the transaction ends. With `steps` it ends
-- after so many; who calls it with 1, a transaction each, until it makes and drops nothing more, as the relay does,
-- holds no lock for longer than one step takes.
CREATE OR REPLACE FUNCTION outbox.maintain(keep interval DEFAULT '7 days', steps int DEFAULT NULL)
RETURNS TABLE (action text, object text, detail text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET lock_timeout = '500ms' AS $$
DECLARE
  today date := (now() AT TIME ZONE 'UTC')::date;
  name text;
  part record;
  day date;
  days date[];
  moved bigint;
  boundary pg_lsn;
  reason text;
  done int := 0;
BEGIN
  IF maintain.steps < 1 THEN
    RAISE invalid_parameter_value USING MESSAGE = 'outbox.maintain: steps must be at least one';
  END IF;
  IF maintain.keep IS NULL OR maintain.keep < interval '1 day' THEN
    RAISE invalid_parameter_value USING MESSAGE = 'outbox.maintain: keep must be at least one day';
  END IF;
  IF NOT pg_try_advisory_xact_lock('outbox.event_table'::regclass::oid::bigint) THEN
    RETURN QUERY SELECT 'skipped', 'outbox', 'maintenance is running already';
    RETURN;
  END IF;

  FOR name IN SELECT t.name FROM outbox.event_table t ORDER BY t.position LOOP
    EXECUTE format(
      'SELECT array_agg(day ORDER BY day) FROM (SELECT %L::date + ahead AS day FROM generate_series(0, 14) AS ahead '
      'UNION SELECT (created_at AT TIME ZONE ''UTC'')::date FROM outbox.%I WHERE isfinite(created_at)) AS wanted',
      today, name || '_default')
    INTO days;
    FOREACH day IN ARRAY days LOOP
      CONTINUE WHEN to_regclass(format('outbox.%I', name || to_char(day, '_YYYYMMDD'))) IS NOT NULL;
      BEGIN
        moved := outbox.make_day(name, day);
      EXCEPTION WHEN lock_not_available THEN
        RETURN QUERY SELECT 'postponed', name || to_char(day, '_YYYYMMDD'), 'the table was locked for too long';
        EXIT;
      END;
      RETURN QUERY SELECT 'created', name || to_char(day, '_YYYYMMDD'), moved || ' strays moved';
      done := done + 1;
      IF done = maintain.steps THEN RETURN; END IF;
    END LOOP;
  END LOOP;

  FOR part IN
    SELECT t.name AS event_table, c.relname::text AS name,
      (to_date(right(c.relname, 8), 'YYYYMMDD') + 1)::timestamp AT TIME ZONE 'UTC' AS past
    FROM outbox.event_table t
    JOIN pg_inherits i ON i.inhparent = to_regclass(format('outbox.%I', t.name))
    JOIN pg_class c ON c.oid = i.inhrelid AND c.relname ~ ('^' || t.name || '_[0-9]{8}$')
    ORDER BY 2
  LOOP
    CONTINUE WHEN part.past > now();
    boundary := outbox.end_of_day(part.name, part.past);
    CONTINUE WHEN part.past > now() - maintain.keep;
    reason := CASE WHEN boundary IS NULL THEN 'a transaction of that day is still open'
      ELSE outbox.why_kept(part.event_table, boundary) END;
    IF reason IS NOT NULL THEN
      RETURN QUERY SELECT 'kept', part.name, reason;
      CONTINUE;
    END IF;
    BEGIN
      EXECUTE format('DROP TABLE outbox.%I', part.name);
      DELETE FROM outbox.day_end e WHERE e.partition = part.name;
    EXCEPTION WHEN lock_not_available THEN
      RETURN QUERY SELECT 'postponed', part.name, 'the table was locked for too long';
      CONTINUE;
    END;
    RETURN QUERY SELECT 'dropped', part.name, 'confirmed past ' || boundary;
    done := done + 1;
    IF done = maintain.steps THEN RETURN; END IF;
  END LOOP;
END $$;

REVOKE ALL ON FUNCTION outbox.maintain(interval, int), outbox.register_slot(text, text), outbox.forget_slot(text),
  outbox.make_day(text, date), outbox.end_of_day(text, timestamptz), outbox.why_kept(text, pg_lsn) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION outbox.maintain(interval, int), outbox.register_slot(text, text), outbox.forget_slot(text)
  TO outbox_maintainer;
GRANT EXECUTE ON FUNCTION outbox.register_slot(text, text) TO outbox_relay;

SELECT count(*) AS partitions_made FROM outbox.maintain();
