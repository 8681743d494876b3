-- Takes the further tables away with all their rows; outbox.event stays. Their slots are not touched: drop them once no
-- relay reads them.
DO $$
DECLARE
  extra record;
BEGIN
  FOR extra IN DELETE FROM outbox.event_table WHERE position > 0 RETURNING name, publication LOOP
    EXECUTE format('DROP PUBLICATION IF EXISTS %I', extra.publication);
    EXECUTE format('DROP TABLE IF EXISTS outbox.%I', extra.name);
    DELETE FROM outbox.day_end e WHERE e.partition ~ ('^' || extra.name || '_');
    DELETE FROM outbox.slot s WHERE s.publication = extra.publication;
  END LOOP;
END $$;
CREATE OR REPLACE FUNCTION outbox.table_count() RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT 1';
DROP FUNCTION IF EXISTS outbox.add_tables(int);
