-- Totals of a filter by groups. $13 group_by, $14 then_by, $15 first day of the week, $16 first day
-- of the month, $17 how many groups to name (null: all), $18 whether groups without rows are wanted,
-- $19 and $20 first and last day to look for such groups (null: those of the rows), $21 most rows.
-- Group keys of time sort as time; a weekday's key has a digit in front for that.
-- name: groups
WITH
-- include: filter
, hit AS (
    SELECT m.slot, m.expense_id, m.spent_on, m.category_id, m.user_id, m.account_id, m.kind,
           m.currency, m.amount, m.value, m.pending, m.merchant_folded, m.deleted, m.kind_counts,
           NOT m.deleted AND m.kind_counts AS included
    FROM matched m
),
-- include: basis
, middle AS (
    -- The two middle amounts, or the one twice; half of their sum is the median, exactly. Sorting
    -- everything is worth it only for a figure of its own, without groups.
    SELECT CASE WHEN count(*) = 1 THEN 2 * max(m.value) ELSE sum(m.value) END AS twice_median
    FROM (SELECT h.value
          FROM hit h
          WHERE h.slot = 1 AND h.included AND h.value IS NOT NULL AND $13::text = 'none'
          ORDER BY h.value
          OFFSET (SELECT greatest((b.counted - 1) / 2, 0) FROM basis b)
          LIMIT (SELECT 2 - b.counted % 2 FROM basis b)) m
), cells AS MATERIALIZED (
    -- Summed up by what the groupings need, before anything is joined.
    SELECT h.slot,
           CASE WHEN ARRAY[$13, $14] && ARRAY['category', 'parent_category'] THEN h.category_id END
               AS category_id,
           CASE WHEN 'user' IN ($13::text, $14::text) THEN h.user_id END AS user_id,
           CASE WHEN 'account' IN ($13::text, $14::text) THEN h.account_id END AS account_id,
           CASE WHEN 'currency' IN ($13::text, $14::text) THEN h.currency END AS currency,
           CASE WHEN 'kind' IN ($13::text, $14::text) THEN h.kind END AS kind,
           CASE WHEN 'merchant' IN ($13::text, $14::text) THEN h.merchant_folded END
               AS merchant_folded,
           CASE WHEN 'tag' IN ($13::text, $14::text) THEN h.expense_id END AS expense_id,
           CASE WHEN ARRAY[$13, $14] && ARRAY['day', 'week', 'weekday'] THEN h.spent_on
                WHEN ARRAY[$13, $14] && ARRAY['month', 'quarter', 'year']
                THEN date_trunc('month', (h.spent_on - ($16::integer - 1))::timestamp)::date
                     + ($16::integer - 1) END AS day,
           sum(h.value) AS total, count(*) AS counted, max(h.expense_id) AS newest
    FROM hit h
    WHERE h.included AND h.value IS NOT NULL AND $13::text <> 'none'
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
), days AS (
    SELECT c.day FROM cells c WHERE c.day IS NOT NULL
    UNION
    SELECT g.day::date
    FROM basis b
    CROSS JOIN generate_series(coalesce($19::date, b.first_day::date)::timestamp,
                               coalesce($20::date, b.last_day::date)::timestamp,
                               interval '1 day') AS g (day)
    WHERE $18::boolean
),
-- include: group_keys
, sums AS (
    SELECT grouping(k.key2) = 1 AS is_group, k.key1, k.key2,
           sum(k.total) FILTER (WHERE k.slot = 1) AS total,
           coalesce(sum(k.counted) FILTER (WHERE k.slot = 1), 0)::bigint AS counted,
           sum(k.total) FILTER (WHERE k.slot > 1) AS before
    FROM keyed k
    GROUP BY GROUPING SETS ((k.key1), (k.key1, k.key2))
), wished AS (
    -- Groups to show although they have no rows.
    SELECT n.level, n.key
    FROM (
        SELECT d.level, d.key
        FROM day_keys d
        WHERE $19::date IS NULL OR d.day BETWEEN $19::date AND $20::date
        UNION
        SELECT v.level, c.path
        FROM unnest(ARRAY[$13::text, $14::text]) WITH ORDINALITY AS v (unit, level)
        JOIN ninepence.categories c ON c.ledger_id = $1::bigint AND NOT c.archived
            AND (v.unit = 'category' OR v.unit = 'parent_category' AND c.parent_id IS NULL)
            AND (c.kind = ANY ($12::text[]))
            AND ((SELECT categories FROM wanted) IS NULL
                 OR c.category_id = ANY ((SELECT categories FROM wanted)::bigint[]))
        UNION
        SELECT v.level, u.name
        FROM unnest(ARRAY[$13::text, $14::text]) WITH ORDINALITY AS v (unit, level)
        JOIN ninepence.users u ON u.ledger_id = $1::bigint AND v.unit = 'user'
            AND ((SELECT users FROM wanted) IS NULL
                 OR u.user_id = ANY ((SELECT users FROM wanted)::bigint[]))
        UNION
        SELECT v.level, o.name
        FROM unnest(ARRAY[$13::text, $14::text]) WITH ORDINALITY AS v (unit, level)
        JOIN ninepence.accounts o ON o.ledger_id = $1::bigint AND v.unit = 'account'
            AND NOT o.archived
            AND ((SELECT accounts FROM wanted) IS NULL
                 OR o.account_id = ANY ((SELECT accounts FROM wanted)::bigint[]))
        UNION
        SELECT 1, s.key1 FROM sums s
        UNION
        SELECT 2, s.key2 FROM sums s WHERE NOT s.is_group
        UNION
        SELECT 2, '' WHERE $14::text = 'none'
    ) n
    WHERE $18::boolean AND $13::text <> 'none'
), leaves AS (
    SELECT s.key1, s.key2, coalesce(s.total, 0) AS total, s.counted, coalesce(s.before, 0) AS before
    FROM sums s
    WHERE NOT s.is_group
    UNION ALL
    SELECT a.key, b.key, 0, 0, 0
    FROM wished a
    JOIN wished b ON b.level = 2
    WHERE a.level = 1
        AND NOT EXISTS (SELECT 1 FROM sums s
                        WHERE NOT s.is_group AND s.key1 = a.key AND s.key2 = b.key)
), heads AS (
    SELECT l.key1, sum(l.total) AS total,
           row_number() OVER (ORDER BY sum(l.total) DESC, l.key1) AS rank
    FROM leaves l
    GROUP BY l.key1
), ordered AS (
    SELECT l.key1, l.key2, l.total, l.counted, l.before,
           coalesce(g.rank <= $17::bigint, true) AS is_named,
           row_number() OVER (ORDER BY coalesce(g.rank <= $17::bigint, true) DESC,
                              CASE WHEN k.is_time1 THEN l.key1 END, g.rank,
                              CASE WHEN k.is_time2 THEN l.key2 END, l.total DESC, l.key2) AS position
    FROM leaves l
    JOIN heads g ON g.key1 = l.key1
    CROSS JOIN (SELECT EXISTS (SELECT 1 FROM units WHERE level = 1) AS is_time1,
                       EXISTS (SELECT 1 FROM units WHERE level = 2) AS is_time2) k
), grouped AS (
    -- What follows a row, so that an answer can be cut behind any of them and still add up.
    SELECT o.position, o.key1, o.key2, o.total, o.counted, o.before, o.is_named,
           coalesce(sum(o.total) OVER rest, 0) AS rest_total,
           coalesce(sum(o.counted) OVER rest, 0) AS rest_counted,
           count(*) OVER () AS groups
    FROM ordered o
    WINDOW rest AS (ORDER BY o.position ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING)
), labels AS (
    -- Merchants as they were spelled last.
    SELECT k.merchant_folded, e.merchant
    FROM (SELECT c.merchant_folded, max(c.newest) AS newest
          FROM cells c
          WHERE c.merchant_folded IS NOT NULL
          GROUP BY c.merchant_folded) k
    JOIN ninepence.expenses e ON e.ledger_id = $1::bigint AND e.expense_id = k.newest
)
SELECT
-- include: basis_columns
, b.twice_median,
b.before,
b.before_missing,
b.books_begin,
CASE $13::text WHEN 'merchant' THEN coalesce(m1.merchant, g.key1)
               WHEN 'weekday' THEN substr(g.key1, 2) ELSE g.key1 END AS label1,
