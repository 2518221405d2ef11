-- Why nothing can come back of the purchase `p` (null: it can): `d` says the refund's currency and
-- what is about to come back of it (negative) beside what the books have.
CASE WHEN p.expense_id IS NULL THEN 'missing'
     WHEN p.deleted_at IS NOT NULL THEN 'deleted'
     WHEN p.kind <> 'expense' THEN 'other'
     WHEN p.currency = d.currency AND p.amount + d.coming + (
         SELECT coalesce(sum(r.amount), 0) FROM ninepence.expenses r
         WHERE r.ledger_id = $1::bigint AND r.refund_of = p.expense_id
             AND r.deleted_at IS NULL AND r.currency = p.currency) < 0 THEN 'exceeded' END
