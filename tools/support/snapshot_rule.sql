-- What is kept of rule `u`. $1 ledger.
jsonb_build_object('row', to_jsonb(u), 'show', jsonb_strip_nulls(jsonb_build_object(
    'rule', 'r' || u.rule_id, 'merchant', u.merchant, 'text', u.words, 'min_amount', u.min_amount::text,
    'max_amount', u.max_amount::text,
    'category', (SELECT c.path FROM ninepence.categories c
                 WHERE c.ledger_id = $1::bigint AND c.category_id = u.category_id))))
