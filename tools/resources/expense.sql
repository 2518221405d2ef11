-- Expense $2 of ledger $1 as people see it; nothing when it was deleted.
-- name: one
SELECT
-- include: expense
FROM ninepence.expenses e
-- include: expense_joins
WHERE e.ledger_id = $1::bigint AND e.expense_id = $2::bigint AND e.deleted_at IS NULL;
