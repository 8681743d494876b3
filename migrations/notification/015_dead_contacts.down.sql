-- Takes the suppressing of dead contacts back; recorders of that version have to be stopped before. What was suppressed
-- stays.
DROP FUNCTION IF EXISTS notification.suppress_contact(bigint, text, text, text, timestamptz);
DROP FUNCTION IF EXISTS notification.address_mark(text);
DO $$
BEGIN
  IF to_regclass('notification.suppression') IS NOT NULL THEN
    GRANT INSERT ON notification.suppression TO notification_recorder;
  END IF;
END $$;
