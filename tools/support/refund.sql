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
-- purchase was deleted only counts with $3, and for such a refund. What did not fit before and did not
-- get worse is left out: the books may have it from a bank that booked less than was pending.
-- name: misfits
WITH touched AS MATERIALIZED (
    SELECT e.expense_id AS id, was.*, e.currency AS new_currency, e.refund_of AS new_refund_of,
           e.deleted_at IS NULL AS is_there
    FROM ninepence.change_rows k
    JOIN ninepence.expenses e ON e.ledger_id = $1::bigint AND e.expense_id = k.entity_id
    CROSS JOIN LATERAL jsonb_to_record(k.before -> 'row')
        AS was (amount numeric, currency text, kind text, refund_of bigint, deleted_at timestamptz)
    WHERE k.ledger_id = $1::bigint AND k.change_id = $2::bigint AND k.entity = 'expense'
        AND (was.amount, was.currency, was.kind, was.refund_of, was.deleted_at)
            IS DISTINCT FROM (e.amount, e.currency, e.kind, e.refund_of, e.deleted_at)
), misfit AS MATERIALIZED (
    SELECT m.id, m.misfit, m.purchase, m.is_refund
    FROM (
        SELECT d.id, d.is_refund, p.expense_id AS purchase,
               -- include: refund_misfit
               AS misfit
        FROM (
            SELECT t.id, t.new_refund_of AS refund_of, t.new_currency AS currency, 0 AS coming,
                   true AS is_refund
            FROM touched t
            WHERE t.new_refund_of IS NOT NULL AND t.is_there
            UNION ALL
            SELECT r.expense_id, r.refund_of, r.currency, 0, false
            FROM touched t
            JOIN ninepence.expenses r ON r.ledger_id = $1::bigint AND r.refund_of = t.id
            WHERE r.deleted_at IS NULL
        ) d
        JOIN ninepence.expenses p ON p.ledger_id = $1::bigint AND p.expense_id = d.refund_of
    ) m
    WHERE m.misfit IN ('other', 'exceeded') OR (m.misfit = 'deleted' AND m.is_refund AND $3::boolean)
), present AS MATERIALIZED (
    SELECT e.expense_id AS id, e.amount, e.currency, e.kind, e.refund_of, e.deleted_at
    FROM misfit m
    JOIN ninepence.expenses e ON e.ledger_id = $1::bigint AND e.expense_id = m.purchase
    UNION
    SELECT e.expense_id, e.amount, e.currency, e.kind, e.refund_of, e.deleted_at
    FROM misfit m
    JOIN ninepence.expenses e ON e.ledger_id = $1::bigint AND e.refund_of = m.purchase
), sides AS MATERIALIZED (
    SELECT true AS is_now, n.* FROM present n
    UNION ALL
    SELECT false, n.* FROM present n WHERE NOT EXISTS (SELECT 1 FROM touched t WHERE t.id = n.id)
    UNION ALL
    SELECT false, t.id, t.amount, t.currency, t.kind, t.refund_of, t.deleted_at FROM touched t
), remains AS MATERIALIZED (
    -- Of what is no purchase everything that comes back is too much, in any currency.
    SELECT p.id, p.is_now, max(p.cost) + coalesce(sum(r.amount), 0) AS amount
    FROM (
        SELECT s.id, s.is_now, CASE WHEN h.is_purchase THEN s.amount ELSE 0 END AS cost,
               CASE WHEN h.is_purchase THEN s.currency END AS currency
        FROM sides s
        CROSS JOIN LATERAL (SELECT s.kind = 'expense' AND s.deleted_at IS NULL AS is_purchase) h
        WHERE s.id IN (SELECT m.purchase FROM misfit m)
    ) p
    LEFT JOIN sides r ON r.is_now = p.is_now AND r.refund_of = p.id AND r.deleted_at IS NULL
        AND r.currency = coalesce(p.currency, r.currency)
    GROUP BY p.id, p.is_now
)
SELECT m.misfit, m.purchase, m.is_refund
FROM misfit m
JOIN remains n ON n.id = m.purchase AND n.is_now
JOIN remains b ON b.id = m.purchase AND NOT b.is_now
WHERE n.amount < b.amount
ORDER BY m.is_refund DESC, m.id
LIMIT 1;
