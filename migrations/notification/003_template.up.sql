-- What notifications say: a text for each channel and locale, in versions.
CREATE TABLE IF NOT EXISTS notification.template (
  template_key        varchar(100) NOT NULL CHECK (template_key ~ '^[A-Za-z0-9][A-Za-z0-9._-]*$'),
  channel             text         NOT NULL CHECK (channel IN ('push', 'sms', 'email')),
  locale              varchar(35)  NOT NULL DEFAULT 'default'  -- BCP 47, or default for what has none of its own
    CHECK (locale ~ '^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$'),
  version             int          NOT NULL DEFAULT 1 CHECK (version > 0),
  state               text         NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'active', 'retired')),
  subject             text         CHECK (octet_length(subject) <= 4096),
  title               text         CHECK (octet_length(title) <= 4096),
  body                text         NOT NULL CHECK (octet_length(body) <= 524288),
  action_key          varchar(200),         -- APNs' action-loc-key
  badge               varchar(200),         -- a number, or the name of the parameter that holds it
  required_parameters text[]       NOT NULL DEFAULT '{}',
  created_at          timestamptz  NOT NULL DEFAULT now(),
  PRIMARY KEY (template_key, channel, locale, version),
  CHECK ((channel = 'email') = (subject IS NOT NULL)),
  CHECK (channel = 'push' OR title IS NULL AND action_key IS NULL AND badge IS NULL),
  CHECK (array_position(required_parameters, NULL) IS NULL)
);
-- One active version of each.
CREATE UNIQUE INDEX IF NOT EXISTS template_active ON notification.template (template_key, channel, locale)
  WHERE state = 'active';

-- The version that caches compare: any change of a key's templates raises it. A key that is gone keeps its row.
CREATE TABLE IF NOT EXISTS notification.template_version (
  template_key varchar(100) PRIMARY KEY,
  version      bigint       NOT NULL
);
CREATE OR REPLACE FUNCTION notification.raise_template_version() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  keys text[];
BEGIN
  IF TG_OP = 'TRUNCATE' THEN
    SELECT array_agg(template_key) INTO keys FROM notification.template_version;
  ELSIF TG_OP = 'INSERT' THEN
    SELECT array_agg(DISTINCT template_key) INTO keys FROM new_rows;
  ELSIF TG_OP = 'DELETE' THEN
    SELECT array_agg(DISTINCT template_key) INTO keys FROM old_rows;
  ELSE
    SELECT array_agg(template_key) INTO keys
    FROM (SELECT template_key FROM new_rows UNION SELECT template_key FROM old_rows) AS rows;
  END IF;
  INSERT INTO notification.template_version AS t (template_key, version)
  SELECT key, nextval('notification.version') FROM (SELECT unnest(keys) AS key ORDER BY 1) AS sorted
  ON CONFLICT (template_key) DO UPDATE SET version = nextval('notification.version');
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER raise_after_insert AFTER INSERT ON notification.template
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION notification.raise_template_version();
CREATE OR REPLACE TRIGGER raise_after_update AFTER UPDATE ON notification.template
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION notification.raise_template_version();
CREATE OR REPLACE TRIGGER raise_after_delete AFTER DELETE ON notification.template
  REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION notification.raise_template_version();
CREATE OR REPLACE TRIGGER raise_after_truncate AFTER TRUNCATE ON notification.template
  FOR EACH STATEMENT EXECUTE FUNCTION notification.raise_template_version();

-- Puts one version into use, and retires the one that was. False when there is no such version.
CREATE OR REPLACE FUNCTION notification.activate_template(
  template_key text, channel text, locale text, version int
) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM FROM notification.template t
  WHERE t.template_key = activate_template.template_key AND t.channel = activate_template.channel
    AND t.locale = activate_template.locale AND t.version = activate_template.version FOR NO KEY UPDATE;
  IF NOT FOUND THEN RETURN false; END IF;
  UPDATE notification.template t SET state = 'retired'
  WHERE t.template_key = activate_template.template_key AND t.channel = activate_template.channel
    AND t.locale = activate_template.locale AND t.state = 'active' AND t.version <> activate_template.version;
  UPDATE notification.template t SET state = 'active'
  WHERE t.template_key = activate_template.template_key AND t.channel = activate_template.channel
    AND t.locale = activate_template.locale AND t.version = activate_template.version AND t.state <> 'active';
  RETURN true;
END $$;

REVOKE ALL ON FUNCTION notification.raise_template_version(),
  notification.activate_template(text, text, text, int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION notification.activate_template(text, text, text, int) TO notification_operator;
GRANT SELECT ON notification.template, notification.template_version TO notification_router, notification_operator;
GRANT INSERT, UPDATE, DELETE ON notification.template TO notification_operator;
