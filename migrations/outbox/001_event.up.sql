-- The outbox: services insert here in their own transactions, and the relay reads the rows from the log.
-- Columns are those of Debezium's Outbox Event Router. Apply it with: psql -v ON_ERROR_STOP=1 -1 -f FILE
-- as the owner of the database, who needs CREATEROLE for the first time. Applied twice it changes nothing.

-- Groups without a log-in. A DBA makes the users: CREATE ROLE relay LOGIN REPLICATION IN ROLE outbox_relay PASSWORD ...
DO $$
DECLARE
  role text;
BEGIN
  FOREACH role IN ARRAY ARRAY[
    'outbox_writer',      -- services: insert, nothing else
    'outbox_relay',       -- relays: tell which slot reads what; rows come from the log, which needs no right to select
    'outbox_maintainer'   -- who runs outbox.maintain: a relay, cron or a person
  ] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role) THEN
      BEGIN
        EXECUTE format('CREATE ROLE %I NOLOGIN', role);
      EXCEPTION WHEN duplicate_object OR unique_violation THEN
        NULL;  -- made for another database of this cluster at the same moment
      END;
    END IF;
  END LOOP;
END $$;

CREATE SCHEMA IF NOT EXISTS outbox;

CREATE TABLE IF NOT EXISTS outbox.event (
  id            uuid        NOT NULL,                -- UUIDv7, made by the writer; never changes afterwards
  aggregatetype text        NOT NULL,                -- what the event is about; routes choose the topic by it
  aggregateid   text        NOT NULL,                -- Kafka's key: order is kept per value
  type          text        NOT NULL,
  payload       jsonb       NOT NULL,
  headers       jsonb,                               -- an object; its members become Kafka headers
  created_at    timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (created_at, id)
) PARTITION BY RANGE (created_at);

-- The safety net: rows of a day without a partition. outbox.maintain moves them.
CREATE TABLE IF NOT EXISTS outbox.event_default PARTITION OF outbox.event DEFAULT;

-- The tables of this outbox: one, unless outbox.add_tables made more. An event's table follows from its aggregateid.
CREATE TABLE IF NOT EXISTS outbox.event_table (
  position    int  PRIMARY KEY CHECK (position BETWEEN 0 AND 63),
  name        text NOT NULL UNIQUE,
  publication text NOT NULL UNIQUE
);
INSERT INTO outbox.event_table VALUES (0, 'event', 'bongsu') ON CONFLICT DO NOTHING;

-- Inserts only, so that dropping old days stays off the wire; under the parent's name, so that a new day needs nothing.
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_publication WHERE pubname = 'bongsu') THEN
    CREATE PUBLICATION bongsu FOR TABLE outbox.event WITH (publish = 'insert', publish_via_partition_root = true);
  END IF;
END $$;

GRANT USAGE ON SCHEMA outbox TO outbox_writer, outbox_relay, outbox_maintainer;
-- Not created_at: a day that has ended gets no row any more once its last transaction is over.
GRANT INSERT (id, aggregatetype, aggregateid, type, payload, headers) ON outbox.event TO outbox_writer;
GRANT SELECT ON outbox.event_table TO outbox_writer;
