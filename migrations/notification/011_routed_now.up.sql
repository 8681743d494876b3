-- What the router's numbers of an event add up to: of each of its parts (the whole, recipients who were known later,
-- deliveries that had waited) those of its last replay. Columns that a part needs are null-safe, so that this view holds
-- whatever the table gains.
CREATE OR REPLACE VIEW notification.routed_now AS
SELECT DISTINCT ON (event_day, event_id, part)
  event_day, event_id, part, replay, deliveries, suppressions, deferrals, unresolved, is_release, routed_at
FROM (
  SELECT r.event_day, r.event_id, r.replay, r.deliveries, r.suppressions, r.deferrals, r.routed_at,
    coalesce(to_jsonb(r) ->> 'part', '') AS part, coalesce((to_jsonb(r) ->> 'unresolved')::int, 0) AS unresolved,
    coalesce((to_jsonb(r) ->> 'is_release')::boolean, false) AS is_release
  FROM notification.routed_event r
) AS parts
ORDER BY event_day, event_id, part, replay DESC;

REVOKE ALL ON notification.routed_now FROM PUBLIC;
GRANT SELECT ON notification.routed_now TO notification_operator;
