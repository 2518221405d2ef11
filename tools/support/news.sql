-- What was written to ledger $1, for those who listen.

-- The newest changes: what was there when somebody began to listen; at most $2.
-- name: newest
SELECT c.change_id
FROM ninepence.changes c
WHERE c.ledger_id = $1::bigint
ORDER BY c.change_id DESC
LIMIT $2::bigint;

-- Changes above $2 that are not among $3, at most $7, and which of the months $4 and the expenses $5
-- they touched, as they were before and as they are. $6 is the first day of the ledger's months.
-- name: look
WITH fresh AS MATERIALIZED (
    SELECT c.change_id
    FROM ninepence.changes c
    WHERE c.ledger_id = $1::bigint AND c.change_id > $2::bigint
        AND c.change_id <> ALL ($3::bigint[])
    ORDER BY c.change_id
    LIMIT $7::bigint
), touched AS MATERIALIZED (
    SELECT DISTINCT r.entity_id,
           to_char((k.kept #>> '{row,spent_on}')::date - ($6::integer - 1), 'YYYY-MM') AS month
    FROM fresh f
    JOIN ninepence.change_rows r ON r.ledger_id = $1::bigint AND r.change_id = f.change_id
    CROSS JOIN LATERAL (VALUES (r.before), (r.after)) AS k (kept)
    WHERE r.entity = 'expense' AND k.kept IS NOT NULL
    UNION
    SELECT e.expense_id, to_char(e.spent_on - ($6::integer - 1), 'YYYY-MM')
    FROM fresh f
    JOIN ninepence.imports i ON i.ledger_id = $1::bigint AND i.change_id = f.change_id
        AND i.first_expense IS NOT NULL
    JOIN ninepence.expenses e ON e.ledger_id = $1::bigint AND e.import_id = i.import_id
        AND e.expense_id > i.first_expense AND e.expense_id <= i.last_expense
)
SELECT 'change' AS what, f.change_id::text AS which
FROM fresh f
UNION ALL
SELECT DISTINCT 'month', t.month
FROM touched t
WHERE t.month = ANY ($4::text[])
UNION ALL
SELECT DISTINCT 'expense', 'e' || t.entity_id
FROM touched t
WHERE t.entity_id = ANY ($5::bigint[]);
