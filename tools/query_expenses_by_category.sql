-- One category: totals over all of a period, and a page of rows. support/category.sql names $1 to
-- $5; $6 and $7 are the keys of the last row of the page before, $8 is the most rows. By day, the
-- index of each category is read in order and left after that many rows.

-- name: newest
WITH
-- include: category_known
, page AS (
    SELECT s.path, x.*, x.day AS key, x.expense_id AS id_key
    FROM subtree s
    CROSS JOIN LATERAL (
        SELECT
        -- include: category_columns
        FROM ninepence.expenses e
        WHERE e.ledger_id = $1::bigint AND e.category_id = s.category_id AND e.deleted_at IS NULL
            AND e.spent_on BETWEEN $2::date AND $3::date
            AND (e.kind = 'expense' OR e.kind = 'refund')
            AND (e.spent_on, e.expense_id)
                < (DATE '1970-01-01' + coalesce($6::integer, 400000), coalesce($7::bigint, 0))
        ORDER BY e.spent_on DESC, e.expense_id DESC
        LIMIT $8::bigint
    ) x
    ORDER BY x.day DESC, x.expense_id DESC
    LIMIT $8::bigint
)
-- include: category_known_totals
UNION ALL
-- include: category_known_rows
;

-- name: oldest
WITH
-- include: category_known
, page AS (
    SELECT s.path, x.*, -x.day AS key, -x.expense_id AS id_key
    FROM subtree s
    CROSS JOIN LATERAL (
        SELECT
        -- include: category_columns
        FROM ninepence.expenses e
        WHERE e.ledger_id = $1::bigint AND e.category_id = s.category_id AND e.deleted_at IS NULL
            AND e.spent_on BETWEEN $2::date AND $3::date
            AND (e.kind = 'expense' OR e.kind = 'refund')
            AND (e.spent_on, e.expense_id)
                > (DATE '1970-01-01' - coalesce($6::integer, 400000), -coalesce($7::bigint, 0))
        ORDER BY e.spent_on, e.expense_id
        LIMIT $8::bigint
    ) x
    ORDER BY x.day, x.expense_id
    LIMIT $8::bigint
)
-- include: category_known_totals
UNION ALL
-- include: category_known_rows
;

-- Any category in the order $10 of sort, for twice the work. The largest keys come first; by amount, rows
-- without a rate come last.
-- name: any
WITH
-- include: category
, page AS (
    SELECT n.path, n.key, n.id_key,
    -- include: category_columns
    FROM (
        SELECT n.path, n.expense_id, n.key, n.id_key
        FROM (
            SELECT s.path, e.expense_id,
                   coalesce(CASE $10::text
                            WHEN '-amount' THEN e.base_amount
                            WHEN 'amount' THEN -e.base_amount
                            WHEN 'date' THEN (DATE '1970-01-01' - e.spent_on)::numeric
                            ELSE (e.spent_on - DATE '1970-01-01')::numeric END, -1e18) AS key,
                   CASE WHEN $10::text IN ('date', 'amount') THEN -e.expense_id ELSE e.expense_id END
                       AS id_key
            FROM subtree s
            CROSS JOIN LATERAL (
                (SELECT e.expense_id, e.spent_on, e.base_amount
                 FROM ninepence.expenses e
                 WHERE e.ledger_id = $1::bigint AND e.category_id = s.category_id
                     AND e.deleted_at IS NULL AND e.spent_on BETWEEN $2::date AND $3::date
                     AND e.kind = ANY (s.kinds)
                 OFFSET 0)
                UNION ALL
                (SELECT e.expense_id, e.spent_on, e.base_amount
                 FROM ninepence.expenses e
                 WHERE s.category_id = 0 AND e.ledger_id = $1::bigint AND e.category_id IS NULL
                     AND e.deleted_at IS NULL AND e.spent_on BETWEEN $2::date AND $3::date
                     AND e.kind = ANY (s.kinds)
                 OFFSET 0)
            ) e
        ) n
        WHERE $6::numeric IS NULL OR (n.key, n.id_key) < ($6::numeric, $7::bigint)
        ORDER BY n.key DESC, n.id_key DESC
        LIMIT $8::bigint
    ) n
    JOIN ninepence.expenses e ON e.ledger_id = $1::bigint AND e.expense_id = n.expense_id
    ORDER BY n.key DESC, n.id_key DESC
)
SELECT b.total, b.counted, b.listed, b.refunds, b.income, b.transfers::text,
       b.transfers_excluded::text, b.income_excluded::text, b.pending::text,
       b.deleted_excluded::text, b.first_day, b.last_day, b.rates_missing, w.unknown, w.labels,
       b.books,
       -- include: category_lists
FROM basis b
CROSS JOIN wanted w
UNION ALL
-- include: category_rows
;
