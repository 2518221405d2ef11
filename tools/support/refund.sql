-- Refunds and their purchases. $1 ledger.

-- Who makes a refund or changes it or its purchase waits for who did so before: the purchases $2, and
-- those that the refunds $3 are of.
-- name: lock_purchases
SELECT e.expense_id
FROM ninepence.expenses e
WHERE e.ledger_id = $1::bigint
    AND e.expense_id IN (
        SELECT p.id FROM unnest($2::bigint[]) AS p (id)
        UNION ALL
        SELECT r.refund_of FROM ninepence.expenses r
        WHERE r.ledger_id = $1::bigint AND r.expense_id = ANY ($3::bigint[]))
ORDER BY e.expense_id
FOR NO KEY UPDATE;

-- The first refund that does not fit its purchase, of those that change $2 is about and of the
-- purchases that it is about: why, the purchase, and whether the change is about the refund. That a
-- purchase was deleted only counts with $3, and for such a refund.
-- name: misfits
WITH touched AS MATERIALIZED (
    SELECT k.entity_id AS id
    FROM ninepence.change_rows k
    WHERE k.ledger_id = $1::bigint AND k.change_id = $2::bigint AND k.entity = 'expense'
)
SELECT m.misfit, m.purchase, m.is_refund
FROM (
    SELECT d.id, d.is_refund, p.expense_id AS purchase,
           -- include: refund_misfit
           AS misfit
    FROM (
        SELECT r.expense_id AS id, r.refund_of, r.currency, 0 AS coming, true AS is_refund
        FROM touched t
        JOIN ninepence.expenses r ON r.ledger_id = $1::bigint AND r.expense_id = t.id
        WHERE r.refund_of IS NOT NULL AND r.deleted_at IS NULL
        UNION ALL
        SELECT r.expense_id, r.refund_of, r.currency, 0, false
        FROM touched t
        JOIN ninepence.expenses r ON r.ledger_id = $1::bigint AND r.refund_of = t.id
        WHERE r.deleted_at IS NULL
    ) d
    JOIN ninepence.expenses p ON p.ledger_id = $1::bigint AND p.expense_id = d.refund_of
) m
WHERE m.misfit IN ('other', 'exceeded') OR (m.misfit = 'deleted' AND m.is_refund AND $3::boolean)
ORDER BY m.is_refund DESC, m.id
LIMIT 1;
