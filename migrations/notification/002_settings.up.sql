-- What may be sent to whom: categories, preferences, consents, suppressions. Routers read them for every batch and keep
-- them in no cache, so that a commit here holds for the next batch.

-- What a notification is for, and what that may pass over.
CREATE TABLE IF NOT EXISTS notification.category (
  category            varchar(64) PRIMARY KEY CHECK (category ~ '^[a-z][a-z0-9_.-]*$'),
  kind                text        NOT NULL CHECK (kind IN ('transactional', 'security', 'service', 'advertising')),
  bypasses_opt_out    boolean     NOT NULL DEFAULT false,
  bypasses_rate_limit boolean     NOT NULL DEFAULT false,
  -- The law asks for consent and quiet at night where something is advertised.
  CHECK (kind <> 'advertising' OR NOT bypasses_opt_out AND NOT bypasses_rate_limit)
);
INSERT INTO notification.category (category, kind, bypasses_opt_out, bypasses_rate_limit) VALUES
  ('transactional', 'transactional', false, true), ('security', 'security', true, true),
  ('service', 'service', false, false), ('advertising', 'advertising', false, false)
ON CONFLICT DO NOTHING;

-- A user's choice. With category and channel for just that, with the channel alone its default, with neither the master
-- switch: where that is off nothing is sent that may not bypass it. What is nowhere chosen is on.
CREATE TABLE IF NOT EXISTS notification.preference (
  user_id    bigint      NOT NULL REFERENCES notification.app_user ON DELETE CASCADE,
  category   varchar(64) REFERENCES notification.category,
  channel    text        CHECK (channel IN ('push', 'sms', 'email')),
  enabled    boolean     NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE NULLS NOT DISTINCT (user_id, category, channel),
  CHECK (category IS NULL OR channel IS NOT NULL)
);

-- Advertising needs consent, at night one more; both are asked for again every two years.
CREATE TABLE IF NOT EXISTS notification.consent (
  user_id      bigint       NOT NULL REFERENCES notification.app_user ON DELETE CASCADE,
  kind         text         NOT NULL CHECK (kind IN ('advertising', 'night_advertising')),
  granted      boolean      NOT NULL,
  decided_at   timestamptz  NOT NULL DEFAULT now(),
  source       varchar(200) NOT NULL CHECK (source <> ''),  -- where the user decided, as app/settings
  reconfirm_at timestamptz  CHECK (reconfirm_at > decided_at),
  PRIMARY KEY (user_id, kind),
  CHECK (NOT granted OR reconfirm_at IS NOT NULL)
);

-- Each decision, kept as proof also when the user decides anew.
CREATE TABLE IF NOT EXISTS notification.consent_history (
  user_id    bigint      NOT NULL,
  kind       text        NOT NULL,
  granted    boolean     NOT NULL,
  decided_at timestamptz NOT NULL,
  source     text        NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX IF NOT EXISTS consent_history_user ON notification.consent_history (user_id, recorded_at);
CREATE OR REPLACE FUNCTION notification.keep_consent() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  INSERT INTO notification.consent_history (user_id, kind, granted, decided_at, source)
  VALUES (NEW.user_id, NEW.kind, NEW.granted, NEW.decided_at, NEW.source);
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER keep_consent AFTER INSERT OR UPDATE ON notification.consent
  FOR EACH ROW EXECUTE FUNCTION notification.keep_consent();

-- Addresses and devices to which nothing is sent, whoever has them: bounces, complaints, requests. E-mail addresses in
-- small letters, phone numbers as E.164, devices by their id.
CREATE TABLE IF NOT EXISTS notification.suppression (
  kind       text         NOT NULL CHECK (kind IN ('email', 'phone', 'device')),
  address    varchar(254) NOT NULL CHECK (address <> ''),
  reason     varchar(64)  NOT NULL CHECK (reason ~ '^[a-z][a-z0-9_.-]*$'),
  until      timestamptz,  -- null: for good
  created_at timestamptz  NOT NULL DEFAULT now(),
  PRIMARY KEY (kind, address),
  CHECK (kind <> 'email' OR address = lower(address)),
  CHECK (kind <> 'phone' OR address ~ '^\+[1-9][0-9]{6,14}$'),
  CHECK (kind <> 'device' OR address ~ '^[1-9][0-9]*$')
);

REVOKE ALL ON FUNCTION notification.keep_consent() FROM PUBLIC;
GRANT SELECT ON notification.category, notification.preference, notification.consent, notification.suppression
  TO notification_service, notification_router, notification_operator;
GRANT INSERT, UPDATE, DELETE ON notification.preference TO notification_service, notification_operator;
GRANT INSERT, UPDATE ON notification.consent TO notification_service, notification_operator;
GRANT SELECT ON notification.consent_history TO notification_operator;
GRANT INSERT ON notification.suppression TO notification_service, notification_recorder;
GRANT INSERT, UPDATE, DELETE ON notification.suppression, notification.category TO notification_operator;
