-- Moves expenses to another category: $1 ledger, $2 their ids, $3 the category (null: none), $4 now.
-- name: apply
UPDATE ninepence.expenses e
SET category_id = $3::bigint, updated_at = coalesce($4::timestamptz, now()), version = e.version + 1
WHERE e.ledger_id = $1::bigint AND e.expense_id = ANY ($2::bigint[]);