CASE $14::text WHEN 'merchant' THEN coalesce(m2.merchant, g.key2)
               WHEN 'weekday' THEN substr(g.key2, 2) ELSE g.key2 END AS label2,
g.total, g.counted, g.before, g.is_named, g.rest_total, g.rest_counted, g.groups
FROM (SELECT 1 AS position, basis.*, middle.twice_median,
             (SELECT coalesce(sum(h.value), 0) FROM hit h WHERE h.slot > 1 AND h.included) AS before,
             (SELECT string_agg(concat_ws(' ', r.currency, r.amount, r.rows), ';' ORDER BY r.currency)
              FROM (SELECT h.currency, sum(h.amount) AS amount, count(*) AS rows
                    FROM hit h
                    WHERE h.slot > 1 AND h.included AND h.value IS NULL
                    GROUP BY h.currency) r) AS before_missing,
             (SELECT to_char(min(e.spent_on), 'YYYY-MM-DD') FROM ninepence.expenses e
              WHERE e.ledger_id = $1::bigint AND e.deleted_at IS NULL) AS books_begin
      FROM basis CROSS JOIN middle) b
FULL JOIN (SELECT * FROM grouped WHERE position <= $21::bigint) g ON g.position = b.position
LEFT JOIN labels m1 ON m1.merchant_folded = g.key1
LEFT JOIN labels m2 ON m2.merchant_folded = g.key2
ORDER BY coalesce(g.position, 1);

-- What people ask most, for a fraction of the work of `groups`: one period by category, everything of
-- a kind or two, nothing else asked. $1 ledger, $2 and $3 first and last day, $4 and $5 the kinds that
-- count. Flat, for setting up a plan costs more here than running it: category_groups.c puts the rows
-- together. Those are sums, in the columns of enum category_sum_column, and one without a kind: how many
-- deleted rows match, and ids and names of all categories.
-- name: by_category
SELECT e.category_id, e.kind, CASE WHEN e.base_amount IS NULL THEN e.currency END AS without_rate,
       sum(coalesce(e.base_amount, e.amount)), count(*), count(*) FILTER (WHERE e.pending),
       min(e.spent_on) - DATE '1970-01-01', max(e.spent_on) - DATE '1970-01-01'
FROM ninepence.expenses e
WHERE e.ledger_id = $1::bigint AND e.deleted_at IS NULL AND e.spent_on BETWEEN $2::date AND $3::date
GROUP BY e.category_id, e.kind, without_rate
UNION ALL
SELECT count(*), NULL,
       array_to_string(ARRAY(SELECT c.category_id || ' ' || c.path FROM ninepence.categories c
                             WHERE c.ledger_id = $1::bigint), chr(31)),
       NULL, NULL, NULL, NULL, NULL
FROM ninepence.expenses e
WHERE e.ledger_id = $1::bigint AND e.deleted_at IS NOT NULL
    AND e.spent_on BETWEEN $2::date AND $3::date
    AND (e.kind = $4::text OR e.kind = $5::text);
