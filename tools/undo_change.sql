-- Takes a change back: rows become what they were before it. $1 ledger, $2 the change.
--
-- An entity that can be taken back has its snapshot (support/snapshot_of.sql), a statement that locks
-- it, one that puts its rows back as they were, and one that takes away what the change made; all
-- are listed in undo_change.c in the order in which they run.

-- Locked, so that nobody else takes it back meanwhile.
-- name: target
SELECT c.tool, c.undone_by, c.undoes
FROM ninepence.changes c
WHERE c.ledger_id = $1::bigint AND c.change_id = $2::bigint
FOR UPDATE;

-- Amounts are converted here as they are where rates change (support/rates.sql), so whoever changes
-- rates waits; and when this is about rates, whoever converts. Budgets change one after the other.
-- name: lock_plans
SELECT CASE WHEN bool_or(r.entity = 'rate')
       THEN pg_advisory_xact_lock(hashtextextended('rates', $1::bigint))
       ELSE pg_advisory_xact_lock_shared(hashtextextended('rates', $1::bigint)) END,
       CASE WHEN bool_or(r.entity = 'budget')
       THEN pg_advisory_xact_lock(hashtextextended('budgets', $1::bigint)) END
FROM ninepence.change_rows r
WHERE r.ledger_id = $1::bigint AND r.change_id = $2::bigint;

-- name: lock_categories
SELECT e.category_id
FROM ninepence.categories e
WHERE e.ledger_id = $1::bigint
    AND e.category_id IN (
        SELECT r.entity_id FROM ninepence.change_rows r
        WHERE r.ledger_id = $1::bigint AND r.change_id = $2::bigint AND r.entity = 'category')
ORDER BY e.category_id
FOR UPDATE;

-- With the purchases of refunds that come back, as everywhere (support/refund.sql).
-- name: lock_expenses
SELECT e.expense_id
FROM ninepence.expenses e
WHERE e.ledger_id = $1::bigint
    AND e.expense_id IN (
        SELECT r.entity_id FROM ninepence.change_rows r
        WHERE r.ledger_id = $1::bigint AND r.change_id = $2::bigint AND r.entity = 'expense'
        UNION ALL
        SELECT (r.before -> 'row' ->> 'refund_of')::bigint FROM ninepence.change_rows r
        WHERE r.ledger_id = $1::bigint AND r.change_id = $2::bigint AND r.entity = 'expense')
ORDER BY e.expense_id
FOR UPDATE;

-- name: lock_budgets
SELECT e.budget_id
FROM ninepence.budgets e
WHERE e.ledger_id = $1::bigint
    AND e.budget_id IN (
        SELECT r.entity_id FROM ninepence.change_rows r
        WHERE r.ledger_id = $1::bigint AND r.change_id = $2::bigint AND r.entity = 'budget')
ORDER BY e.budget_id
FOR UPDATE;

-- name: lock_rates
SELECT e.rate_id
FROM ninepence.rates e
WHERE e.ledger_id = $1::bigint
    AND e.rate_id IN (
        SELECT r.entity_id FROM ninepence.change_rows r
        WHERE r.ledger_id = $1::bigint AND r.change_id = $2::bigint AND r.entity = 'rate')
ORDER BY e.rate_id
FOR UPDATE;

-- name: lock_recurring
SELECT e.recurring_id
FROM ninepence.recurring e
WHERE e.ledger_id = $1::bigint
    AND e.recurring_id IN (
        SELECT r.entity_id FROM ninepence.change_rows r
        WHERE r.ledger_id = $1::bigint AND r.change_id = $2::bigint AND r.entity = 'recurring')
ORDER BY e.recurring_id
FOR UPDATE;

-- name: lock_rules
SELECT e.rule_id
FROM ninepence.rules e
WHERE e.ledger_id = $1::bigint
    AND e.rule_id IN (
        SELECT r.entity_id FROM ninepence.change_rows r
        WHERE r.ledger_id = $1::bigint AND r.change_id = $2::bigint AND r.entity = 'rule')
ORDER BY e.rule_id
FOR UPDATE;

-- name: lock_reconciliations
SELECT e.reconciliation_id
FROM ninepence.reconciliations e
WHERE e.ledger_id = $1::bigint
    AND e.reconciliation_id IN (
        SELECT r.entity_id FROM ninepence.change_rows r
        WHERE r.ledger_id = $1::bigint AND r.change_id = $2::bigint AND r.entity = 'reconciliation')
