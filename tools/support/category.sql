-- One category and, with $6, those below it, in a period: `hit` for the totals. $1 ledger, $2 and
-- $3 first and last day, $4 id and $5 folded name of the category. Income and transfers count where
-- the category is one of theirs.
asked AS (
    SELECT 'c'::text AS kind, $4::bigint AS id, $5::text AS name, 1::bigint AS item
), found AS MATERIALIZED (
    -- include: category_names
), wanted AS MATERIALIZED (
    SELECT CASE WHEN count(*) <> 1 THEN '1' END AS unknown,
           string_agg(f.kind || f.label, chr(31)) AS labels
    FROM found f
), subtree AS MATERIALIZED (
    SELECT c.category_id,
           -- include: category_kinds
    FROM found f
    JOIN ninepence.categories c ON c.ledger_id = $1::bigint
        AND (c.category_id = f.id OR ($6::boolean AND starts_with(c.path_folded, f.key || ': ')))
    WHERE (SELECT w.unknown FROM wanted w) IS NULL
    UNION ALL
    SELECT 0, ARRAY['expense', 'refund'] FROM found f WHERE f.id = 0
), hit AS (
    -- OFFSET 0: by the index of each category; never the whole period, most of which is thrown away.
    SELECT 1 AS slot, x.spent_on, x.kind, x.currency, x.amount, x.value, x.pending, x.deleted,
           x.kind = ANY (s.kinds) AS kind_counts, NOT x.deleted AND x.kind = ANY (s.kinds) AS included
    FROM subtree s
    CROSS JOIN LATERAL (
        (SELECT e.spent_on, e.kind, e.currency, e.amount, e.base_amount AS value, e.pending,
                false AS deleted
         FROM ninepence.expenses e
         WHERE e.ledger_id = $1::bigint AND e.category_id = s.category_id AND e.deleted_at IS NULL
             AND e.spent_on BETWEEN $2::date AND $3::date
         OFFSET 0)
        UNION ALL
        SELECT e.spent_on, e.kind, e.currency, e.amount, e.base_amount, e.pending, false
        FROM ninepence.expenses e
        WHERE s.category_id = 0 AND e.ledger_id = $1::bigint AND e.category_id IS NULL
            AND e.deleted_at IS NULL AND e.spent_on BETWEEN $2::date AND $3::date
        UNION ALL
        SELECT e.spent_on, e.kind, e.currency, e.amount, e.base_amount, e.pending, true
        FROM ninepence.expenses e
        WHERE e.ledger_id = $1::bigint AND e.deleted_at IS NOT NULL
            AND e.spent_on BETWEEN $2::date AND $3::date
            AND coalesce(e.category_id, 0) = s.category_id
    ) x
)
