-- Expenses that match a filter, with the totals over all of them. $13 status, $14 sort, $15 and $16
-- the keys of the last row of the page before, $17 most rows.
-- name: rows
WITH
-- include: filter
, state AS (
    SELECT $13::text AS status
), hit AS (
    SELECT m.slot, m.expense_id, m.spent_on, m.kind, m.currency, m.amount, m.value, m.pending,
           m.deleted, m.kind_counts,
           m.deleted = ($13::text = 'deleted') AND m.kind_counts AS included
    FROM matched m
    WHERE
    -- include: status
),
-- include: basis
, keyed AS (
    -- The largest keys come first, whatever the order.
    SELECT h.expense_id,
           coalesce(CASE $14::text
                    WHEN '-amount' THEN h.value
                    WHEN 'amount' THEN -h.value
                    WHEN 'date' THEN (DATE '1970-01-01' - h.spent_on)::numeric
                    ELSE (h.spent_on - DATE '1970-01-01')::numeric END, -1e18) AS key,
           CASE WHEN $14::text IN ('date', 'amount') THEN -h.expense_id ELSE h.expense_id END
               AS id_key
    FROM hit h
    WHERE h.included
), page AS (
    SELECT k.expense_id, k.key, k.id_key
    FROM keyed k
    WHERE $15::numeric IS NULL OR (k.key, k.id_key) < ($15::numeric, $16::bigint)
    ORDER BY k.key DESC, k.id_key DESC
    LIMIT $17::bigint
), listed AS (
    SELECT row_number() OVER (ORDER BY p.key DESC, p.id_key DESC) AS position, p.key, p.id_key,
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
ORDER BY coalesce(l.position, 1);
