-- An account against a balance of the bank. $1 ledger, $2 account (id) and $3 (folded name), $4 day of the
-- statement, $5 its balance.

-- The last balance that is known before: a reconciliation, or what a bank's file says was there before
-- or after it; and what the books say happened since. A balance counts for the end of its day.
-- name: check
WITH account AS MATERIALIZED (
    SELECT a.account_id, a.name, a.currency
    FROM ninepence.accounts a
    WHERE a.ledger_id = $1::bigint AND (a.account_id = $2::bigint OR a.folded = $3::text)
), committed AS MATERIALIZED (
    SELECT i.import_id, i.first_day, i.last_day
    FROM ninepence.imports i
    LEFT JOIN ninepence.changes c ON c.ledger_id = $1::bigint AND c.change_id = i.change_id
    WHERE i.ledger_id = $1::bigint AND i.state = 'committed' AND c.undone_by IS NULL
), known AS (
    SELECT r.on_day, r.balance, 1 AS turn
    FROM ninepence.reconciliations r
    JOIN account a ON a.account_id = r.account_id AND a.currency = r.currency
    WHERE r.ledger_id = $1::bigint AND r.on_day < $4::date
    UNION ALL
    SELECT x.on_day, x.balance, 2
    FROM committed i
    JOIN ninepence.import_statements s ON s.ledger_id = $1::bigint AND s.import_id = i.import_id
    JOIN account a ON a.account_id = s.account_id AND a.currency = s.currency
    CROSS JOIN LATERAL (VALUES (i.first_day - 1, s.opening), (i.last_day, s.closing))
        AS x (on_day, balance)
    WHERE x.balance IS NOT NULL AND x.on_day < $4::date
), base AS MATERIALIZED (
    SELECT k.on_day, k.balance FROM known k ORDER BY k.on_day DESC, k.turn LIMIT 1
), booked AS MATERIALIZED (
    SELECT e.expense_id, e.external_id,
           CASE e.kind WHEN 'income' THEN e.amount ELSE -e.amount END AS amount
    FROM ninepence.expenses e
    JOIN account a ON a.account_id = e.account_id AND a.currency = e.currency
    WHERE e.ledger_id = $1::bigint AND e.deleted_at IS NULL AND NOT e.pending
        AND e.spent_on <= $4::date AND e.spent_on > coalesce((SELECT on_day FROM base), '1900-01-01')
)
SELECT a.account_id, a.name, a.currency, b.on_day::text AS base_day, b.balance::text AS base_balance,
       sum(k.amount)::text AS moved, count(k.expense_id) AS rows,
       (coalesce(b.balance, 0) + coalesce(sum(k.amount), 0))::text AS books,
       ($5::numeric - coalesce(b.balance, 0) - coalesce(sum(k.amount), 0))::text AS difference
FROM account a
LEFT JOIN base b ON true
LEFT JOIN booked k ON true
GROUP BY a.account_id, a.name, a.currency, b.on_day, b.balance;