ORDER BY e.reconciliation_id
FOR UPDATE;

-- An import keeps its new rows in brief; to be taken back they are kept one by one.
-- name: spell_out
INSERT INTO ninepence.change_rows (ledger_id, change_id, position, entity, entity_id, before, after)
SELECT $1::bigint, c.change_id, c.position, c.entity, c.entity_id, c.before, c.after
FROM (SELECT $2::bigint AS change_id) AS of
CROSS JOIN LATERAL (
    -- include: created_rows
    ) AS c;

-- name: spelled_out
UPDATE ninepence.imports i
SET first_expense = NULL, last_expense = NULL
WHERE i.ledger_id = $1::bigint AND i.change_id = $2::bigint AND i.first_expense IS NOT NULL;

-- A change may have many rows: $1 milliseconds. (There is no ledger in it.)
-- name: patience
SELECT set_config('statement_timeout', $1::text, true);

-- What the change was about, and whether somebody changed it since: $3 decimals of the ledger's
-- currency, $4 columns that do not count (converted amounts and counters). Columns that came to a
-- table since do not count either. A row that the change only converted, and that was changed since,
-- is left alone: the rates say what it comes to.
-- name: rows
SELECT y.entity, y.entity_id, y.differs AND NOT y.is_converted AS differs,
       y.differs AND y.is_converted AS is_left
FROM (
    SELECT x.entity, x.entity_id, x.position,
           jsonb_typeof(x.after) IS DISTINCT FROM jsonb_typeof(x.present)
           OR x.present -> 'tags' IS DISTINCT FROM x.after -> 'tags'
           OR (SELECT jsonb_object_agg(c.key, c.value) FROM jsonb_each(x.present -> 'row') c
               WHERE x.after -> 'row' ? c.key AND c.key <> ALL ($4::text[]))
              IS DISTINCT FROM (x.after -> 'row') - $4::text[] AS differs,
           x.entity = 'expense' AND x.before -> 'tags' IS NOT DISTINCT FROM x.after -> 'tags'
           AND coalesce((x.before -> 'row') - $4::text[] = (x.after -> 'row') - $4::text[], false)
               AS is_converted
    FROM (
        SELECT k.entity, k.entity_id, k.position, k.before, k.after, (
-- include: snapshot_of
        ) AS present
        FROM ninepence.change_rows k
        WHERE k.ledger_id = $1::bigint AND k.change_id = $2::bigint
    ) x
) y
ORDER BY y.position;

-- Rows that came since and have the place of one that would come back: the budget of the same month,
-- the rate or the checked balance of the same day. And, in nobody's way, what other changes deleted from an account that goes.
-- name: occupants
SELECT 'budget' AS entity, b.budget_id AS entity_id, true AS differs
FROM ninepence.change_rows r
CROSS JOIN LATERAL jsonb_populate_record(NULL::ninepence.budgets, r.before -> 'row') AS p
JOIN ninepence.budgets b ON b.ledger_id = $1::bigint AND b.month = p.month AND b.applies = p.applies
    AND b.category_id IS NOT DISTINCT FROM p.category_id
WHERE r.ledger_id = $1::bigint AND r.change_id = $2::bigint AND r.entity = 'budget'
    AND p.ledger_id = $1::bigint AND NOT EXISTS (
        SELECT 1 FROM ninepence.change_rows o
        WHERE o.ledger_id = $1::bigint AND o.change_id = $2::bigint AND o.entity = 'budget'
            AND o.entity_id = b.budget_id)
UNION ALL
SELECT 'rate', y.rate_id, true
FROM ninepence.change_rows r
CROSS JOIN LATERAL jsonb_populate_record(NULL::ninepence.rates, r.before -> 'row') AS p
JOIN ninepence.rates y ON y.ledger_id = $1::bigint AND y.currency = p.currency AND y.on_day = p.on_day
WHERE r.ledger_id = $1::bigint AND r.change_id = $2::bigint AND r.entity = 'rate'
    AND p.ledger_id = $1::bigint AND NOT EXISTS (
        SELECT 1 FROM ninepence.change_rows o
        WHERE o.ledger_id = $1::bigint AND o.change_id = $2::bigint AND o.entity = 'rate'
            AND o.entity_id = y.rate_id)
