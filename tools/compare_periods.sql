-- Two periods side by side: the first pair of days of the filter is the one asked about, the second
-- the one that it is compared with. $13 group_by, $14 decimals of the answer, $15 most rows.
-- name: groups
WITH
-- include: filter
, hit AS MATERIALIZED (
    SELECT m.slot, m.expense_id, m.spent_on, m.category_id, m.user_id, m.account_id, m.kind,
           m.currency, m.amount, m.value, m.pending, m.deleted, m.kind_counts,
           coalesce(m.merchant_folded, '(none)') AS merchant,
           NOT m.deleted AND m.kind_counts AS included
    FROM matched m
),
-- include: basis
, tagged AS (
    -- Several tags together are a group of their own, so that nothing counts twice.
    SELECT et.expense_id, string_agg(t.name, ' + ' ORDER BY t.folded) AS key
    FROM (SELECT DISTINCT h.expense_id FROM hit h WHERE h.included AND $13::text = 'tag') h
    JOIN ninepence.expense_tags et ON et.ledger_id = $1::bigint AND et.expense_id = h.expense_id
    JOIN ninepence.tags t ON t.ledger_id = $1::bigint AND t.tag_id = et.tag_id
    GROUP BY et.expense_id
), cells AS MATERIALIZED (
    SELECT h.slot, h.merchant,
           CASE WHEN $13::text IN ('category', 'parent_category') THEN h.category_id END AS category_id,
           CASE WHEN $13::text = 'user' THEN h.user_id END AS user_id,
           CASE WHEN $13::text = 'account' THEN h.account_id END AS account_id,
           CASE WHEN $13::text = 'tag' THEN coalesce(t.key, '(none)') END AS tags,
           sum(h.value) AS total, count(*) AS counted, max(h.expense_id) AS newest
    FROM hit h
    LEFT JOIN tagged t ON t.expense_id = h.expense_id
    WHERE h.included AND h.value IS NOT NULL
    GROUP BY 1, 2, 3, 4, 5, 6
), keyed AS MATERIALIZED (
    SELECT d.slot, d.merchant, d.total, d.counted, d.newest,
           CASE $13::text
           WHEN 'category' THEN coalesce(c.path, 'Uncategorized')
           WHEN 'parent_category' THEN coalesce(r.path, 'Uncategorized')
           WHEN 'merchant' THEN d.merchant
           WHEN 'user' THEN coalesce(u.name, '(none)')
           WHEN 'account' THEN coalesce(o.name, '(none)')
           WHEN 'tag' THEN d.tags
           ELSE '' END AS key
    FROM cells d
    LEFT JOIN ninepence.categories c
        ON c.ledger_id = $1::bigint AND c.category_id = d.category_id
    LEFT JOIN ninepence.categories r ON r.ledger_id = $1::bigint AND r.category_id = c.root_id
    LEFT JOIN ninepence.users u ON u.ledger_id = $1::bigint AND u.user_id = d.user_id
    LEFT JOIN ninepence.accounts o ON o.ledger_id = $1::bigint AND o.account_id = d.account_id
), sides AS (
    SELECT k.key, coalesce(sum(k.total) FILTER (WHERE k.slot = 1), 0) AS total,
           coalesce(sum(k.counted) FILTER (WHERE k.slot = 1), 0)::bigint AS counted,
           coalesce(sum(k.total) FILTER (WHERE k.slot = 2), 0) AS before,
           coalesce(sum(k.counted) FILTER (WHERE k.slot = 2), 0)::bigint AS counted_before,
           max(k.newest) AS newest
    FROM keyed k
    GROUP BY k.key
), divided AS MATERIALIZED (
    -- What more purchases cost at the mean of both averages; what is left is the dearer purchase.
    -- What was there in one period only is a matter of how often. Half to even.
    SELECT s.*, CASE WHEN abs(x.often * x.unit - trunc(x.often * x.unit)) = 0.5
                     THEN 2 * round(x.often * x.unit / 2) / x.unit
                     ELSE round(x.often, $14::integer) END AS often
    FROM sides s
    CROSS JOIN LATERAL (
        SELECT power(10::numeric, $14::integer) AS unit,
               CASE WHEN s.counted = 0 OR s.counted_before = 0 THEN s.total - s.before
                    ELSE (s.counted - s.counted_before)
                         * (s.total * s.counted_before + s.before * s.counted)
                         / (2 * s.counted * s.counted_before) END AS often) x
), ranked AS (
    SELECT d.*, row_number() OVER biggest AS position,
           coalesce(sum(d.total) OVER rest, 0) AS rest_total,
           coalesce(sum(d.before) OVER rest, 0) AS rest_before,
           count(*) OVER () AS groups
    FROM divided d
    WHERE $13::text <> 'none'
    WINDOW biggest AS (ORDER BY abs(d.total - d.before) DESC, d.key),
           rest AS (ORDER BY abs(d.total - d.before) DESC, d.key
                    ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING)
), merchants AS (
    SELECT k.merchant, coalesce(sum(k.total) FILTER (WHERE k.slot = 1), 0) AS total,
           coalesce(sum(k.total) FILTER (WHERE k.slot = 2), 0) AS before,
           count(*) FILTER (WHERE k.slot = 1) > 0 AS is_now,
           count(*) FILTER (WHERE k.slot = 2) > 0 AS was_before,
           max(k.newest) AS newest
    FROM keyed k
    WHERE k.merchant <> '(none)'
    GROUP BY k.merchant
), turnover AS (
    SELECT coalesce(sum(m.total) FILTER (WHERE NOT m.was_before), 0) AS gained,
           count(*) FILTER (WHERE NOT m.was_before) AS gained_count,
           coalesce(sum(m.before) FILTER (WHERE NOT m.is_now), 0) AS lost,
           count(*) FILTER (WHERE NOT m.is_now) AS lost_count
    FROM merchants m
), named AS (
    -- The largest few, as they were spelled last.
    SELECT x.is_now, string_agg(e.merchant || chr(31) || x.amount, chr(30) ORDER BY x.rank) AS list
    FROM (SELECT m.is_now, m.newest, m.total + m.before AS amount,
                 row_number() OVER (PARTITION BY m.is_now
                                    ORDER BY m.total + m.before DESC, m.merchant) AS rank
          FROM merchants m
          WHERE NOT m.is_now OR NOT m.was_before) x
    JOIN ninepence.expenses e ON e.ledger_id = $1::bigint AND e.expense_id = x.newest
    WHERE x.rank <= 5
    GROUP BY x.is_now
), whole AS (
    SELECT coalesce(sum(d.before), 0) AS before,
           coalesce(sum(d.counted_before), 0)::bigint AS counted_before,
           coalesce(sum(d.often), 0) AS often
    FROM divided d
)
SELECT
-- include: basis_columns
, b.before, b.counted_before, b.often, b.gained, b.gained_count, b.lost, b.lost_count,
b.gained_names, b.lost_names, b.before_missing, b.books_begin, b.books_end,
CASE WHEN $13::text = 'merchant' THEN coalesce(e.merchant, g.key) ELSE g.key END AS label,
g.total, g.counted, g.before, g.counted_before, g.often, g.rest_total, g.rest_before, g.groups
FROM (SELECT 1 AS position, basis.*, whole.*, turnover.*,
             (SELECT n.list FROM named n WHERE n.is_now) AS gained_names,
             (SELECT n.list FROM named n WHERE NOT n.is_now) AS lost_names,
             (SELECT string_agg(concat_ws(' ', r.currency, r.amount, r.rows), ';' ORDER BY r.currency)
              FROM (SELECT h.currency, sum(h.amount) AS amount, count(*) AS rows
                    FROM hit h
                    WHERE h.slot = 2 AND h.included AND h.value IS NULL
                    GROUP BY h.currency) r) AS before_missing,
             (SELECT to_char(min(e.spent_on), 'YYYY-MM-DD') FROM ninepence.expenses e
              WHERE e.ledger_id = $1::bigint AND e.deleted_at IS NULL) AS books_begin,
             (SELECT to_char(max(e.spent_on), 'YYYY-MM-DD') FROM ninepence.expenses e
              WHERE e.ledger_id = $1::bigint AND e.deleted_at IS NULL) AS books_end
      FROM basis CROSS JOIN whole CROSS JOIN turnover) b
FULL JOIN (SELECT * FROM ranked WHERE position <= $15::bigint) g ON g.position = b.position
LEFT JOIN ninepence.expenses e ON e.ledger_id = $1::bigint AND e.expense_id = g.newest
ORDER BY coalesce(g.position, 1);
