-- What is kept of the entity `k` (entity, entity_id) as it is now: its columns and how people see it.
-- $1 ledger, $3 decimals of its currency.
CASE k.entity
WHEN 'expense' THEN (
    SELECT
    -- include: snapshot
    FROM ninepence.expenses e
    WHERE e.ledger_id = $1::bigint AND e.expense_id = k.entity_id)
WHEN 'category' THEN (
    SELECT jsonb_build_object('row', to_jsonb(c), 'show', jsonb_build_object(
        'id', 'c' || c.category_id, 'category', c.path, 'color', c.color, 'kind', c.kind,
        'archived', c.archived))
    FROM ninepence.categories c
    WHERE c.ledger_id = $1::bigint AND c.category_id = k.entity_id)
WHEN 'tag' THEN (
    SELECT jsonb_build_object('row', to_jsonb(t), 'show', jsonb_build_object('tag', t.name))
    FROM ninepence.tags t
    WHERE t.ledger_id = $1::bigint AND t.tag_id = k.entity_id)
WHEN 'user' THEN (
    SELECT jsonb_build_object('row', to_jsonb(u), 'show', jsonb_build_object(
        'id', 'u' || u.user_id, 'user', u.name))
    FROM ninepence.users u
    WHERE u.ledger_id = $1::bigint AND u.user_id = k.entity_id)
WHEN 'account' THEN (
    SELECT jsonb_build_object('row', to_jsonb(o), 'show', jsonb_build_object(
        'id', 'a' || o.account_id, 'account', o.name, 'currency', o.currency))
    FROM ninepence.accounts o
    WHERE o.ledger_id = $1::bigint AND o.account_id = k.entity_id)
WHEN 'budget' THEN (
    SELECT jsonb_build_object('row', to_jsonb(b), 'show', jsonb_build_object(
        'category', coalesce((SELECT c.path FROM ninepence.categories c
                              WHERE c.ledger_id = $1::bigint AND c.category_id = b.category_id),
                             'all'),
        'month', to_char(b.month, 'YYYY-MM'), 'amount', round(b.amount, $3::integer)::text,
        'apply', b.applies, 'rollover', b.rollover))
    FROM ninepence.budgets b
    WHERE b.ledger_id = $1::bigint AND b.budget_id = k.entity_id)
WHEN 'recurring' THEN (
    SELECT jsonb_build_object('row', to_jsonb(r), 'show', jsonb_strip_nulls(jsonb_build_object(
        'id', 'r' || r.recurring_id, 'merchant', r.name, 'status', r.status, 'since', r.since,
        'amount', coalesce(r.amount, r.at_amount)::text, 'currency', r.currency,
        'cadence', r.cadence, 'next_date', r.next_on,
        'category', (SELECT c.path FROM ninepence.categories c
                     WHERE c.ledger_id = $1::bigint AND c.category_id = r.category_id))))
    FROM ninepence.recurring r
    WHERE r.ledger_id = $1::bigint AND r.recurring_id = k.entity_id)
WHEN 'rule' THEN (
    SELECT
    -- include: snapshot_rule
    FROM ninepence.rules u
    WHERE u.ledger_id = $1::bigint AND u.rule_id = k.entity_id)
WHEN 'reconciliation' THEN (
    SELECT jsonb_build_object('row', to_jsonb(n), 'show', jsonb_build_object(
        'account', (SELECT o.name FROM ninepence.accounts o
                    WHERE o.ledger_id = $1::bigint AND o.account_id = n.account_id),
        'date', n.on_day, 'balance', trim_scale(n.balance)::text, 'currency', n.currency,
        'difference', trim_scale(n.difference)::text))
    FROM ninepence.reconciliations n
    WHERE n.ledger_id = $1::bigint AND n.reconciliation_id = k.entity_id)
WHEN 'rate' THEN (
    SELECT jsonb_build_object('row', to_jsonb(r), 'show', jsonb_build_object(
        'currency', r.currency, 'date', r.on_day, 'rate', trim_scale(r.rate)::text))
    FROM ninepence.rates r
    WHERE r.ledger_id = $1::bigint AND r.rate_id = k.entity_id)
END