UNION ALL
SELECT 'reconciliation', n.reconciliation_id, true
FROM ninepence.change_rows r
CROSS JOIN LATERAL jsonb_populate_record(NULL::ninepence.reconciliations, r.before -> 'row') AS p
JOIN ninepence.reconciliations n ON n.ledger_id = $1::bigint AND n.account_id = p.account_id
    AND n.currency = p.currency AND n.on_day = p.on_day
WHERE r.ledger_id = $1::bigint AND r.change_id = $2::bigint AND r.entity = 'reconciliation'
    AND p.ledger_id = $1::bigint AND n.reconciliation_id <> r.entity_id
UNION ALL
SELECT 'expense', e.expense_id, false
FROM ninepence.change_rows r
JOIN ninepence.expenses e ON e.ledger_id = $1::bigint AND e.account_id = r.entity_id
    AND e.deleted_at IS NOT NULL
WHERE r.ledger_id = $1::bigint AND r.change_id = $2::bigint AND r.entity = 'account' AND r.before IS NULL
    AND NOT EXISTS (
        SELECT 1 FROM ninepence.change_rows o
        WHERE o.ledger_id = $1::bigint AND o.change_id = $2::bigint AND o.entity = 'expense'
            AND o.entity_id = e.expense_id)
ORDER BY 1, 2;

-- $2 go, so that others can come back.
-- name: make_room_for_budgets
DELETE FROM ninepence.budgets b WHERE b.ledger_id = $1::bigint AND b.budget_id = ANY ($2::bigint[]);

-- name: make_room_for_rates
DELETE FROM ninepence.rates y WHERE y.ledger_id = $1::bigint AND y.rate_id = ANY ($2::bigint[]);

-- name: make_room_for_reconciliations
DELETE FROM ninepence.reconciliations n
WHERE n.ledger_id = $1::bigint AND n.reconciliation_id = ANY ($2::bigint[]);

-- The currencies whose rates the change was about, and the days that these serve.
-- name: rate_span
SELECT count(*) AS rates, coalesce(array_agg(DISTINCT p.currency), '{}')::text AS currencies,
       to_char(min(p.on_day), 'YYYY-MM-DD') AS first,
       to_char(least(max(p.on_day) + 7, '2999-12-31'), 'YYYY-MM-DD') AS last
FROM ninepence.change_rows r
CROSS JOIN LATERAL jsonb_populate_record(NULL::ninepence.rates,
                                         coalesce(r.after, r.before) -> 'row') AS p
WHERE r.ledger_id = $1::bigint AND r.change_id = $2::bigint AND r.entity = 'rate'
    AND p.ledger_id = $1::bigint;

-- What expenses refer to comes back first.
-- name: restore_tags
INSERT INTO ninepence.tags AS e
    (ledger_id, tag_id, name, folded)
SELECT p.ledger_id, p.tag_id, p.name, p.folded
FROM ninepence.change_rows r
CROSS JOIN LATERAL jsonb_populate_record(NULL::ninepence.tags, r.before -> 'row') AS p
WHERE r.ledger_id = $1::bigint AND r.change_id = $2::bigint AND r.entity = 'tag'
    AND r.before IS NOT NULL AND p.ledger_id = $1::bigint
ORDER BY p.tag_id
ON CONFLICT (ledger_id, tag_id) DO UPDATE
SET name = excluded.name, folded = excluded.folded;

-- name: restore_users
INSERT INTO ninepence.users AS e
    (ledger_id, user_id, name, folded, email, created_at)
SELECT p.ledger_id, p.user_id, p.name, p.folded, p.email, p.created_at
FROM ninepence.change_rows r
CROSS JOIN LATERAL jsonb_populate_record(NULL::ninepence.users, r.before -> 'row') AS p
WHERE r.ledger_id = $1::bigint AND r.change_id = $2::bigint AND r.entity = 'user'
    AND r.before IS NOT NULL AND p.ledger_id = $1::bigint
ORDER BY p.user_id
ON CONFLICT (ledger_id, user_id) DO UPDATE
SET name = excluded.name, folded = excluded.folded, email = excluded.email,
    created_at = excluded.created_at;

-- name: restore_accounts
INSERT INTO ninepence.accounts AS e
    (ledger_id, account_id, name, folded, currency, archived, created_at)
