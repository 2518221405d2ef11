-- The page of one category, out of `page` (expense_id, position, key, id_key).
listed AS (
    SELECT p.position, p.key, p.id_key,
    -- include: expense
    FROM page p
    JOIN ninepence.expenses e ON e.ledger_id = $1::bigint AND e.expense_id = p.expense_id
    -- include: expense_joins
)
SELECT
-- include: basis_columns
, l.key, l.id_key,
-- include: expense_listed
FROM (SELECT 1 AS position, basis.* FROM basis) b
FULL JOIN listed l ON l.position = b.position
ORDER BY coalesce(l.position, 1)
