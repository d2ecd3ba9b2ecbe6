/** Views that analysts ask for first, made from released rows only. */

/**
 * `store_day`: what was released of a store on a day, summed over its rows, and how many of the day's hours those rows
 * cover. A released row covers its whole window: `rest` holds what no finer released row of that window holds, so the
 * two together are all of it. `visitors` are visitor-windows. A store-day without a released row is WITHHELD.
 */
const STORE_DAY = `
CREATE VIEW store_day AS
WITH keys AS (
  SELECT unit_id, day, any_value(cell) AS cell, any_value(resolution) AS resolution
  FROM visits WHERE unit_kind = 'store' GROUP BY unit_id, day
), released AS (
  SELECT unit_id, day, visitors, visits,
    epoch(window_start::TIMESTAMPTZ)::BIGINT // 3600 AS from_hour,
    epoch(window_end::TIMESTAMPTZ)::BIGINT // 3600 AS to_hour
  FROM visits WHERE unit_kind = 'store' AND status = 'RELEASED'
), sums AS (
  SELECT unit_id, day, sum(visitors)::BIGINT AS visitors, sum(visits)::BIGINT AS visits, count(*) AS released_rows
  FROM released GROUP BY unit_id, day
), hours AS (
  SELECT unit_id, day, count(DISTINCT hour) AS hours_covered
  FROM (SELECT unit_id, day, unnest(range(from_hour, to_hour)) AS hour FROM released) GROUP BY unit_id, day
)
SELECT keys.unit_id, keys.day, keys.cell, keys.resolution,
  CASE WHEN sums.released_rows IS NULL THEN 'WITHHELD' ELSE 'RELEASED' END AS status,
  sums.visitors, sums.visits, coalesce(hours.hours_covered, 0) AS hours_covered,
  coalesce(sums.released_rows, 0) AS released_rows,
  keys.cell AS hex_id, h3_cell_to_lat(keys.cell) AS latitude, h3_cell_to_lng(keys.cell) AS longitude
FROM keys LEFT JOIN sums USING (unit_id, day) LEFT JOIN hours USING (unit_id, day)`;

/** `week_on_week`: a store's day beside the same weekday a week before; compare only where both cover the same hours. */
const WEEK_ON_WEEK = `
CREATE VIEW week_on_week AS
SELECT now.unit_id, now.day, now.visits, before.visits AS visits_week_before,
  now.hours_covered, before.hours_covered AS hours_covered_week_before, now.cell, now.hex_id, now.latitude, now.longitude
FROM store_day AS now JOIN store_day AS before
  ON before.unit_id = now.unit_id AND before.day = strftime(now.day::DATE - 7, '%Y-%m-%d')
WHERE now.status = 'RELEASED' AND before.status = 'RELEASED'`;

export const DERIVED_VIEWS: readonly string[] = [STORE_DAY, WEEK_ON_WEEK];