SELECT p.ledger_id, p.account_id, p.name, p.folded, p.currency, p.archived, p.created_at
FROM ninepence.change_rows r
CROSS JOIN LATERAL jsonb_populate_record(NULL::ninepence.accounts, r.before -> 'row') AS p
WHERE r.ledger_id = $1::bigint AND r.change_id = $2::bigint AND r.entity = 'account'
    AND r.before IS NOT NULL AND p.ledger_id = $1::bigint
ORDER BY p.account_id
ON CONFLICT (ledger_id, account_id) DO UPDATE
SET name = excluded.name, folded = excluded.folded, currency = excluded.currency,
    archived = excluded.archived, created_at = excluded.created_at;

-- name: restore_categories
INSERT INTO ninepence.categories AS e
    (ledger_id, category_id, parent_id, root_id, name, folded, path, path_folded, color, kind,
     archived, created_at)
SELECT p.ledger_id, p.category_id, p.parent_id, p.root_id, p.name, p.folded, p.path, p.path_folded,
       p.color, p.kind, p.archived, p.created_at
FROM ninepence.change_rows r
CROSS JOIN LATERAL jsonb_populate_record(NULL::ninepence.categories, r.before -> 'row') AS p
WHERE r.ledger_id = $1::bigint AND r.change_id = $2::bigint AND r.entity = 'category'
    AND r.before IS NOT NULL AND p.ledger_id = $1::bigint
ORDER BY p.category_id
ON CONFLICT (ledger_id, category_id) DO UPDATE
SET parent_id = excluded.parent_id, root_id = excluded.root_id, name = excluded.name,
    folded = excluded.folded, path = excluded.path, path_folded = excluded.path_folded,
    color = excluded.color, kind = excluded.kind, archived = excluded.archived,
    created_at = excluded.created_at;

-- Expenses are never taken out of their table, so there is nothing to insert. $3 those that are left
-- alone. An account that is gone (remove_accounts) comes back with the change that made it, not here.
-- name: restore_expenses
UPDATE ninepence.expenses e
SET user_id = p.user_id, category_id = p.category_id, account_id = a.account_id,
    spent_on = p.spent_on, amount = p.amount, currency = p.currency, base_amount = p.base_amount,
    merchant = p.merchant, merchant_folded = p.merchant_folded, description = p.description,
    notes = p.notes, kind = p.kind, pending = p.pending, refund_of = p.refund_of,
    receipt_id = p.receipt_id, paid_by = p.paid_by, import_id = p.import_id,
    external_id = p.external_id, version = p.version, created_at = p.created_at,
    updated_at = p.updated_at, deleted_at = p.deleted_at
FROM ninepence.change_rows r
CROSS JOIN LATERAL jsonb_populate_record(NULL::ninepence.expenses, r.before -> 'row') AS p
LEFT JOIN ninepence.accounts a ON a.ledger_id = $1::bigint AND a.account_id = p.account_id
WHERE r.ledger_id = $1::bigint AND r.change_id = $2::bigint AND r.entity = 'expense'
    AND r.before IS NOT NULL AND r.entity_id <> ALL ($3::bigint[]) AND p.ledger_id = $1::bigint
    AND e.ledger_id = $1::bigint AND e.expense_id = r.entity_id;

-- A rate may have come since: $2 and $3 the ledger's currency and its decimals, $4 the change, $5 those
-- that are left alone.
-- name: convert_expenses
UPDATE ninepence.expenses e
SET base_amount = n.base_amount
FROM (
    SELECT d.expense_id, converted.base_amount
    FROM (
        SELECT o.expense_id, o.spent_on, o.amount, o.currency
        FROM ninepence.change_rows r
        JOIN ninepence.expenses o ON o.ledger_id = $1::bigint AND o.expense_id = r.entity_id
        WHERE r.ledger_id = $1::bigint AND r.change_id = $4::bigint AND r.entity = 'expense'
            AND r.entity_id <> ALL ($5::bigint[])
    ) d
    -- include: converted
) n
WHERE e.ledger_id = $1::bigint AND e.expense_id = n.expense_id
    AND e.base_amount IS DISTINCT FROM n.base_amount;

-- What the change made is marked as deleted, and lets go of an account that the change made as well, so
-- that this can go: $3 now.
-- name: remove_expenses
UPDATE ninepence.expenses e
SET deleted_at = coalesce($3::timestamptz, now()), updated_at = coalesce($3::timestamptz, now()),
    version = e.version + 1,
    account_id = CASE WHEN e.account_id NOT IN (
                     SELECT m.entity_id FROM ninepence.change_rows m
                     WHERE m.ledger_id = $1::bigint AND m.change_id = $2::bigint
                         AND m.entity = 'account' AND m.before IS NULL) THEN e.account_id END
