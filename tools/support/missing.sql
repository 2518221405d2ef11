-- Makes the names that a write uses and the ledger does not have. $1 ledger, $2 now, $3 kinds, $4
-- parents and $5 their folded texts (null: none), $6 names and $7 their folded texts, $8 what a
-- category is for (null: nothing was said), $9 currency of the ledger. Each statement says what it made.

-- Roots: names without a parent, and parents of one part, that nothing is called. One of expenses takes
-- entries of every kind, so it is what a root for several kinds becomes.
-- name: make_roots
WITH listed AS (
    SELECT DISTINCT ON (l.folded) l.name, l.folded,
           CASE WHEN min(l.purpose) OVER same = max(l.purpose) OVER same THEN min(l.purpose) OVER same
                ELSE 'expense' END AS purpose
    FROM (SELECT coalesce(a.parent, a.name) AS name, coalesce(a.parent_folded, a.folded) AS folded,
                 a.purpose, a.item
          FROM unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[])
              WITH ORDINALITY AS a (kind, parent, parent_folded, name, folded, purpose, item)
          WHERE a.kind = 'c') l
    WHERE position(':' IN l.folded) = 0
        AND NOT EXISTS (SELECT 1 FROM ninepence.categories c
                        WHERE c.ledger_id = $1::bigint
                            AND (c.folded = l.folded OR c.path_folded = l.folded))
    WINDOW same AS (PARTITION BY l.folded)
    ORDER BY l.folded, l.item
), numbered AS MATERIALIZED (
    SELECT l.*, nextval(pg_get_serial_sequence('ninepence.categories', 'category_id')) AS id
    FROM listed l
)
INSERT INTO ninepence.categories
    (ledger_id, category_id, root_id, name, folded, path, path_folded, kind, created_at)
SELECT $1::bigint, n.id, n.id, n.name, n.folded, n.name, n.folded, n.purpose,
       coalesce($2::timestamptz, now())
FROM numbered n
ON CONFLICT (ledger_id, path_folded) DO NOTHING
RETURNING category_id;

-- Children of a parent that is there and clear.
-- name: make_children
WITH listed AS (
    SELECT DISTINCT ON (p.path_folded, a.folded)
           a.name, a.folded, p.category_id AS parent_id, p.root_id, p.path, p.path_folded, p.kind
    FROM unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[])
        WITH ORDINALITY AS a (kind, parent, parent_folded, name, folded, purpose, item)
    CROSS JOIN LATERAL (
        SELECT c.*, count(*) OVER () AS meanings
        FROM ninepence.categories c
        WHERE c.ledger_id = $1::bigint
            AND (c.path_folded = a.parent_folded
                 OR (c.folded = a.parent_folded
                     AND NOT EXISTS (SELECT 1 FROM ninepence.categories o
                                     WHERE o.ledger_id = $1::bigint
                                         AND o.path_folded = a.parent_folded)))
        LIMIT 2) p
    WHERE a.kind = 'c' AND a.parent IS NOT NULL AND p.meanings = 1
        AND NOT EXISTS (SELECT 1 FROM ninepence.categories c
                        WHERE c.ledger_id = $1::bigint
                            AND c.path_folded = p.path_folded || ': ' || a.folded)
    ORDER BY p.path_folded, a.folded, a.item
)
INSERT INTO ninepence.categories
    (ledger_id, parent_id, root_id, name, folded, path, path_folded, kind, created_at)
SELECT $1::bigint, l.parent_id, l.root_id, l.name, l.folded, l.path || ': ' || l.name,
       l.path_folded || ': ' || l.folded, l.kind, coalesce($2::timestamptz, now())
FROM listed l
ON CONFLICT (ledger_id, path_folded) DO NOTHING
RETURNING category_id;

-- name: make_others
WITH asked AS MATERIALIZED (
    SELECT DISTINCT ON (a.kind, a.folded) a.kind, a.name, a.folded
    FROM unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[])
        WITH ORDINALITY AS a (kind, parent, parent_folded, name, folded, purpose, item)
    ORDER BY a.kind, a.folded, a.item
), users AS (
    INSERT INTO ninepence.users (ledger_id, name, folded, created_at)
    SELECT $1::bigint, a.name, a.folded, coalesce($2::timestamptz, now())
    FROM asked a
    WHERE a.kind = 'u' AND NOT EXISTS (SELECT 1 FROM ninepence.users u
                                       WHERE u.ledger_id = $1::bigint AND u.folded = a.folded)
    ON CONFLICT (ledger_id, folded) DO NOTHING
    RETURNING user_id
), tags AS (
    INSERT INTO ninepence.tags (ledger_id, name, folded)
    SELECT $1::bigint, a.name, a.folded
    FROM asked a
    WHERE a.kind = 't' AND NOT EXISTS (SELECT 1 FROM ninepence.tags t
                                       WHERE t.ledger_id = $1::bigint AND t.folded = a.folded)
    ON CONFLICT (ledger_id, folded) DO NOTHING
    RETURNING tag_id
), accounts AS (
    INSERT INTO ninepence.accounts (ledger_id, name, folded, currency, created_at)
    SELECT $1::bigint, a.name, a.folded, $9::text, coalesce($2::timestamptz, now())
    FROM asked a
    WHERE a.kind = 'a' AND NOT EXISTS (SELECT 1 FROM ninepence.accounts o
                                       WHERE o.ledger_id = $1::bigint AND o.folded = a.folded)
    ON CONFLICT (ledger_id, folded) DO NOTHING
    RETURNING account_id
)
SELECT 'user' AS entity, user_id AS id FROM users
UNION ALL
SELECT 'tag', tag_id FROM tags
UNION ALL
SELECT 'account', account_id FROM accounts
ORDER BY 1, 2;
