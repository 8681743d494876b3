-- Takes all templates away; `bongsu template export` keeps a copy.
DROP FUNCTION IF EXISTS notification.activate_template(text, text, text, int);
DROP TABLE IF EXISTS notification.template;
DROP TABLE IF EXISTS notification.template_version;
DROP FUNCTION IF EXISTS notification.raise_template_version();