FROM ninepence.change_rows r
WHERE r.ledger_id = $1::bigint AND r.change_id = $2::bigint AND r.entity = 'expense'
    AND r.before IS NULL AND e.ledger_id = $1::bigint AND e.expense_id = r.entity_id;

-- The tags of its expenses, but of $3.
-- name: untag
DELETE FROM ninepence.expense_tags et
USING ninepence.change_rows r
WHERE r.ledger_id = $1::bigint AND r.change_id = $2::bigint AND r.entity = 'expense'
    AND r.entity_id <> ALL ($3::bigint[]) AND et.ledger_id = $1::bigint
    AND et.expense_id = r.entity_id;

-- name: tag
INSERT INTO ninepence.expense_tags (ledger_id, expense_id, tag_id)
SELECT $1::bigint, r.entity_id, t.tag_id
FROM ninepence.change_rows r
CROSS JOIN LATERAL jsonb_array_elements_text(r.before -> 'tags') AS k (tag)
JOIN ninepence.tags t ON t.ledger_id = $1::bigint AND t.tag_id = k.tag::bigint
WHERE r.ledger_id = $1::bigint AND r.change_id = $2::bigint AND r.entity = 'expense'
    AND r.before IS NOT NULL AND r.entity_id <> ALL ($3::bigint[])
ON CONFLICT DO NOTHING;

-- name: restore_budgets
INSERT INTO ninepence.budgets AS e
    (ledger_id, budget_id, category_id, month, applies, amount, rollover, created_at, updated_at)
SELECT p.ledger_id, p.budget_id, p.category_id, p.month, p.applies, p.amount, p.rollover,
       p.created_at, p.updated_at
FROM ninepence.change_rows r
CROSS JOIN LATERAL jsonb_populate_record(NULL::ninepence.budgets, r.before -> 'row') AS p
WHERE r.ledger_id = $1::bigint AND r.change_id = $2::bigint AND r.entity = 'budget'
    AND r.before IS NOT NULL AND p.ledger_id = $1::bigint
ORDER BY p.budget_id
ON CONFLICT (ledger_id, budget_id) DO UPDATE
SET category_id = excluded.category_id, month = excluded.month, applies = excluded.applies,
    amount = excluded.amount, rollover = excluded.rollover, created_at = excluded.created_at,
    updated_at = excluded.updated_at;

-- name: restore_recurring
INSERT INTO ninepence.recurring AS e
    (ledger_id, recurring_id, name, merchant_key, currency, at_amount, amount,
     cadence, next_on, status, since, category_id, created_at, updated_at)
SELECT p.ledger_id, p.recurring_id, p.name, p.merchant_key, p.currency, p.at_amount, p.amount,
       p.cadence, p.next_on, p.status, p.since, p.category_id, p.created_at, p.updated_at
FROM ninepence.change_rows r
CROSS JOIN LATERAL jsonb_populate_record(NULL::ninepence.recurring, r.before -> 'row') AS p
WHERE r.ledger_id = $1::bigint AND r.change_id = $2::bigint AND r.entity = 'recurring'
    AND r.before IS NOT NULL AND p.ledger_id = $1::bigint
ORDER BY p.recurring_id
ON CONFLICT (ledger_id, recurring_id) DO UPDATE
SET name = excluded.name, merchant_key = excluded.merchant_key, currency = excluded.currency,
    at_amount = excluded.at_amount, amount = excluded.amount, cadence = excluded.cadence,
    next_on = excluded.next_on, status = excluded.status, since = excluded.since,
    category_id = excluded.category_id, created_at = excluded.created_at, updated_at = excluded.updated_at;

-- name: remove_recurring
DELETE FROM ninepence.recurring e
USING ninepence.change_rows r
WHERE r.ledger_id = $1::bigint AND r.change_id = $2::bigint AND r.entity = 'recurring'
    AND r.before IS NULL AND e.ledger_id = $1::bigint AND e.recurring_id = r.entity_id;

-- name: remove_rules
DELETE FROM ninepence.rules e
USING ninepence.change_rows r
WHERE r.ledger_id = $1::bigint AND r.change_id = $2::bigint AND r.entity = 'rule'
    AND r.before IS NULL AND e.ledger_id = $1::bigint AND e.rule_id = r.entity_id;

