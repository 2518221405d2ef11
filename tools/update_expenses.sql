-- Corrections. $1 ledger, $2 and $3 its currency and decimals.

-- $4 ids; $5 what is set, as JSON: spent_on, amount (size, or with its sign for transfers), currency,
-- kind, refund_of, receipt_id, shares (it is divided among users), and (null takes it away) merchant,
-- merchant_folded, description, notes, category_id, user_id, paid_by, account_id; $6 now. Nothing is converted
-- anew without need.
-- name: apply
UPDATE ninepence.expenses e
SET spent_on = n.spent_on, amount = n.amount, currency = n.currency, kind = n.kind,
    base_amount = CASE WHEN (n.spent_on, n.amount, n.currency) = (e.spent_on, e.amount, e.currency)
                       THEN e.base_amount ELSE n.base_amount END,
    refund_of = CASE WHEN n.kind = 'refund' THEN coalesce((n.set ->> 'refund_of')::bigint, e.refund_of)
                     END,
    receipt_id = coalesce((n.set ->> 'receipt_id')::bigint, e.receipt_id),
    -- What is divided among users was paid by who had spent it.
    paid_by = CASE WHEN n.set ? 'paid_by' THEN (n.set ->> 'paid_by')::bigint
                   WHEN n.set ? 'shares' THEN coalesce(e.paid_by, e.user_id)
                   ELSE e.paid_by END,
    merchant = CASE WHEN n.set ? 'merchant' THEN n.set ->> 'merchant' ELSE e.merchant END,
    merchant_folded = CASE WHEN n.set ? 'merchant' THEN n.set ->> 'merchant_folded'
                           ELSE e.merchant_folded END,
    description = CASE WHEN n.set ? 'description' THEN n.set ->> 'description' ELSE e.description END,
    notes = CASE WHEN n.set ? 'notes' THEN n.set ->> 'notes' ELSE e.notes END,
    category_id = CASE WHEN n.set ? 'category_id' THEN (n.set ->> 'category_id')::bigint
                       ELSE e.category_id END,
    user_id = CASE WHEN n.set ? 'user_id' THEN (n.set ->> 'user_id')::bigint ELSE e.user_id END,
    account_id = CASE WHEN n.set ? 'account_id' THEN (n.set ->> 'account_id')::bigint
                      ELSE e.account_id END,
    version = e.version + 1,
    updated_at = coalesce($6::timestamptz, now())
FROM (
    SELECT d.*, converted.base_amount
    FROM (
        SELECT o.expense_id, s.set, s.kind,
               coalesce((s.set ->> 'spent_on')::date, o.spent_on) AS spent_on,
               coalesce(s.set ->> 'currency', o.currency) AS currency,
               CASE s.kind WHEN 'refund' THEN -abs(s.amount)
                           WHEN 'transfer' THEN s.amount
                           ELSE abs(s.amount) END AS amount
        FROM ninepence.expenses o
        CROSS JOIN LATERAL (
            SELECT $5::jsonb AS set, coalesce($5::jsonb ->> 'kind', o.kind) AS kind,
                   coalesce(($5::jsonb ->> 'amount')::numeric, o.amount) AS amount) s
        WHERE o.ledger_id = $1::bigint AND o.expense_id = ANY ($4::bigint[])
    ) d
    -- include: converted
) n
WHERE e.ledger_id = $1::bigint AND e.expense_id = n.expense_id;

-- The further lines of a receipt that expense $4 is divided into, behind `apply`: $5 as JSON id,
-- amount (size), category_id, user_id; $6 now.
-- name: divide
INSERT INTO ninepence.expenses
    (ledger_id, expense_id, user_id, category_id, account_id, spent_on, amount, currency, base_amount,
     merchant, merchant_folded, description, notes, kind, pending, refund_of, receipt_id, paid_by,
     created_at, updated_at)
SELECT $1::bigint, d.id, d.user_id, d.category_id, d.account_id, d.spent_on, d.amount, d.currency,
       converted.base_amount, d.merchant, d.merchant_folded, d.description, d.notes, d.kind, d.pending,
       d.refund_of, d.receipt_id, d.paid_by, coalesce($6::timestamptz, now()),
       coalesce($6::timestamptz, now())
FROM (
    SELECT l.id, l.user_id, l.category_id, e.account_id, e.spent_on,
           CASE WHEN e.kind = 'refund' THEN -l.amount ELSE l.amount END AS amount, e.currency,
           e.merchant, e.merchant_folded, e.description, e.notes, e.kind, e.pending, e.refund_of,
           e.receipt_id, e.paid_by
    FROM jsonb_to_recordset($5::jsonb) AS l (id bigint, amount numeric, category_id bigint, user_id bigint)
    JOIN ninepence.expenses e ON e.ledger_id = $1::bigint AND e.expense_id = $4::bigint
) d
-- include: converted
ORDER BY d.id;

