-- Whoever traces and audits: may see which rows there are and when they were made, and nothing of what they say.
-- A DBA makes the users: CREATE ROLE audit LOGIN IN ROLE outbox_auditor, notification_operator PASSWORD ...
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'outbox_auditor') THEN
    CREATE ROLE outbox_auditor NOLOGIN;
  END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
  NULL;  -- made for another database of this cluster at the same moment
END $$;

GRANT USAGE ON SCHEMA outbox TO outbox_auditor;

-- On the tables alone and not on their days: rights on a table hold for all that is read through it, so a day that
-- outbox.maintain makes needs none.
DO $$
DECLARE
  name text;
BEGIN
  FOR name IN SELECT t.name FROM outbox.event_table t ORDER BY t.position LOOP
    EXECUTE format('GRANT SELECT (id, created_at) ON outbox.%I TO outbox_auditor', name);
  END LOOP;
END $$;

-- As before, and outbox_auditor sees the new tables too.
CREATE OR REPLACE FUNCTION outbox.add_tables(total int) RETURNS SETOF text
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  known int;
  name text;
  publication text;
BEGIN
  LOCK TABLE outbox.event_table IN SHARE ROW EXCLUSIVE MODE;
  SELECT count(*) INTO known FROM outbox.event_table;
  IF add_tables.total IS NULL OR add_tables.total NOT BETWEEN 1 AND 64 THEN
    RAISE invalid_parameter_value USING MESSAGE = 'outbox.add_tables: there can be 1 to 64 tables';
  END IF;
  IF add_tables.total < known THEN
    RAISE invalid_parameter_value USING MESSAGE = format(
      'outbox.add_tables: there are %s tables, and their number cannot shrink to %s, as rows may wait in each of them',
      known, add_tables.total);
  END IF;
  FOR number IN known + 1..add_tables.total LOOP
    name := 'event_' || number;
    publication := 'bongsu_' || number;
    EXECUTE format('CREATE TABLE outbox.%I (LIKE outbox.event INCLUDING ALL) PARTITION BY RANGE (created_at)', name);
    EXECUTE format('CREATE TABLE outbox.%I PARTITION OF outbox.%I DEFAULT', name || '_default', name);
    EXECUTE format(
      'CREATE PUBLICATION %I FOR TABLE outbox.%I WITH (publish = ''insert'', publish_via_partition_root = true)',
      publication, name);
    EXECUTE format(
      'GRANT INSERT (id, aggregatetype, aggregateid, type, payload, headers) ON outbox.%I TO outbox_writer', name);
    EXECUTE format('GRANT SELECT (id, created_at) ON outbox.%I TO outbox_auditor', name);
    INSERT INTO outbox.event_table VALUES (number - 1, name, publication);
    RETURN NEXT name;
  END LOOP;
  EXECUTE format(
    'CREATE OR REPLACE FUNCTION outbox.table_count() RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE AS ''SELECT %s''',
    add_tables.total);
  PERFORM outbox.maintain();
END $$;