-- name: restore_rules
INSERT INTO ninepence.rules AS e
    (ledger_id, rule_id, position, merchant, merchant_folded, words, words_folded, min_amount,
     max_amount, account_id, category_id, is_learned, created_at, updated_at)
SELECT p.ledger_id, p.rule_id, p.position, p.merchant, p.merchant_folded, p.words, p.words_folded,
       p.min_amount, p.max_amount, p.account_id, p.category_id, p.is_learned, p.created_at, p.updated_at
FROM ninepence.change_rows r
CROSS JOIN LATERAL jsonb_populate_record(NULL::ninepence.rules, r.before -> 'row') AS p
WHERE r.ledger_id = $1::bigint AND r.change_id = $2::bigint AND r.entity = 'rule'
    AND r.before IS NOT NULL AND p.ledger_id = $1::bigint
ORDER BY p.rule_id
ON CONFLICT (ledger_id, rule_id) DO UPDATE
SET position = excluded.position, merchant = excluded.merchant,
    merchant_folded = excluded.merchant_folded, words = excluded.words,
    words_folded = excluded.words_folded, min_amount = excluded.min_amount,
    max_amount = excluded.max_amount, account_id = excluded.account_id,
    category_id = excluded.category_id, is_learned = excluded.is_learned,
    created_at = excluded.created_at, updated_at = excluded.updated_at;

-- name: restore_rates
INSERT INTO ninepence.rates AS e
    (ledger_id, rate_id, currency, on_day, rate, source)
SELECT p.ledger_id, p.rate_id, p.currency, p.on_day, p.rate, p.source
FROM ninepence.change_rows r
CROSS JOIN LATERAL jsonb_populate_record(NULL::ninepence.rates, r.before -> 'row') AS p
WHERE r.ledger_id = $1::bigint AND r.change_id = $2::bigint AND r.entity = 'rate'
    AND r.before IS NOT NULL AND p.ledger_id = $1::bigint
ORDER BY p.rate_id
ON CONFLICT (ledger_id, rate_id) DO UPDATE
SET currency = excluded.currency, on_day = excluded.on_day, rate = excluded.rate,
    source = excluded.source;

-- name: restore_reconciliations
INSERT INTO ninepence.reconciliations AS e
    (ledger_id, account_id, on_day, currency, balance, difference, made_at, reconciliation_id)
SELECT p.ledger_id, p.account_id, p.on_day, p.currency, p.balance, p.difference, p.made_at,
       p.reconciliation_id
FROM ninepence.change_rows r
CROSS JOIN LATERAL jsonb_populate_record(NULL::ninepence.reconciliations, r.before -> 'row') AS p
WHERE r.ledger_id = $1::bigint AND r.change_id = $2::bigint AND r.entity = 'reconciliation'
    AND r.before IS NOT NULL AND p.ledger_id = $1::bigint
ORDER BY p.reconciliation_id
ON CONFLICT (ledger_id, reconciliation_id) DO UPDATE
SET account_id = excluded.account_id, on_day = excluded.on_day, currency = excluded.currency,
    balance = excluded.balance, difference = excluded.difference, made_at = excluded.made_at;

-- What the change made, goes; names that somebody uses since, stay.
-- name: remove_budgets
DELETE FROM ninepence.budgets e
USING ninepence.change_rows r
WHERE r.ledger_id = $1::bigint AND r.change_id = $2::bigint AND r.entity = 'budget'
    AND r.before IS NULL AND e.ledger_id = $1::bigint AND e.budget_id = r.entity_id;

-- name: remove_rates
DELETE FROM ninepence.rates e
USING ninepence.change_rows r
WHERE r.ledger_id = $1::bigint AND r.change_id = $2::bigint AND r.entity = 'rate'
    AND r.before IS NULL AND e.ledger_id = $1::bigint AND e.rate_id = r.entity_id;

-- name: remove_reconciliations
DELETE FROM ninepence.reconciliations e
USING ninepence.change_rows r
WHERE r.ledger_id = $1::bigint AND r.change_id = $2::bigint AND r.entity = 'reconciliation'
    AND r.before IS NULL AND e.ledger_id = $1::bigint AND e.reconciliation_id = r.entity_id;

