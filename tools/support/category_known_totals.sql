-- The first row of an answer about `subtree` of category_known.sql: the columns of enum known_column, each
-- of the type that category_known_rows.sql has there, for a cast would take a plan node of its own and
-- copy every row. Of each row its kind is looked at once.
SELECT min(x.spent_on) - DATE '1970-01-01', count(*), count(x.value),
       max(x.spent_on) - DATE '1970-01-01', sum(x.value),
       array_to_string(ARRAY(SELECT s.path FROM subtree s WHERE s.is_odd), chr(31)),
       -- include: category_lists
       , (sum(x.value) FILTER (WHERE x.what = 2))::text, count(*) FILTER (WHERE x.what > 2), NULL, NULL,
       NULL, count(x.value) FILTER (WHERE x.pending),
       (SELECT count(*)
        FROM subtree s
        JOIN ninepence.expenses e ON e.ledger_id = $1::bigint AND e.deleted_at IS NOT NULL
            AND e.spent_on BETWEEN $2::date AND $3::date AND e.category_id = s.category_id
            AND (e.kind = 'expense' OR e.kind = 'refund')),
       NULL, NULL, NULL
FROM subtree s
CROSS JOIN LATERAL (
    SELECT e.spent_on, e.base_amount AS value, e.pending,
           CASE e.kind WHEN 'expense' THEN 1 WHEN 'refund' THEN 2 ELSE 3 END AS what
    FROM ninepence.expenses e
    WHERE e.ledger_id = $1::bigint AND e.category_id = s.category_id AND e.deleted_at IS NULL
        AND e.spent_on BETWEEN $2::date AND $3::date
    OFFSET 0
) x
