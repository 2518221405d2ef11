-- Whether a row `m` of `matched` is in the state that `state` (status) asks for.
CASE (SELECT s.status FROM state s)
WHEN 'uncategorized' THEN m.category_id IS NULL
WHEN 'pending' THEN m.pending
WHEN 'refund' THEN m.kind = 'refund'
WHEN 'split' THEN EXISTS (
    SELECT 1 FROM ninepence.expenses e
    WHERE e.ledger_id = $1::bigint AND e.expense_id = m.expense_id
        AND e.receipt_id IS NOT NULL)
-- The same merchant took about as much a week, a month or a year before or after.
WHEN 'recurring' THEN EXISTS (
    SELECT 1 FROM ninepence.expenses e
    WHERE e.ledger_id = $1::bigint AND e.merchant_folded = m.merchant_folded
        AND e.deleted_at IS NULL AND e.currency = m.currency AND e.kind = m.kind
        AND e.spent_on BETWEEN m.spent_on - 370 AND m.spent_on + 370
        AND abs(e.amount - m.amount) <= abs(m.amount) * 0.2
        AND (abs(e.spent_on - m.spent_on) BETWEEN 6 AND 8
             OR abs(e.spent_on - m.spent_on) BETWEEN 27 AND 34
             OR abs(e.spent_on - m.spent_on) BETWEEN 360 AND 370))
ELSE true END
