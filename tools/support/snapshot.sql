-- A row of expenses `e` as a change keeps it: the columns, the ids of its tags, and the names that
-- people see, as they are now; and of a purchase its refunds.
jsonb_build_object(
    'row', to_jsonb(e),
    'tags', (SELECT coalesce(jsonb_agg(et.tag_id ORDER BY et.tag_id), '[]')
             FROM ninepence.expense_tags et
             WHERE et.ledger_id = $1::bigint AND et.expense_id = e.expense_id),
    'show', jsonb_build_object(
        'category', (SELECT c.path FROM ninepence.categories c
                     WHERE c.ledger_id = $1::bigint AND c.category_id = e.category_id),
        'user', (SELECT u.name FROM ninepence.users u
                 WHERE u.ledger_id = $1::bigint AND u.user_id = e.user_id),
        'paid_by', (SELECT u.name FROM ninepence.users u
                    WHERE u.ledger_id = $1::bigint AND u.user_id = e.paid_by),
        'account', (SELECT o.name FROM ninepence.accounts o
                    WHERE o.ledger_id = $1::bigint AND o.account_id = e.account_id),
        'tags', (SELECT coalesce(jsonb_agg(t.name ORDER BY t.folded), '[]')
                 FROM ninepence.expense_tags et
                 JOIN ninepence.tags t ON t.ledger_id = $1::bigint AND t.tag_id = et.tag_id
                 WHERE et.ledger_id = $1::bigint AND et.expense_id = e.expense_id),
        'refunds', CASE WHEN e.kind = 'expense' THEN (
            SELECT jsonb_agg(jsonb_build_object('id', r.expense_id::text, 'amount', abs(r.amount)::text,
                                                'currency', r.currency) ORDER BY r.expense_id)
            FROM ninepence.expenses r
            WHERE r.ledger_id = $1::bigint AND r.refund_of = e.expense_id AND r.deleted_at IS NULL) END))