-- name: remove_tags
DELETE FROM ninepence.tags e
USING ninepence.change_rows r
WHERE r.ledger_id = $1::bigint AND r.change_id = $2::bigint AND r.entity = 'tag'
    AND r.before IS NULL AND e.ledger_id = $1::bigint AND e.tag_id = r.entity_id
    AND NOT EXISTS (SELECT 1 FROM ninepence.expense_tags u
                    WHERE u.ledger_id = $1::bigint AND u.tag_id = e.tag_id);

-- name: remove_users
DELETE FROM ninepence.users e
USING ninepence.change_rows r
WHERE r.ledger_id = $1::bigint AND r.change_id = $2::bigint AND r.entity = 'user'
    AND r.before IS NULL AND e.ledger_id = $1::bigint AND e.user_id = r.entity_id
    AND NOT EXISTS (SELECT 1 FROM ninepence.expenses u
                    WHERE u.ledger_id = $1::bigint AND e.user_id IN (u.user_id, u.paid_by));

-- What was deleted by other changes lets go of an account that nobody uses any more.
-- name: leave_accounts
UPDATE ninepence.expenses e
SET account_id = NULL
FROM ninepence.change_rows r
WHERE r.ledger_id = $1::bigint AND r.change_id = $2::bigint AND r.entity = 'account'
    AND r.before IS NULL AND e.ledger_id = $1::bigint AND e.account_id = r.entity_id
    AND e.deleted_at IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM ninepence.expenses u
                    WHERE u.ledger_id = $1::bigint AND u.account_id = r.entity_id
                        AND u.deleted_at IS NULL);

-- name: remove_accounts
DELETE FROM ninepence.accounts e
USING ninepence.change_rows r
WHERE r.ledger_id = $1::bigint AND r.change_id = $2::bigint AND r.entity = 'account'
    AND r.before IS NULL AND e.ledger_id = $1::bigint AND e.account_id = r.entity_id
    AND NOT EXISTS (SELECT 1 FROM ninepence.expenses u
                    WHERE u.ledger_id = $1::bigint AND u.account_id = e.account_id)
    AND NOT EXISTS (SELECT 1 FROM ninepence.reconciliations n
                    WHERE n.ledger_id = $1::bigint AND n.account_id = e.account_id);

-- A category that is used, or lies above one that stays, is put aside instead.
-- name: remove_categories
WITH RECURSIVE made AS MATERIALIZED (
    SELECT r.entity_id
    FROM ninepence.change_rows r
    WHERE r.ledger_id = $1::bigint AND r.change_id = $2::bigint AND r.entity = 'category'
        AND r.before IS NULL
), used AS (
    SELECT m.entity_id
    FROM made m
    WHERE EXISTS (SELECT 1 FROM ninepence.expenses e
                  WHERE e.ledger_id = $1::bigint AND e.category_id = m.entity_id)
        OR EXISTS (SELECT 1 FROM ninepence.budgets b
                   WHERE b.ledger_id = $1::bigint AND b.category_id = m.entity_id)
        OR EXISTS (SELECT 1 FROM ninepence.recurring p
                   WHERE p.ledger_id = $1::bigint AND p.category_id = m.entity_id)
        OR EXISTS (SELECT 1 FROM ninepence.rules l
                   WHERE l.ledger_id = $1::bigint AND l.category_id = m.entity_id)
        OR EXISTS (SELECT 1 FROM ninepence.categories c
                   WHERE c.ledger_id = $1::bigint AND c.parent_id = m.entity_id
                       AND c.category_id NOT IN (SELECT o.entity_id FROM made o))
    UNION
    SELECT c.parent_id
    FROM used u
    JOIN ninepence.categories c ON c.ledger_id = $1::bigint AND c.category_id = u.entity_id
    JOIN made m ON m.entity_id = c.parent_id
), gone AS (
    DELETE FROM ninepence.categories c
    USING made m
    WHERE m.entity_id NOT IN (SELECT u.entity_id FROM used u)
        AND c.ledger_id = $1::bigint AND c.category_id = m.entity_id
    RETURNING 1
)
UPDATE ninepence.categories c
SET archived = true
FROM used
WHERE c.ledger_id = $1::bigint AND c.category_id = used.entity_id;

-- The change $2 is taken back by $3; what it took back itself ($4) holds again.
-- name: mark
UPDATE ninepence.changes c
SET undone_by = CASE WHEN c.change_id = $2::bigint THEN $3::bigint END
WHERE c.ledger_id = $1::bigint AND c.change_id IN ($2::bigint, $4::bigint);
