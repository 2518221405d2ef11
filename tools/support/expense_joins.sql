LEFT JOIN ninepence.categories c ON c.ledger_id = $1::bigint AND c.category_id = e.category_id
LEFT JOIN ninepence.users u ON u.ledger_id = $1::bigint AND u.user_id = e.user_id
LEFT JOIN ninepence.accounts o ON o.ledger_id = $1::bigint AND o.account_id = e.account_id
