-- notification.maintain archives as notification.maintain_log does, of which it is now a short form: nothing leaves the
-- log without having been in the archive.

CREATE OR REPLACE FUNCTION notification.maintain(keep interval DEFAULT '90 days')
RETURNS TABLE (action text, object text, detail text)
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  -- With more than a year hot, the archive's end moves along.
  SELECT m.action, m.object, m.detail
  FROM notification.maintain_log(maintain.keep, greatest(interval '365 days', maintain.keep)) AS m
$$;
