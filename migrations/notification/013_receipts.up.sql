-- What became of messages after their provider took them: the carrier's word, beside the state and not in its place, as
-- that says what the provider did. A column without a default and an enumeration need no reading of what is there.

-- By its rank: a later word replaces an earlier one.
DO $$
BEGIN
  IF to_regtype('notification.receipt') IS NULL THEN
    CREATE TYPE notification.receipt AS ENUM ('UNKNOWN', 'UNDELIVERED', 'DELIVERED');
  END IF;
END $$;

CREATE OR REPLACE FUNCTION notification.receipt_rank(receipt notification.receipt) RETURNS int
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE receipt WHEN 'UNKNOWN' THEN 1 WHEN 'UNDELIVERED' THEN 2 WHEN 'DELIVERED' THEN 3 END
$$;
REVOKE ALL ON FUNCTION notification.receipt_rank(notification.receipt) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION notification.receipt_rank(notification.receipt)
  TO notification_recorder, notification_operator;

ALTER TABLE notification.delivery ADD COLUMN IF NOT EXISTS receipt notification.receipt;
ALTER TABLE notification.delivery ADD COLUMN IF NOT EXISTS receipt_code text;
-- Days of the log are attached to it later, so it has the same columns.
ALTER TABLE notification.delivery_archive ADD COLUMN IF NOT EXISTS receipt notification.receipt;
ALTER TABLE notification.delivery_archive ADD COLUMN IF NOT EXISTS receipt_code text;

-- Messages whose receipt is to be asked for. A recorder adds a row with the SUCCESS and takes it away with the receipt;
-- a worker that asks moves due_at on before it asks, so that one that dies leaves nothing behind.
CREATE TABLE IF NOT EXISTS notification.awaited_receipt (
  event_day   date        NOT NULL,
  delivery_id uuid        NOT NULL,
  provider_id text        NOT NULL,  -- VENDOR:ID
  accepted_at timestamptz NOT NULL,
  due_at      timestamptz NOT NULL,
  asks        int         NOT NULL DEFAULT 0 CHECK (asks >= 0),
  PRIMARY KEY (event_day, delivery_id)
) WITH (autovacuum_vacuum_scale_factor = 0.02);
CREATE INDEX IF NOT EXISTS awaited_receipt_due ON notification.awaited_receipt (due_at);
CREATE INDEX IF NOT EXISTS awaited_receipt_provider ON notification.awaited_receipt (provider_id);

-- Workers that ask: they read what they ask about, and write nothing but when they ask next.
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'notification_worker') THEN
    CREATE ROLE notification_worker NOLOGIN;
  END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
  NULL;  -- made for another database of this cluster at the same moment
END $$;
GRANT USAGE ON SCHEMA notification TO notification_worker;
GRANT SELECT ON notification.delivery, notification.awaited_receipt TO notification_worker;
GRANT UPDATE (due_at, asks) ON notification.awaited_receipt TO notification_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON notification.awaited_receipt TO notification_recorder;
GRANT SELECT ON notification.awaited_receipt TO notification_operator;
