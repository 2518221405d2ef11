-- Amounts in other currencies, converted anew when rates change. $1 is the ledger.

-- Who changes rates waits for those who convert by them, and they for him; or an amount could be
-- stored without the rate that came at the same moment.
-- name: lock_rates
SELECT pg_advisory_xact_lock(hashtextextended('rates', $1::bigint));

-- name: share_rates
SELECT pg_advisory_xact_lock_shared(hashtextextended('rates', $1::bigint));

-- Expenses in the currencies $4 of the days $5 to $6 whose amount in the ledger's currency $2 (with $3
-- decimals) is not what the rates say now.
-- name: find_unconverted
SELECT d.expense_id
FROM ninepence.expenses d
-- include: converted
WHERE d.ledger_id = $1::bigint AND d.deleted_at IS NULL AND d.currency = ANY ($4::text[])
    AND d.spent_on BETWEEN $5::date AND $6::date
    AND d.base_amount IS DISTINCT FROM converted.base_amount
ORDER BY d.expense_id
FOR UPDATE OF d;

-- $4 their ids, $5 now.
-- name: convert
UPDATE ninepence.expenses e
SET base_amount = n.base_amount, version = e.version + 1, updated_at = coalesce($5::timestamptz, now())
FROM (
    SELECT d.expense_id, converted.base_amount
    FROM ninepence.expenses d
    -- include: converted
    WHERE d.ledger_id = $1::bigint AND d.expense_id = ANY ($4::bigint[])
) n
WHERE e.ledger_id = $1::bigint AND e.expense_id = n.expense_id;
