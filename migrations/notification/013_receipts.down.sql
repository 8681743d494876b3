-- Takes receipts back; recorders of that version have to be stopped before. The role stays, as it belongs to the whole
-- cluster, and has no rights here any more.
DROP TABLE IF EXISTS notification.awaited_receipt;
ALTER TABLE IF EXISTS notification.delivery DROP COLUMN IF EXISTS receipt, DROP COLUMN IF EXISTS receipt_code;
ALTER TABLE IF EXISTS notification.delivery_archive DROP COLUMN IF EXISTS receipt, DROP COLUMN IF EXISTS receipt_code;
DO $$
BEGIN
  IF to_regtype('notification.receipt') IS NOT NULL THEN
    DROP FUNCTION IF EXISTS notification.receipt_rank(notification.receipt);
  END IF;
  IF to_regclass('notification.delivery') IS NOT NULL
    AND EXISTS (SELECT FROM pg_roles WHERE rolname = 'notification_worker') THEN
    REVOKE ALL ON notification.delivery FROM notification_worker;
    REVOKE ALL ON SCHEMA notification FROM notification_worker;
  END IF;
END $$;
DROP TYPE IF EXISTS notification.receipt;
