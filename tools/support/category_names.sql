-- The part of names.sql about categories.
SELECT a.item, a.kind, c.category_id AS id, c.path AS label, c.path_folded AS key
FROM asked a
JOIN ninepence.categories c ON c.ledger_id = $1::bigint
    AND (c.path_folded = a.name OR c.category_id = a.id
         OR (c.folded = a.name
             AND NOT EXISTS (SELECT 1 FROM ninepence.categories p
                             WHERE p.ledger_id = $1::bigint AND p.path_folded = a.name)))
WHERE a.kind = 'c'
UNION ALL
SELECT a.item, a.kind, 0, 'Uncategorized', a.name
FROM asked a
WHERE a.kind = 'c' AND a.name = 'uncategorized'
    AND NOT EXISTS (
        SELECT 1 FROM ninepence.categories c
        WHERE c.ledger_id = $1::bigint AND c.folded = a.name)
