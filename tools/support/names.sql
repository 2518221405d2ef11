-- What the names in `asked` (kind, id, name, item) mean in ledger $1: one row for each meaning, with
-- id (0: rows that have none of that kind), the spelling of the ledger and the folded key. A path
-- or an id wins over the last part of a path, which may stand for several categories.
-- include: category_names
UNION ALL
SELECT a.item, a.kind, u.user_id, u.name, u.folded
FROM asked a
JOIN ninepence.users u ON u.ledger_id = $1::bigint AND (u.folded = a.name OR u.user_id = a.id)
WHERE a.kind = 'u'
UNION ALL
SELECT a.item, a.kind, o.account_id, o.name, o.folded
FROM asked a
JOIN ninepence.accounts o ON o.ledger_id = $1::bigint
    AND (o.folded = a.name OR o.account_id = a.id)
WHERE a.kind = 'a'
UNION ALL
SELECT a.item, a.kind, t.tag_id, t.name, t.folded
FROM asked a
JOIN ninepence.tags t ON t.ledger_id = $1::bigint AND t.folded = a.name
WHERE a.kind = 't'
UNION ALL
SELECT a.item, a.kind, NULL, m.merchant, a.name
FROM asked a
CROSS JOIN LATERAL (
    SELECT e.merchant
    FROM ninepence.expenses e
    WHERE e.ledger_id = $1::bigint AND e.merchant_folded = a.name AND e.deleted_at IS NULL
    ORDER BY e.spent_on DESC, e.expense_id DESC
    LIMIT 1) m
WHERE a.kind = 'm'
UNION ALL
SELECT a.item, a.kind, 0, '(none)', a.name
FROM asked a
WHERE a.kind <> 'c' AND a.name = '(none)'
