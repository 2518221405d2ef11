-- One category: totals over all of a period, and a page of rows. support/category.sql names $1 to
-- $6; $7 and $8 are the keys of the last row of the page before, $9 is the most rows. By day, the
-- index of each category is read in order and left after that many rows.

-- name: newest
WITH
-- include: category
, page AS (
    SELECT s.path, x.*, x.spent_on - DATE '1970-01-01' AS key, x.expense_id AS id_key
    FROM subtree s
    CROSS JOIN LATERAL (
            (SELECT e.*
             FROM ninepence.expenses e
             WHERE e.ledger_id = $1::bigint AND e.category_id = s.category_id
                 AND e.deleted_at IS NULL AND e.spent_on BETWEEN $2::date AND $3::date
                 AND e.kind = ANY (s.kinds)
                 AND (e.spent_on, e.expense_id)
                     < (DATE '1970-01-01' + coalesce($7::integer, 400000),
                        coalesce($8::bigint, 0))
             ORDER BY e.spent_on DESC, e.expense_id DESC
             LIMIT $9::bigint)
        UNION ALL
            (SELECT e.*
             FROM ninepence.expenses e
             WHERE s.category_id = 0 AND e.ledger_id = $1::bigint AND e.category_id IS NULL
                 AND e.deleted_at IS NULL AND e.spent_on BETWEEN $2::date AND $3::date
                 AND e.kind = ANY (s.kinds)
                 AND (e.spent_on, e.expense_id)
                     < (DATE '1970-01-01' + coalesce($7::integer, 400000),
                        coalesce($8::bigint, 0))
             ORDER BY e.spent_on DESC, e.expense_id DESC
             LIMIT $9::bigint)
    ) x
    ORDER BY key DESC, id_key DESC
    LIMIT $9::bigint
),
-- include: category_rows
;

-- name: oldest
WITH
-- include: category
, page AS (
    SELECT s.path, x.*, DATE '1970-01-01' - x.spent_on AS key, -x.expense_id AS id_key
    FROM subtree s
    CROSS JOIN LATERAL (
            (SELECT e.*
             FROM ninepence.expenses e
             WHERE e.ledger_id = $1::bigint AND e.category_id = s.category_id
                 AND e.deleted_at IS NULL AND e.spent_on BETWEEN $2::date AND $3::date
                 AND e.kind = ANY (s.kinds)
                 AND (e.spent_on, e.expense_id)
                     > (DATE '1970-01-01' - coalesce($7::integer, 400000),
                        -coalesce($8::bigint, 0))
             ORDER BY e.spent_on, e.expense_id
             LIMIT $9::bigint)
        UNION ALL
            (SELECT e.*
             FROM ninepence.expenses e
             WHERE s.category_id = 0 AND e.ledger_id = $1::bigint AND e.category_id IS NULL
                 AND e.deleted_at IS NULL AND e.spent_on BETWEEN $2::date AND $3::date
                 AND e.kind = ANY (s.kinds)
                 AND (e.spent_on, e.expense_id)
                     > (DATE '1970-01-01' - coalesce($7::integer, 400000),
                        -coalesce($8::bigint, 0))
             ORDER BY e.spent_on, e.expense_id
             LIMIT $9::bigint)
    ) x
    ORDER BY key DESC, id_key DESC
    LIMIT $9::bigint
),
-- include: category_rows
;

-- The largest first, with $10; otherwise the smallest. Rows without a rate come last.
-- name: by_amount
WITH
-- include: category
, page AS (
    SELECT n.path, n.key, n.id_key, x.*
    FROM (
        SELECT n.path, n.expense_id, n.key, n.id_key
        FROM (
            SELECT s.path, e.expense_id,
                   coalesce(CASE WHEN $10::boolean THEN e.base_amount ELSE -e.base_amount END,
                            -1e18) AS key,
                   CASE WHEN $10::boolean THEN e.expense_id ELSE -e.expense_id END AS id_key
            FROM subtree s
            JOIN ninepence.expenses e ON e.ledger_id = $1::bigint AND e.deleted_at IS NULL
                AND e.spent_on BETWEEN $2::date AND $3::date AND e.kind = ANY (s.kinds)
                AND (e.category_id = s.category_id OR (s.category_id = 0 AND e.category_id IS NULL))
        ) n
        WHERE $7::numeric IS NULL OR (n.key, n.id_key) < ($7::numeric, $8::bigint)
        ORDER BY n.key DESC, n.id_key DESC
        LIMIT $9::bigint
    ) n
    JOIN ninepence.expenses x ON x.ledger_id = $1::bigint AND x.expense_id = n.expense_id
    ORDER BY n.key DESC, n.id_key DESC
),
-- include: category_rows
;