-- Where the difference may come from: rows of the bank that the books lack ('missing'), entries that no
-- file of the bank has ('extra'), and rows whose amounts differ ('different'). $2 account, $3 the day
-- after which, $4 until, $5 most.
-- name: suspects
WITH bank AS MATERIALIZED (
    SELECT DISTINCT ON (r.key) r.key, r.spent_on, r.amount, r.currency, r.payee, r.match_id, r.verdict
    FROM ninepence.import_rows r
    JOIN ninepence.imports i ON i.ledger_id = $1::bigint AND i.import_id = r.import_id
    JOIN ninepence.import_statements s ON s.ledger_id = $1::bigint AND s.import_id = r.import_id
        AND s.number = r.number
    LEFT JOIN ninepence.changes c ON c.ledger_id = $1::bigint AND c.change_id = i.change_id
    WHERE r.ledger_id = $1::bigint AND s.account_id = $2::bigint AND i.state = 'committed'
        AND c.undone_by IS NULL AND NOT r.pending AND r.verdict <> 'empty'
        AND r.spent_on <= $4::date AND r.spent_on > coalesce($3::date, '1900-01-01')
    ORDER BY r.key, r.import_id DESC
), booked AS MATERIALIZED (
    SELECT e.expense_id, e.external_id, e.spent_on, e.currency, e.merchant,
           CASE e.kind WHEN 'income' THEN e.amount ELSE -e.amount END AS amount
    FROM ninepence.expenses e
    WHERE e.ledger_id = $1::bigint AND e.account_id = $2::bigint AND e.deleted_at IS NULL
        AND NOT e.pending AND e.spent_on <= $4::date
        AND e.spent_on > coalesce($3::date, '1900-01-01')
), sums AS (
    SELECT k.external_id, sum(k.amount) AS amount FROM booked k
    WHERE k.external_id IS NOT NULL GROUP BY k.external_id
)
SELECT s.what, s.expense_id, s.spent_on::text, s.amount::text, s.books::text, s.currency, s.merchant
FROM (
    SELECT 'missing' AS what, NULL::bigint AS expense_id, b.spent_on, b.amount, NULL::numeric AS books,
           b.currency, b.payee AS merchant
    FROM bank b
    LEFT JOIN sums k ON k.external_id = b.key
    LEFT JOIN booked m ON m.expense_id = b.match_id
    WHERE k.external_id IS NULL AND m.expense_id IS NULL
    UNION ALL
    SELECT 'extra', k.expense_id, k.spent_on, NULL, k.amount, k.currency, k.merchant
    FROM booked k
    WHERE EXISTS (SELECT 1 FROM bank)
        AND NOT EXISTS (SELECT 1 FROM bank b WHERE b.key = k.external_id OR b.match_id = k.expense_id)
    UNION ALL
    SELECT 'different', NULL, b.spent_on, b.amount, k.amount, b.currency, b.payee
    FROM bank b
    JOIN sums k ON k.external_id = b.key
    WHERE k.amount <> b.amount
) AS s
ORDER BY s.spent_on, s.what, s.expense_id
LIMIT $5::integer;

-- Whoever marks the same account waits.
-- name: lock_account
SELECT a.account_id
FROM ninepence.accounts a
WHERE a.ledger_id = $1::bigint AND (a.account_id = $2::bigint OR a.folded = $3::text)
FOR UPDATE;

-- The number of the mark, or one for it: $2 account, $3 day, $4 currency.
-- name: find_mark
SELECT coalesce(n.reconciliation_id, nextval(pg_get_serial_sequence('ninepence.reconciliations',
                                                                   'reconciliation_id'))) AS id
FROM (SELECT $2::bigint AS account_id, $3::date AS on_day, $4::text AS currency) a
LEFT JOIN ninepence.reconciliations n ON n.ledger_id = $1::bigint AND n.account_id = a.account_id
    AND n.currency = a.currency AND n.on_day = a.on_day;

-- $2 account, $3 day, $4 currency, $5 balance, $6 difference, $7 now, $8 number.
-- name: mark
INSERT INTO ninepence.reconciliations
    (ledger_id, account_id, on_day, currency, balance, difference, made_at, reconciliation_id)
VALUES ($1::bigint, $2::bigint, $3::date, $4::text, $5::numeric, $6::numeric,
        coalesce($7::timestamptz, now()), $8::bigint)
ON CONFLICT (ledger_id, account_id, currency, on_day) DO UPDATE
SET balance = excluded.balance, difference = excluded.difference, made_at = excluded.made_at;

-- What the mark of change $2 said, for the same request again.
-- name: marked_by
SELECT p.difference::text AS difference, (p.balance - p.difference)::text AS books
FROM ninepence.change_rows r
CROSS JOIN LATERAL jsonb_populate_record(NULL::ninepence.reconciliations, r.after -> 'row') AS p
WHERE r.ledger_id = $1::bigint AND r.change_id = $2::bigint AND r.entity = 'reconciliation'
    AND p.ledger_id = $1::bigint;