-- The lines $3 get the tags of expense $2.
-- name: copy_tags
INSERT INTO ninepence.expense_tags (ledger_id, expense_id, tag_id)
SELECT $1::bigint, l.id, et.tag_id
FROM unnest($3::bigint[]) AS l (id)
JOIN ninepence.expense_tags et ON et.ledger_id = $1::bigint AND et.expense_id = $2::bigint
ON CONFLICT DO NOTHING;

-- From expenses $2, the tags $3; or, with $4, all but these.
-- name: untag
DELETE FROM ninepence.expense_tags et
WHERE et.ledger_id = $1::bigint AND et.expense_id = ANY ($2::bigint[])
    AND (et.tag_id = ANY ($3::bigint[])) IS DISTINCT FROM $4::boolean;

-- name: tag
INSERT INTO ninepence.expense_tags (ledger_id, expense_id, tag_id)
SELECT $1::bigint, e.id, t.id
FROM unnest($2::bigint[]) AS e (id)
CROSS JOIN unnest($3::bigint[]) AS t (id)
ON CONFLICT DO NOTHING;

-- The rules that learn_again corrects, as they were: $2 expenses, $3 the change.
-- name: learn_kept
INSERT INTO ninepence.change_rows (ledger_id, change_id, position, entity, entity_id, before)
SELECT $1::bigint, $3::bigint,
       row_number() OVER (ORDER BY u.rule_id) + (
           SELECT count(*) FROM ninepence.change_rows r
           WHERE r.ledger_id = $1::bigint AND r.change_id = $3::bigint),
       'rule', u.rule_id,
       -- include: snapshot_rule
FROM ninepence.rules u
WHERE u.ledger_id = $1::bigint AND u.words_folded IS NULL AND u.min_amount IS NULL
    AND u.max_amount IS NULL AND u.account_id IS NULL
    AND u.merchant_folded IN (SELECT e.merchant_folded FROM ninepence.expenses e
                              WHERE e.ledger_id = $1::bigint AND e.expense_id = ANY ($2::bigint[]));

-- Rules for the merchants of expenses $2: category $3, $4 now. What is known of a merchant alone is
-- corrected; what is new is tried first.
-- name: learn_again
UPDATE ninepence.rules u
SET category_id = $3::bigint, is_learned = true, updated_at = coalesce($4::timestamptz, now())
FROM ninepence.expenses e
WHERE e.ledger_id = $1::bigint AND e.expense_id = ANY ($2::bigint[]) AND u.ledger_id = $1::bigint
    AND u.merchant_folded = e.merchant_folded AND u.words_folded IS NULL AND u.min_amount IS NULL
    AND u.max_amount IS NULL AND u.account_id IS NULL;

-- name: learn_room
UPDATE ninepence.rules u
SET position = u.position + 1
WHERE u.ledger_id = $1::bigint AND EXISTS (
    SELECT 1 FROM ninepence.expenses e
    WHERE e.ledger_id = $1::bigint AND e.expense_id = ANY ($2::bigint[])
        AND e.merchant_folded IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM ninepence.rules o
                        WHERE o.ledger_id = $1::bigint AND o.merchant_folded = e.merchant_folded
                            AND o.words_folded IS NULL AND o.min_amount IS NULL
                            AND o.max_amount IS NULL AND o.account_id IS NULL));

-- $5 the change, which keeps them.
-- name: learn
WITH learned AS (
INSERT INTO ninepence.rules
    (ledger_id, position, merchant, merchant_folded, category_id, is_learned, created_at, updated_at)
SELECT DISTINCT ON (e.merchant_folded) $1::bigint, 1, e.merchant, e.merchant_folded, $3::bigint, true,
       coalesce($4::timestamptz, now()), coalesce($4::timestamptz, now())
FROM ninepence.expenses e
WHERE e.ledger_id = $1::bigint AND e.expense_id = ANY ($2::bigint[]) AND e.merchant_folded IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM ninepence.rules o
                    WHERE o.ledger_id = $1::bigint AND o.merchant_folded = e.merchant_folded
                        AND o.words_folded IS NULL AND o.min_amount IS NULL AND o.max_amount IS NULL
                        AND o.account_id IS NULL)
ORDER BY e.merchant_folded, e.spent_on DESC
RETURNING rule_id
)
INSERT INTO ninepence.change_rows (ledger_id, change_id, position, entity, entity_id)
SELECT $1::bigint, $5::bigint,
       row_number() OVER (ORDER BY l.rule_id) + (
           SELECT count(*) FROM ninepence.change_rows r
           WHERE r.ledger_id = $1::bigint AND r.change_id = $5::bigint), 'rule', l.rule_id
FROM learned l;
