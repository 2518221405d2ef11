-- One month, or several side by side: income, spending, categories, and what they were before. The
-- first period of the filter is the one asked for, the second the one before it, the others are the
-- months that a usual one is the mean of. $13 labels of the months, $14 first day of the month, $15
-- most rows.
-- name: months
WITH
-- include: filter
, hit AS (
    SELECT m.slot, m.spent_on, m.category_id, m.kind, m.currency, m.amount, m.value, m.pending,
           m.deleted, m.kind_counts,
           NOT m.deleted AND m.kind IN ('expense', 'refund') AS included,
           NOT m.deleted AND m.kind = 'income' AS is_income
    FROM matched m
),
-- include: basis
, figures AS (
    SELECT coalesce(sum(h.value) FILTER (WHERE h.slot = 1 AND h.is_income), 0) AS earned,
           coalesce(sum(h.value) FILTER (WHERE h.slot = 2 AND h.included), 0) AS spent_before,
           coalesce(sum(h.value) FILTER (WHERE h.slot = 2 AND h.is_income), 0) AS earned_before,
           coalesce(sum(h.value) FILTER (WHERE h.slot > 2 AND h.included), 0) AS spent_usually,
           (SELECT string_agg(concat_ws(' ', r.currency, r.amount, r.rows), ';' ORDER BY r.currency)
            FROM (SELECT i.currency, sum(i.amount) AS amount, count(*) AS rows
                  FROM hit i
                  WHERE i.slot = 1 AND i.is_income AND i.value IS NULL
                  GROUP BY i.currency) r) AS earned_missing,
           (SELECT string_agg(concat_ws(' ', r.currency, r.amount, r.rows), ';' ORDER BY r.currency)
            FROM (SELECT i.currency, sum(i.amount) AS amount, count(*) AS rows
                  FROM hit i
                  WHERE i.slot > 1 AND i.included AND i.value IS NULL
                      -- The third period is the second once more.
                      AND (i.slot > 2 OR cardinality($2::date[]) = 2)
                  GROUP BY i.currency) r) AS before_missing,
           (SELECT to_char(min(e.spent_on), 'YYYY-MM-DD') FROM ninepence.expenses e
            WHERE e.ledger_id = $1::bigint AND e.deleted_at IS NULL) AS books_begin
    FROM hit h
), by_month AS (
    SELECT to_char(h.spent_on - ($14::integer - 1), 'YYYY-MM') AS label,
           coalesce(sum(h.value) FILTER (WHERE h.included), 0) AS spent,
           count(h.value) FILTER (WHERE h.included) AS counted,
           coalesce(sum(h.value) FILTER (WHERE h.is_income), 0) AS earned
    FROM hit h
    WHERE h.slot = 1
    GROUP BY 1
), months AS (
    SELECT n.label, n.number, coalesce(m.spent, 0) AS total, coalesce(m.counted, 0) AS counted,
           coalesce(m.earned, 0) AS earned
    FROM unnest($13::text[]) WITH ORDINALITY AS n (label, number)
    LEFT JOIN by_month m ON m.label = n.label
), categories AS (
    SELECT coalesce(c.path, 'Uncategorized') AS label,
           coalesce(sum(h.value) FILTER (WHERE h.slot = 1), 0) AS total,
           count(h.value) FILTER (WHERE h.slot = 1) AS counted,
           coalesce(sum(h.value) FILTER (WHERE h.slot = 2), 0) AS before
    FROM hit h
    LEFT JOIN ninepence.categories c ON c.ledger_id = $1::bigint AND c.category_id = h.category_id
    WHERE h.included AND h.value IS NOT NULL AND h.slot <= 2
    GROUP BY 1
), ranked AS (
    SELECT k.label, k.total, k.counted, k.before,
           row_number() OVER biggest AS rank,
           coalesce(sum(k.total) OVER rest, 0) AS rest_total,
           coalesce(sum(k.counted) OVER rest, 0) AS rest_counted,
           count(*) OVER () AS groups
    FROM categories k
    WINDOW biggest AS (ORDER BY k.total DESC, k.label),
           rest AS (ORDER BY k.total DESC, k.label ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING)
), parts AS (
    SELECT m.number AS position, 'month' AS part, m.label, NULL::text AS then_label, m.total,
           m.counted, 0 AS before, m.earned, 0 AS rest_total, 0 AS rest_counted, 0 AS groups
    FROM months m
    UNION ALL
    SELECT 1000 + k.rank, 'category', k.label, NULL, k.total, k.counted, k.before, NULL,
           k.rest_total, k.rest_counted, k.groups
    FROM ranked k
    WHERE k.rank <= $15::bigint
)
SELECT
-- include: basis_columns
, b.earned, b.spent_before, b.earned_before, b.spent_usually, b.earned_missing, b.before_missing,
b.books_begin, p.part, p.label, p.then_label, p.total, p.counted, p.before, p.earned, p.rest_total,
p.rest_counted, p.groups
FROM (SELECT 1 AS position, basis.*, figures.* FROM basis CROSS JOIN figures) b
FULL JOIN parts p ON p.position = b.position
ORDER BY coalesce(p.position, 1);
