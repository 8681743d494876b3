-- Addresses that a provider has called dead are sent to no more: the recorder has them suppressed, and sees none of them.

-- Sixteen bits of an address, as the workers' statuses carry them: enough to tell that it is still the same one, and far
-- too few to tell which.
CREATE OR REPLACE FUNCTION notification.address_mark(address text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
  SELECT left(encode(sha256(convert_to(address_mark.address, 'UTF8')), 'hex'), 4)
$$;

-- Suppresses the address of a contact that is dead, unless it is another one by now or was proved to be the user's since.
-- True when it did: an address that is suppressed already stays as it is. An operator lifts it by `until = now()`, after
-- which only a later word suppresses it again.
CREATE OR REPLACE FUNCTION notification.suppress_contact(
  contact_id bigint, kind text, mark text, reason text, dead_since timestamptz
) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  dead text;
BEGIN
  SELECT CASE c.kind WHEN 'email' THEN u.email ELSE u.phone_number END INTO dead
  FROM notification.contact c JOIN notification.app_user u ON u.user_id = c.user_id
  WHERE c.contact_id = suppress_contact.contact_id AND c.kind = suppress_contact.kind
    AND (c.verified_at IS NULL OR c.verified_at <= suppress_contact.dead_since);
  IF dead IS NULL OR notification.address_mark(dead) <> suppress_contact.mark THEN RETURN false; END IF;
  INSERT INTO notification.suppression AS old (kind, address, reason)
  VALUES (suppress_contact.kind, CASE suppress_contact.kind WHEN 'email' THEN lower(dead) ELSE dead END,
    suppress_contact.reason)
  ON CONFLICT ON CONSTRAINT suppression_pkey DO UPDATE SET reason = excluded.reason, until = NULL, created_at = now()
  WHERE old.until <= suppress_contact.dead_since;
  RETURN FOUND;
END $$;

REVOKE ALL ON FUNCTION notification.address_mark(text),
  notification.suppress_contact(bigint, text, text, text, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION notification.suppress_contact(bigint, text, text, text, timestamptz)
  TO notification_recorder, notification_operator;
-- It writes none by itself any more.
REVOKE INSERT ON notification.suppression FROM notification_recorder;
