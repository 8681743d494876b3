-- Takes categories, preferences, consents with their history, and suppressions away: opt-outs are lost with them. Keep a
-- copy before.
DROP TABLE IF EXISTS notification.suppression;
DROP TABLE IF EXISTS notification.consent;
DROP TABLE IF EXISTS notification.consent_history;
DROP FUNCTION IF EXISTS notification.keep_consent();
DROP TABLE IF EXISTS notification.preference;
DROP TABLE IF EXISTS notification.category;
