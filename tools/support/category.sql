-- One category and, with $6, those below it, in a period: `hit` for the totals. $1 ledger, $2 and
-- $3 first and last day, $4 id and $5 folded name of the category. Income and transfers count where
-- the category is one of theirs.
asked AS (
    SELECT 'c'::text AS kind, $4::bigint AS id, $5::text AS name, 1::bigint AS item
), found AS MATERIALIZED (
    -- include: names
), wanted AS MATERIALIZED (
    SELECT CASE WHEN count(*) <> 1 THEN '1' END AS unknown,
           string_agg(f.kind || f.label, chr(31)) AS labels
    FROM found f
), subtree AS MATERIALIZED (
    SELECT c.category_id,
           CASE c.kind WHEN 'expense' THEN ARRAY['expense', 'refund'] ELSE ARRAY[c.kind] END AS kinds
    FROM found f
    JOIN ninepence.categories c ON c.ledger_id = $1::bigint
        AND (c.category_id = f.id OR ($6::boolean AND starts_with(c.path_folded, f.key || ': ')))
    WHERE (SELECT w.unknown FROM wanted w) IS NULL
    UNION ALL
    SELECT 0, ARRAY['expense', 'refund'] FROM found f WHERE f.id = 0
), hit AS (
    SELECT 1 AS slot, e.spent_on, e.kind, e.currency, e.amount, e.base_amount AS value, e.pending,
           false AS deleted, e.kind = ANY (s.kinds) AS kind_counts, e.kind = ANY (s.kinds) AS included
    FROM subtree s
    JOIN ninepence.expenses e ON e.ledger_id = $1::bigint AND e.category_id = s.category_id
        AND e.deleted_at IS NULL AND e.spent_on BETWEEN $2::date AND $3::date
    UNION ALL
    SELECT 1, e.spent_on, e.kind, e.currency, e.amount, e.base_amount, e.pending, false,
           e.kind = ANY (s.kinds), e.kind = ANY (s.kinds)
    FROM subtree s
    JOIN ninepence.expenses e ON e.ledger_id = $1::bigint AND e.category_id IS NULL
        AND e.deleted_at IS NULL AND e.spent_on BETWEEN $2::date AND $3::date
    WHERE s.category_id = 0
    UNION ALL
    SELECT 1, e.spent_on, e.kind, e.currency, e.amount, e.base_amount, e.pending, true,
           e.kind = ANY (s.kinds), false
    FROM subtree s
    JOIN ninepence.expenses e ON e.ledger_id = $1::bigint AND e.deleted_at IS NOT NULL
        AND e.spent_on BETWEEN $2::date AND $3::date
        AND coalesce(e.category_id, 0) = s.category_id
)
