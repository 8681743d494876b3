-- The outbox: services insert here in their own transactions, and the relay reads the rows from the log.
-- Columns are those of Debezium's Outbox Event Router. Apply it with: psql -v ON_ERROR_STOP=1 -1 -f FILE
-- Applied twice it changes nothing.

DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'outbox_writer') THEN
    CREATE ROLE outbox_writer NOLOGIN;  -- services: insert, nothing else
  END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'outbox_maintainer') THEN
    CREATE ROLE outbox_maintainer NOLOGIN;  -- runs outbox.maintain
  END IF;
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

-- Inserts only, so that dropping old days stays off the wire; under the parent's name, so that a new day needs nothing.
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_publication WHERE pubname = 'bongsu') THEN
    CREATE PUBLICATION bongsu FOR TABLE outbox.event WITH (publish = 'insert', publish_via_partition_root = true);
  END IF;
END $$;

GRANT USAGE ON SCHEMA outbox TO outbox_writer, outbox_maintainer;
GRANT INSERT ON outbox.event TO outbox_writer;
