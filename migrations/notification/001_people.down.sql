-- Takes users, contacts and devices away. The roles stay, as they belong to the whole cluster.
DROP FUNCTION IF EXISTS notification.disable_device(bigint, text, timestamptz);
DROP FUNCTION IF EXISTS notification.register_device(bigint, text, text, text, text, text, text);
DROP TABLE IF EXISTS notification.device;
DROP TABLE IF EXISTS notification.contact;
DROP TABLE IF EXISTS notification.app_user;
DROP FUNCTION IF EXISTS notification.follow_addresses();
DROP FUNCTION IF EXISTS notification.raise_user_version();
DROP FUNCTION IF EXISTS notification.raise_version();
DROP SEQUENCE IF EXISTS notification.version;
DROP SCHEMA IF EXISTS notification;
