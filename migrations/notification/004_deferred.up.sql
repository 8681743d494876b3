-- Deliveries that wait for their time: scheduled ones, and advertising that fell into the night.

DO $$
BEGIN
  IF to_regprocedure('outbox.table_of(text)') IS NULL THEN
    RAISE undefined_function USING MESSAGE = 'deferred deliveries are released through an outbox in this database',
      HINT = 'Apply migrations/outbox first, as with bongsu migrate outbox.';
  END IF;
END $$;

-- The event of each, once, whatever the number of its deliveries.
CREATE TABLE IF NOT EXISTS notification.deferred_event (
  event_id      uuid        PRIMARY KEY,
  aggregatetype text        NOT NULL,
  aggregateid   text        NOT NULL,
  type          text        NOT NULL,
  payload       jsonb       NOT NULL CHECK (jsonb_typeof(payload) = 'object'),
  headers       jsonb       CHECK (jsonb_typeof(headers) = 'object'),
  event_time    timestamptz NOT NULL  -- when the event was written first; it stays through every deferral
);

CREATE TABLE IF NOT EXISTS notification.deferred (
  event_id    uuid        NOT NULL REFERENCES notification.deferred_event,
  channel     text        NOT NULL CHECK (channel IN ('push.ios', 'push.android', 'sms', 'email')),
  target      text        NOT NULL,  -- of the delivery id: a device's or contact's id, or a recipient's index
  due_at      timestamptz NOT NULL,
  reason      text        NOT NULL,
  deferred_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (event_id, channel, target)
);
CREATE INDEX IF NOT EXISTS deferred_due ON notification.deferred (due_at, event_id);

-- What may be released at present: a bucket that fills by the rate of whoever asks, and holds one second of it.
CREATE TABLE IF NOT EXISTS notification.release_pace (
  only_row  boolean          PRIMARY KEY DEFAULT true CHECK (only_row),
  budget    double precision NOT NULL DEFAULT 0,
  filled_at timestamptz      NOT NULL DEFAULT '-infinity'
);
INSERT INTO notification.release_pace DEFAULT VALUES ON CONFLICT DO NOTHING;

-- Releases up to `most` deliveries that are due, those that wait longest first: they leave the table, and a row for each
-- of their events, restricted to them, enters the outbox of this database, in the caller's one transaction. `per_second`
-- bounds all callers together. Returns how many were released: fewer than `most` when no more are due, when the rate is
-- used up, or when another releases at this moment.
CREATE OR REPLACE FUNCTION notification.release_deferred(most int, per_second int DEFAULT NULL) RETURNS int
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  item record;
  released int := 0;
BEGIN
  IF NOT pg_try_advisory_xact_lock('notification.deferred'::regclass::oid::bigint) THEN RETURN 0; END IF;
  IF NOT EXISTS (SELECT FROM notification.deferred WHERE due_at <= now()) THEN RETURN 0; END IF;
  IF per_second IS NOT NULL THEN
    UPDATE notification.release_pace SET filled_at = clock_timestamp(), budget = CASE
      WHEN filled_at < clock_timestamp() - interval '1 second' THEN per_second
      ELSE least(per_second, budget + per_second * extract(epoch FROM clock_timestamp() - filled_at)) END
    RETURNING least(most, floor(budget)::int) INTO most;
  END IF;
  FOR item IN
    WITH due AS (
      SELECT event_id, channel, target FROM notification.deferred
      WHERE due_at <= now() ORDER BY due_at, event_id LIMIT release_deferred.most
    ), gone AS (
      DELETE FROM notification.deferred d USING due
      WHERE (d.event_id, d.channel, d.target) = (due.event_id, due.channel, due.target)
      RETURNING d.event_id, d.channel, d.target
    )
    SELECT e.*, r.deliveries, r.number
    FROM (
      SELECT event_id, count(*)::int AS number,
        jsonb_agg(jsonb_build_object('channel', channel, 'target', target) ORDER BY channel, target) AS deliveries
      FROM gone GROUP BY event_id
    ) AS r JOIN notification.deferred_event e USING (event_id)
  LOOP
    EXECUTE format(
      'INSERT INTO outbox.%I (id, aggregatetype, aggregateid, type, payload, headers) VALUES ($1, $2, $3, $4, $5, $6)',
      outbox.table_of(item.aggregateid))
    USING item.event_id, item.aggregatetype, item.aggregateid, item.type,
      item.payload || jsonb_build_object('release', jsonb_build_object(
        'eventTime', item.event_time, 'deliveries', item.deliveries)),
      item.headers;
    DELETE FROM notification.deferred_event e
    WHERE e.event_id = item.event_id
      AND NOT EXISTS (SELECT FROM notification.deferred d WHERE d.event_id = item.event_id);
    released := released + item.number;
  END LOOP;
  IF per_second IS NOT NULL THEN UPDATE notification.release_pace SET budget = budget - released; END IF;
  RETURN released;
END $$;

REVOKE ALL ON FUNCTION notification.release_deferred(int, int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION notification.release_deferred(int, int) TO notification_router;
GRANT SELECT, INSERT ON notification.deferred_event, notification.deferred TO notification_router;
GRANT SELECT ON notification.deferred_event, notification.deferred TO notification_operator;
