-- Marks expenses as deleted: $1 ledger, $2 their ids, $3 now.
-- name: apply
UPDATE ninepence.expenses e
SET deleted_at = coalesce($3::timestamptz, now()), updated_at = coalesce($3::timestamptz, now()),
    version = e.version + 1
WHERE e.ledger_id = $1::bigint AND e.expense_id = ANY ($2::bigint[]);
