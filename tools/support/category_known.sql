-- The common case of category.sql: `subtree` when $4 is the path or the last part of one category, which
-- is of kind expense as all below it are. `is_odd` marks that category, and what must not be there:
-- just one row of `subtree` has it, or the answer is no good. The last part of what was asked leads
-- to the category by one index, for names hold no colon.
subtree AS MATERIALIZED (
    SELECT c.category_id, c.path, c.category_id = f.category_id OR c.kind <> 'expense' AS is_odd
    FROM ninepence.categories f
    CROSS JOIN LATERAL (
        SELECT o.category_id, o.path, o.kind
        FROM ninepence.categories o
        WHERE o.ledger_id = $1::bigint
            AND o.path_folded >= f.path_folded AND o.path_folded < f.path_folded || ':!'
            AND (o.path_folded = f.path_folded
                 OR ($5::boolean AND o.path_folded >= f.path_folded || ': '))
    ) c
    WHERE f.ledger_id = $1::bigint AND f.kind = 'expense'
        AND f.folded = split_part($4::text, ': ', -1)
        AND (f.path_folded = $4::text
             OR NOT EXISTS (SELECT 1 FROM ninepence.categories p
                            WHERE p.ledger_id = $1::bigint AND p.path_folded = $4::text))
)
