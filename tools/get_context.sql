-- The ledger at a glance, and what its names are.

-- Span of the books of ledger $1 and when they were last added to: what was deleted since is not in
-- them. Ids rise as entries come, but for those that are written at once or side by side, so that the
-- newest thousand tell the day.
-- name: facts
SELECT to_char(s.first_day, 'YYYY-MM-DD') AS first_day, to_char(s.last_day, 'YYYY-MM-DD') AS last_day,
       s.expenses, (
    SELECT to_char(max(n.created_at) AT TIME ZONE l.time_zone, 'YYYY-MM-DD')
    FROM (SELECT e.created_at
          FROM ninepence.expenses e
          WHERE e.ledger_id = $1::bigint AND e.deleted_at IS NULL
          ORDER BY e.expense_id DESC
          LIMIT 1000) n) AS last_entered
FROM ninepence.ledgers l
CROSS JOIN LATERAL (
    SELECT min(e.spent_on) AS first_day, max(e.spent_on) AS last_day, count(*) AS expenses
    FROM ninepence.expenses e
    WHERE e.ledger_id = $1::bigint AND e.deleted_at IS NULL) s
WHERE l.ledger_id = $1::bigint;

-- Names of the kinds $2 (codes of struct name_kind, 'r' for currencies, 'l' for rules, which are named
-- after what they look for) with how often they are used and since when not; at most $3 of each kind, the
-- most used first.
-- name: vocabulary
WITH used AS MATERIALIZED (
    SELECT e.category_id, e.user_id, e.account_id, e.currency, count(*) AS uses,
           max(e.spent_on) AS last_used
    FROM ninepence.expenses e
    WHERE e.ledger_id = $1::bigint AND e.deleted_at IS NULL
    GROUP BY e.category_id, e.user_id, e.account_id, e.currency
)
SELECT k.kind, k.id, k.name, k.key, k.leaf, k.detail, k.color, k.uses,
       to_char(k.last_used, 'YYYY-MM-DD') AS last_used
FROM (
    (SELECT 1 AS place, 'c' AS kind, c.category_id AS id, c.path AS name, c.path_folded AS key,
            c.folded AS leaf, CASE WHEN c.archived THEN 'archived ' ELSE '' END || c.kind AS detail,
            c.color, coalesce(sum(u.uses), 0) AS uses, max(u.last_used) AS last_used
     FROM ninepence.categories c
     LEFT JOIN used u ON u.category_id = c.category_id
     WHERE c.ledger_id = $1::bigint AND 'c' = ANY ($2::text[])
     GROUP BY c.category_id, c.path, c.path_folded, c.folded, c.archived, c.kind, c.color
     ORDER BY uses DESC, c.path_folded
     LIMIT $3::bigint)
    UNION ALL
    (SELECT 2, 'u', p.user_id, p.name, p.folded, p.folded, NULL, NULL, coalesce(sum(u.uses), 0),
            max(u.last_used)
     FROM ninepence.users p
     LEFT JOIN used u ON u.user_id = p.user_id
     WHERE p.ledger_id = $1::bigint AND 'u' = ANY ($2::text[])
     GROUP BY p.user_id, p.name, p.folded
     ORDER BY 9 DESC, p.folded
     LIMIT $3::bigint)
    UNION ALL
    (SELECT 3, 'a', o.account_id, o.name, o.folded, o.folded,
            CASE WHEN o.archived THEN 'archived ' ELSE '' END || o.currency, NULL,
            coalesce(sum(u.uses), 0), max(u.last_used)
     FROM ninepence.accounts o
     LEFT JOIN used u ON u.account_id = o.account_id
     WHERE o.ledger_id = $1::bigint AND 'a' = ANY ($2::text[])
     GROUP BY o.account_id, o.name, o.folded, o.archived, o.currency
     ORDER BY 9 DESC, o.folded
     LIMIT $3::bigint)
    UNION ALL
    (SELECT 4, 't', t.tag_id, t.name, t.folded, t.folded, NULL, NULL, count(e.expense_id),
            max(e.spent_on)
     FROM ninepence.tags t
     LEFT JOIN ninepence.expense_tags et ON et.ledger_id = $1::bigint AND et.tag_id = t.tag_id
     LEFT JOIN ninepence.expenses e ON e.ledger_id = $1::bigint
         AND e.expense_id = et.expense_id AND e.deleted_at IS NULL
     WHERE t.ledger_id = $1::bigint AND 't' = ANY ($2::text[])
     GROUP BY t.tag_id, t.name, t.folded
     ORDER BY 9 DESC, t.folded
     LIMIT $3::bigint)
    UNION ALL
    (SELECT 5, 'm', NULL, (
         SELECT e.merchant
         FROM ninepence.expenses e
         WHERE e.ledger_id = $1::bigint AND e.deleted_at IS NULL
             AND e.merchant_folded = m.merchant_folded
         ORDER BY e.spent_on DESC, e.expense_id DESC
         LIMIT 1), m.merchant_folded, m.merchant_folded, NULL, NULL, m.uses, m.last_used
     FROM (
         -- Counted from the index alone; the spelling is looked up for those that are listed.
         SELECT e.merchant_folded, count(*) AS uses, max(e.spent_on) AS last_used
         FROM ninepence.expenses e
         WHERE e.ledger_id = $1::bigint AND e.deleted_at IS NULL AND e.merchant_folded IS NOT NULL
             AND 'm' = ANY ($2::text[])
         GROUP BY e.merchant_folded
         ORDER BY uses DESC, e.merchant_folded
         LIMIT $3::bigint) m)
    UNION ALL
    (SELECT 6, 'r', NULL, u.currency, lower(u.currency), lower(u.currency), (
         SELECT 'rate ' || trim_scale(r.rate) || ' on ' || to_char(r.on_day, 'YYYY-MM-DD')
         FROM ninepence.rates r
         WHERE r.ledger_id = $1::bigint AND r.currency = u.currency
         ORDER BY r.on_day DESC
         LIMIT 1), NULL, sum(u.uses), max(u.last_used)
     FROM used u
     WHERE 'r' = ANY ($2::text[])
     GROUP BY u.currency
     ORDER BY 9 DESC, u.currency
     LIMIT $3::bigint)
    UNION ALL
    (SELECT 7, 'l', l.rule_id,
            coalesce(nullif(concat_ws(', ', l.merchant, l.words), ''), o.name, 'any amount'),
            coalesce(nullif(concat_ws(', ', l.merchant_folded, l.words_folded), ''), o.folded, 'any amount'),
            coalesce(l.merchant_folded, l.words_folded, o.folded, 'any amount'), 'into ' || c.path, NULL,
            NULL, NULL
     FROM ninepence.rules l
     LEFT JOIN ninepence.accounts o ON o.ledger_id = $1::bigint AND o.account_id = l.account_id
     JOIN ninepence.categories c ON c.ledger_id = $1::bigint AND c.category_id = l.category_id
     WHERE l.ledger_id = $1::bigint AND 'l' = ANY ($2::text[])
     ORDER BY l.position, l.rule_id
     LIMIT $3::bigint)
) k
ORDER BY k.place, k.uses DESC, k.key;
