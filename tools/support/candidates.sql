-- Names to look for candidates among, of the kinds $2 (codes of struct name_kind) in ledger $1; at
-- most $3 of each kind. `leaf` is the folded last part of a category's path.
-- name: vocabulary
WITH RECURSIVE merchants AS (
    (SELECT e.merchant_folded
     FROM ninepence.expenses e
     WHERE e.ledger_id = $1::bigint AND e.deleted_at IS NULL AND e.merchant_folded IS NOT NULL
         AND 'm' = ANY ($2::text[])
     ORDER BY e.merchant_folded
     LIMIT 1)
    UNION ALL
    -- One step of the index to each next name.
    SELECT (SELECT e.merchant_folded
            FROM ninepence.expenses e
            WHERE e.ledger_id = $1::bigint AND e.deleted_at IS NULL
                AND e.merchant_folded > m.merchant_folded
            ORDER BY e.merchant_folded
            LIMIT 1)
    FROM merchants m
    WHERE m.merchant_folded IS NOT NULL
)
(SELECT 'c' AS kind, c.category_id AS id, c.path AS label, c.path_folded AS key, c.folded AS leaf
 FROM ninepence.categories c
 WHERE c.ledger_id = $1::bigint AND 'c' = ANY ($2::text[])
 ORDER BY c.path_folded LIMIT $3::bigint)
UNION ALL
(SELECT 'u', u.user_id, u.name, u.folded, u.folded
 FROM ninepence.users u
 WHERE u.ledger_id = $1::bigint AND 'u' = ANY ($2::text[])
 ORDER BY u.folded LIMIT $3::bigint)
UNION ALL
(SELECT 'a', o.account_id, o.name, o.folded, o.folded
 FROM ninepence.accounts o
 WHERE o.ledger_id = $1::bigint AND 'a' = ANY ($2::text[])
 ORDER BY o.folded LIMIT $3::bigint)
UNION ALL
(SELECT 't', t.tag_id, t.name, t.folded, t.folded
 FROM ninepence.tags t
 WHERE t.ledger_id = $1::bigint AND 't' = ANY ($2::text[])
 ORDER BY t.folded LIMIT $3::bigint)
UNION ALL
SELECT 'm', NULL, l.merchant, l.merchant_folded, l.merchant_folded
FROM (SELECT m.merchant_folded FROM merchants m WHERE m.merchant_folded IS NOT NULL
      LIMIT $3::bigint) n
CROSS JOIN LATERAL (
    SELECT e.merchant, e.merchant_folded
    FROM ninepence.expenses e
    WHERE e.ledger_id = $1::bigint AND e.merchant_folded = n.merchant_folded
        AND e.deleted_at IS NULL
    ORDER BY e.spent_on DESC
    LIMIT 1) l;
