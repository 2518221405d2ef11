-- The expenses that a filter matches, as a file of a bank would have them: negative is money out.
-- Rows of one account and currency follow one another. $13 most rows.
-- name: rows
WITH
-- include: filter
, hit AS (
    SELECT m.expense_id FROM matched m WHERE m.kind_counts AND NOT m.deleted
)
SELECT 'e' || e.expense_id AS id, e.spent_on::text AS date,
       trim_scale(CASE e.kind WHEN 'income' THEN e.amount ELSE -e.amount END)::text AS amount,
       e.currency, e.merchant, e.description, c.path AS category, e.kind, o.name AS account,
       (SELECT string_agg(t.name, ';' ORDER BY t.folded)
        FROM ninepence.expense_tags et
        JOIN ninepence.tags t ON t.ledger_id = $1::bigint AND t.tag_id = et.tag_id
        WHERE et.ledger_id = $1::bigint AND et.expense_id = e.expense_id) AS tags,
       w.unknown
FROM wanted w
LEFT JOIN ninepence.expenses e ON e.ledger_id = $1::bigint AND e.deleted_at IS NULL
    AND e.expense_id IN (SELECT h.expense_id FROM hit h)
LEFT JOIN ninepence.categories c ON c.ledger_id = $1::bigint AND c.category_id = e.category_id
LEFT JOIN ninepence.accounts o ON o.ledger_id = $1::bigint AND o.account_id = e.account_id
ORDER BY o.folded NULLS FIRST, e.currency, e.spent_on, e.expense_id
LIMIT $13::bigint;
