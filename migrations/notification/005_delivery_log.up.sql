-- The delivery log: what became of each delivery. A recorder writes it from notification.status, and can write it anew.

CREATE TABLE IF NOT EXISTS notification.delivery (
  event_day     date        NOT NULL,  -- UTC day of the event's time, so that replays find their row
  delivery_id   uuid        NOT NULL,
  event_id      uuid        NOT NULL,
  user_id       bigint,                -- null for a recipient written in the event
  channel       text        NOT NULL CHECK (channel IN ('push.ios', 'push.android', 'sms', 'email')),
  target        text        NOT NULL,
  category      text,
  template      text,
  state         text        NOT NULL CHECK (state IN (
    'SUPPRESSED', 'PENDING', 'DEFERRED', 'PROCESSING', 'RETRYING', 'AMBIGUOUS', 'FAIL', 'SUCCESS')),
  -- The order of statuses: a later one replaces an earlier one, whichever is written first.
  replay        int         NOT NULL DEFAULT 0 CHECK (replay >= 0),
  attempt       int         NOT NULL DEFAULT 0 CHECK (attempt >= 0),
  rank          smallint    NOT NULL GENERATED ALWAYS AS (CASE state
    WHEN 'SUPPRESSED' THEN 0 WHEN 'PENDING' THEN 1 WHEN 'DEFERRED' THEN 2 WHEN 'PROCESSING' THEN 3
    WHEN 'RETRYING' THEN 4 WHEN 'AMBIGUOUS' THEN 5 WHEN 'FAIL' THEN 6 ELSE 7 END) STORED,
  reason        text,                  -- why it was suppressed, deferred or failed
  provider_id   text,
  event_time    timestamptz NOT NULL,
  pending_at    timestamptz,           -- of its first attempt
  processing_at timestamptz,
  finished_at   timestamptz,
  updated_at    timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (event_day, delivery_id)
) PARTITION BY RANGE (event_day);
CREATE TABLE IF NOT EXISTS notification.delivery_default PARTITION OF notification.delivery DEFAULT;
CREATE INDEX IF NOT EXISTS delivery_event_id ON notification.delivery (event_id);
CREATE INDEX IF NOT EXISTS delivery_user ON notification.delivery (user_id, event_time);
-- What the sweeper looks for: deliveries that are not at an end.
CREATE INDEX IF NOT EXISTS delivery_open ON notification.delivery (updated_at)
  WHERE state IN ('PENDING', 'PROCESSING', 'RETRYING', 'AMBIGUOUS');

-- The numbers that the router gave for each event, without which nothing adds up.
CREATE TABLE IF NOT EXISTS notification.routed_event (
  event_day    date        NOT NULL,
  event_id     uuid        NOT NULL,
  replay       int         NOT NULL DEFAULT 0 CHECK (replay >= 0),
  deliveries   int         NOT NULL CHECK (deliveries >= 0),
  suppressions int         NOT NULL CHECK (suppressions >= 0),
  deferrals    int         NOT NULL CHECK (deferrals >= 0),
  routed_at    timestamptz NOT NULL,
  PRIMARY KEY (event_day, event_id, replay)
) PARTITION BY RANGE (event_day);
CREATE TABLE IF NOT EXISTS notification.routed_event_default PARTITION OF notification.routed_event DEFAULT;

-- The steps worth keeping: retries, failures, suppressions, deferrals. A full history would be a terabyte.
CREATE TABLE IF NOT EXISTS notification.delivery_event (
  event_day   date        NOT NULL,
  delivery_id uuid        NOT NULL,
  replay      int         NOT NULL,
  attempt     int         NOT NULL,
  state       text        NOT NULL CHECK (state IN ('SUPPRESSED', 'DEFERRED', 'RETRYING', 'AMBIGUOUS', 'FAIL')),
  reason      text,
  error_class text,
  error_code  text,
  happened_at timestamptz NOT NULL,
  PRIMARY KEY (event_day, delivery_id, replay, attempt, state)
) PARTITION BY RANGE (event_day);
CREATE TABLE IF NOT EXISTS notification.delivery_event_default PARTITION OF notification.delivery_event DEFAULT;

-- Makes the days ahead and drops those that are older than `keep`. Rows of a day without a partition lie in the default
-- one and are found there all the same; a day is not made while such rows are there. Each row of the answer says what
-- was done, or why it was not.
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

REVOKE ALL ON FUNCTION notification.maintain(interval) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION notification.maintain(interval) TO notification_recorder, notification_operator;
GRANT SELECT, INSERT, UPDATE ON notification.delivery, notification.routed_event TO notification_recorder;
GRANT SELECT, INSERT ON notification.delivery_event TO notification_recorder;
GRANT SELECT ON notification.delivery, notification.routed_event, notification.delivery_event
  TO notification_operator, notification_router;

SELECT count(*) AS partitions_made FROM notification.maintain();
