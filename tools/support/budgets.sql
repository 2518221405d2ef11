-- Budgets that a change is about. $1 is the ledger.

-- One after the other, so that what two people move at once adds up.
-- name: lock_budgets
SELECT pg_advisory_xact_lock(hashtextextended('budgets', $1::bigint));

-- What holds for the categories $2 (0: the whole ledger) in month $3, in that order: the budget and
-- whether it carries over (null: none), and the numbers of the rows of that very month, for it alone
-- and from it on, new ones where there are none.
-- name: find_budgets
SELECT k.category_id, c.path, c.kind, x.amount, x.rollover,
       coalesce(own.budget_id, nextval(pg_get_serial_sequence('ninepence.budgets', 'budget_id'))) AS own,
       own.budget_id IS NOT NULL AS has_own,
       coalesce(on_.budget_id, nextval(pg_get_serial_sequence('ninepence.budgets', 'budget_id'))) AS on_
FROM unnest($2::bigint[]) WITH ORDINALITY AS k (category_id, position)
LEFT JOIN ninepence.categories c ON c.ledger_id = $1::bigint AND c.category_id = k.category_id
LEFT JOIN LATERAL (
    SELECT b.amount, b.rollover
    FROM ninepence.budgets b
    WHERE b.ledger_id = $1::bigint AND coalesce(b.category_id, 0) = k.category_id
        AND (b.month = $3::date OR (b.month < $3::date AND b.applies = 'forward'))
    ORDER BY b.month DESC, b.applies DESC
    LIMIT 1) x ON true
LEFT JOIN ninepence.budgets own ON own.ledger_id = $1::bigint
    AND coalesce(own.category_id, 0) = k.category_id AND own.month = $3::date AND own.applies = 'this'
LEFT JOIN ninepence.budgets on_ ON on_.ledger_id = $1::bigint
    AND coalesce(on_.category_id, 0) = k.category_id AND on_.month = $3::date
    AND on_.applies = 'forward'
ORDER BY k.position;

-- $2 number, $3 category (0: the whole ledger), $4 month, $5 applies, $6 amount, $7 rollover, $8 now.
-- name: put_budget
INSERT INTO ninepence.budgets AS b
    (ledger_id, budget_id, category_id, month, applies, amount, rollover, created_at, updated_at)
SELECT $1::bigint, $2::bigint, nullif($3::bigint, 0), $4::date, $5::text, $6::numeric, $7::boolean,
       t.at, t.at
FROM (SELECT coalesce($8::timestamptz, now()) AS at) t
ON CONFLICT (ledger_id, budget_id) DO UPDATE
    SET amount = excluded.amount, rollover = excluded.rollover, updated_at = excluded.updated_at;

-- $2 number.
-- name: drop_budget
DELETE FROM ninepence.budgets b WHERE b.ledger_id = $1::bigint AND b.budget_id = $2::bigint;
