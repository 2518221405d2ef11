-- One category and, with $5, those below it, in a period: `subtree`, and the totals as `basis`. $1
-- ledger, $2 and $3 first and last day, $9 id and $4 folded name of the category. Income and transfers
-- count where the category is one of theirs. Each arm reads the index of its category, never the whole
-- period (OFFSET 0 keeps them apart).
asked AS (
    SELECT 'c'::text AS kind, $9::bigint AS id, $4::text AS name, 1::bigint AS item
), found AS MATERIALIZED (
    -- include: category_names
), wanted AS MATERIALIZED (
    SELECT CASE WHEN count(*) <> 1 THEN '1' END AS unknown,
           string_agg(f.kind || f.label, chr(31)) AS labels
    FROM found f
), subtree AS MATERIALIZED (
    -- Below it is what has its path in front; in the index of paths these stand side by side, between
    -- the blank and the character that follows it.
    SELECT c.category_id, c.path,
           -- include: category_kinds
    FROM found f
    CROSS JOIN LATERAL (
        SELECT o.category_id, o.path, o.kind
        FROM ninepence.categories o
        WHERE o.ledger_id = $1::bigint AND o.category_id = f.id
        UNION ALL
        SELECT o.category_id, o.path, o.kind
        FROM ninepence.categories o
        WHERE $5::boolean AND o.ledger_id = $1::bigint AND o.path_folded >= f.key || ': '
            AND o.path_folded < f.key || ':!'
    ) c
    WHERE (SELECT w.unknown FROM wanted w) IS NULL
    UNION ALL
    SELECT 0, NULL, ARRAY['expense', 'refund'] FROM found f WHERE f.id = 0
), basis AS (
    SELECT coalesce(sum(x.value) FILTER (WHERE x.included), 0) AS total,
           count(x.value) FILTER (WHERE x.included) AS counted,
           count(*) FILTER (WHERE x.included) AS listed,
           coalesce(sum(x.value) FILTER (WHERE x.included AND x.kind = 'refund'), 0) AS refunds,
           coalesce(sum(x.value) FILTER (WHERE x.included AND x.kind = 'income'), 0) AS income,
           coalesce(sum(x.value) FILTER (WHERE x.included AND x.kind = 'transfer'), 0) AS transfers,
           count(*) FILTER (WHERE NOT x.included AND x.kind = 'transfer') AS transfers_excluded,
           count(*) FILTER (WHERE NOT x.included AND x.kind = 'income') AS income_excluded,
           count(x.value) FILTER (WHERE x.included AND x.pending) AS pending,
           (SELECT count(*)
            FROM subtree s
            JOIN ninepence.expenses e ON e.ledger_id = $1::bigint AND e.deleted_at IS NOT NULL
                AND e.spent_on BETWEEN $2::date AND $3::date
                AND coalesce(e.category_id, 0) = s.category_id AND e.kind = ANY (s.kinds))
               AS deleted_excluded,
           to_char(min(x.spent_on) FILTER (WHERE x.included), 'YYYY-MM-DD') AS first_day,
           to_char(max(x.spent_on) FILTER (WHERE x.included), 'YYYY-MM-DD') AS last_day,
           CASE WHEN count(*) FILTER (WHERE x.included) = 0 THEN
               (SELECT to_char(min(e.spent_on), 'YYYY-MM-DD') || ' to '
                       || to_char(max(e.spent_on), 'YYYY-MM-DD')
                FROM ninepence.expenses e
                WHERE e.ledger_id = $1::bigint AND e.deleted_at IS NULL) END AS books,
           -- Looked for only when there are any.
           CASE WHEN count(*) FILTER (WHERE x.included AND x.value IS NULL) > 0 THEN
               (SELECT string_agg(concat_ws(' ', r.currency, r.amount, r.rows), ';'
                                  ORDER BY r.currency)
                FROM (SELECT e.currency, sum(e.amount) AS amount, count(*) AS rows
                      FROM subtree s
                      JOIN ninepence.expenses e ON e.ledger_id = $1::bigint
                          AND e.deleted_at IS NULL AND e.base_amount IS NULL
                          AND e.spent_on BETWEEN $2::date AND $3::date
                          AND coalesce(e.category_id, 0) = s.category_id AND e.kind = ANY (s.kinds)
                      GROUP BY e.currency) r) END AS rates_missing
    FROM subtree s
    CROSS JOIN LATERAL (
        (SELECT e.spent_on, e.kind, e.base_amount AS value, e.pending,
                e.kind = ANY (s.kinds) AS included
         FROM ninepence.expenses e
         WHERE e.ledger_id = $1::bigint AND e.category_id = s.category_id AND e.deleted_at IS NULL
             AND e.spent_on BETWEEN $2::date AND $3::date
         OFFSET 0)
        UNION ALL
        (SELECT e.spent_on, e.kind, e.base_amount, e.pending, e.kind = ANY (s.kinds)
         FROM ninepence.expenses e
         WHERE s.category_id = 0 AND e.ledger_id = $1::bigint AND e.category_id IS NULL
             AND e.deleted_at IS NULL AND e.spent_on BETWEEN $2::date AND $3::date
         OFFSET 0)
    ) x
)
