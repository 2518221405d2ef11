-- The first row of an answer about `subtree` of category_known.sql, in the columns of enum basis_column
-- and enum category_column. Nothing of other kinds counts, and a rate that is missing shows in the second
-- and third column: then category.sql tells more. Sums as they are: a cast to text would copy each twice.
SELECT coalesce(sum(x.value) FILTER (WHERE x.included), 0),
       count(x.value) FILTER (WHERE x.included),
       count(*) FILTER (WHERE x.included),
       coalesce(sum(x.value) FILTER (WHERE x.kind = 'refund'), 0),
       0, '0',
       count(*) FILTER (WHERE NOT x.included AND x.kind = 'transfer')::text,
       count(*) FILTER (WHERE NOT x.included AND x.kind = 'income')::text,
       count(x.value) FILTER (WHERE x.included AND x.pending)::text,
       (SELECT count(*)
        FROM subtree s
        JOIN ninepence.expenses e ON e.ledger_id = $1::bigint AND e.deleted_at IS NOT NULL
            AND e.spent_on BETWEEN $2::date AND $3::date AND e.category_id = s.category_id
            AND (e.kind = 'expense' OR e.kind = 'refund'))::text,
       to_char(min(x.spent_on) FILTER (WHERE x.included), 'YYYY-MM-DD'),
       to_char(max(x.spent_on) FILTER (WHERE x.included), 'YYYY-MM-DD'),
       NULL,
       CASE WHEN cardinality(ARRAY(SELECT 1 FROM subtree s WHERE s.is_odd)) <> 1 THEN '1' END,
       'c' || (ARRAY(SELECT s.path FROM subtree s WHERE s.is_odd))[1],
       NULL,
       -- include: category_lists
FROM subtree s
CROSS JOIN LATERAL (
    SELECT e.spent_on, e.kind, e.base_amount AS value, e.pending,
           e.kind = 'expense' OR e.kind = 'refund' AS included
    FROM ninepence.expenses e
    WHERE e.ledger_id = $1::bigint AND e.category_id = s.category_id AND e.deleted_at IS NULL
        AND e.spent_on BETWEEN $2::date AND $3::date
    OFFSET 0
) x
