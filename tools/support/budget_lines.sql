-- Budgets against what was spent. A day minus ($4 - 1) lies in the calendar month that the ledger's
-- month is named after, on the day that it is of that month; so months are compared as calendar months
-- of such days.
--
-- $1 ledger, $2 and $3 first and last month (their first calendar days), $4 first day of the ledger's
-- months, $5 today, $6, $7, $8 names: kind, id, folded; categories and users, $9 whether each month is
-- a row of its own, $10 decimals of the ledger's currency. The rows begin behind the columns of
-- basis_columns.sql; enum budget_column in budget_line.h has theirs.
-- name: lines
WITH asked AS MATERIALIZED (
    SELECT a.kind, a.id, a.name, a.item
    FROM unnest($6::text[], $7::bigint[], $8::text[]) WITH ORDINALITY AS a (kind, id, name, item)
), found AS MATERIALIZED (
    -- include: names
), wanted AS MATERIALIZED (
    SELECT (SELECT array_agg(f.id) FROM found f WHERE f.kind = 'u') AS users,
           EXISTS (SELECT 1 FROM asked a WHERE a.kind = 'c') AS some,
           (SELECT string_agg(u.item::text, ',' ORDER BY u.item)
            FROM (SELECT a.item FROM asked a LEFT JOIN found f ON f.item = a.item
                  GROUP BY a.item HAVING count(f.item) <> 1) u) AS unknown,
           (SELECT string_agg(f.kind || f.label, chr(31) ORDER BY f.item) FROM found f) AS labels
), bounds AS MATERIALIZED (
    SELECT $4::integer - 1 AS shift,
           date_trunc('month', $5::date - ($4::integer - 1))::date AS running,
           extract(day FROM $5::date - ($4::integer - 1))::integer AS elapsed,
           (SELECT min(b.spent_on) FROM ninepence.expenses b
            WHERE b.ledger_id = $1::bigint AND b.deleted_at IS NULL) AS books
), every_line AS MATERIALIZED (
    SELECT coalesce(b.category_id, 0) AS line, coalesce(c.path, 'all') AS path, c.path_folded,
           CASE WHEN bool_or(b.rollover) THEN least(min(b.month), $2::date) ELSE $2::date END AS start
    FROM ninepence.budgets b
    LEFT JOIN ninepence.categories c ON c.ledger_id = $1::bigint AND c.category_id = b.category_id
    WHERE b.ledger_id = $1::bigint AND b.month <= $3::date
    GROUP BY b.category_id, c.path, c.path_folded
), planned AS MATERIALIZED (
    -- Without an amount there is no budget: it was removed.
    SELECT l.line, m.month::date AS month, x.amount, x.rollover
    FROM every_line l
    CROSS JOIN LATERAL generate_series(l.start::timestamp, $3::timestamp, interval '1 month') AS m (month)
    LEFT JOIN LATERAL (
        SELECT b.amount, b.rollover
        FROM ninepence.budgets b
        WHERE b.ledger_id = $1::bigint AND coalesce(b.category_id, 0) = l.line
            AND (b.month = m.month::date OR (b.month < m.month::date AND b.applies = 'forward'))
        ORDER BY b.month DESC, b.applies DESC
        LIMIT 1) x ON true
), held AS MATERIALIZED (
    SELECT l.*
    FROM every_line l
    WHERE l.line IN (SELECT p.line FROM planned p WHERE p.month >= $2::date AND p.amount IS NOT NULL)
), below AS (
    SELECT l.line
    FROM found f
    JOIN held l ON f.kind = 'c' AND (l.line = f.id OR starts_with(l.path_folded, f.key || ': '))
), line AS MATERIALIZED (
    -- Where neither the category nor what is below has a budget, that of what is above tells.
    SELECT l.*
    FROM held l
    WHERE NOT (SELECT w.some FROM wanted w)
        OR l.line IN (SELECT b.line FROM below b)
        OR NOT EXISTS (SELECT 1 FROM below) AND EXISTS (
            SELECT 1 FROM found f
            WHERE f.kind = 'c' AND starts_with(f.key, l.path_folded || ': '))
), spent AS MATERIALIZED (
    SELECT coalesce(e.category_id, 0) AS category_id,
           date_trunc('month', e.spent_on - b.shift)::date AS month,
           sum(e.base_amount) AS spent,
           sum(e.base_amount) FILTER (WHERE e.spent_on > $5::date) AS ahead,
           sum(e.base_amount) FILTER (WHERE extract(day FROM e.spent_on - b.shift) > b.elapsed) AS late,
           sum(e.base_amount) FILTER (WHERE coalesce(e.user_id, 0) = ANY (
               (SELECT w.users FROM wanted w)::bigint[])) AS by_user
    FROM bounds b
    JOIN ninepence.expenses e ON e.ledger_id = $1::bigint AND e.deleted_at IS NULL
        AND e.kind IN ('expense', 'refund') AND e.base_amount IS NOT NULL
        AND e.spent_on >= least((SELECT min(l.start) FROM line l), b.running - interval '3 months')::date
                          + b.shift
        AND e.spent_on < ($3::date + interval '1 month')::date + b.shift
    GROUP BY 1, 2
), member AS MATERIALIZED (
    SELECT l.line, c.category_id
    FROM line l
    JOIN ninepence.categories c ON c.ledger_id = $1::bigint
        AND (c.category_id = l.line OR starts_with(c.path_folded, l.path_folded || ': '))
    UNION ALL
    SELECT l.line, c.category_id
    FROM line l
    CROSS JOIN (SELECT y.category_id FROM ninepence.categories y WHERE y.ledger_id = $1::bigint
                UNION ALL SELECT 0) c
    WHERE l.line = 0
), line_spent AS MATERIALIZED (
    SELECT m.line, s.month, sum(s.spent) AS spent, sum(s.ahead) AS ahead, sum(s.late) AS late,
           sum(s.by_user) AS by_user
    FROM member m
    JOIN spent s ON s.category_id = m.category_id
    GROUP BY m.line, s.month
), usual AS (
    -- What came after this day of the month in the whole months before, at most three of them.
    SELECT l.line, coalesce(sum(s.late), 0) AS late
    FROM line l
    CROSS JOIN bounds b
    LEFT JOIN line_spent s ON s.line = l.line AND s.month < b.running
        AND s.month >= b.running - interval '3 months' AND s.month + b.shift >= b.books
    GROUP BY l.line
), usual_months AS (
    SELECT count(*) AS months
    FROM bounds b
    CROSS JOIN generate_series(1, 3) AS n
    WHERE (b.running - make_interval(months => n))::date + b.shift >= b.books
), chained AS (
    -- A month that does not take over what was left begins anew.
    SELECT p.*, coalesce(s.spent, 0) AS spent, coalesce(s.ahead, 0) AS ahead,
           coalesce(s.by_user, 0) AS by_user, sum(p.begins) OVER (PARTITION BY p.line ORDER BY p.month) AS chain
    FROM (SELECT q.*, CASE WHEN lag(q.amount IS NOT NULL AND q.rollover)
                                OVER (PARTITION BY q.line ORDER BY q.month) THEN 0 ELSE 1 END AS begins
          FROM planned q
          JOIN line l ON l.line = q.line) p
    LEFT JOIN line_spent s ON s.line = p.line AND s.month = p.month
), balanced AS MATERIALIZED (
    SELECT c.*, coalesce(sum(c.amount - c.spent) OVER (
               PARTITION BY c.line, c.chain ORDER BY c.month
               ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS carried
    FROM chained c
), rowed AS (
    SELECT b.line, CASE WHEN $9::boolean THEN b.month END AS month, min(b.month) AS first_month,
           max(b.month) AS last_month, sum(b.amount) AS budget,
           (array_agg(b.carried ORDER BY b.month))[1] AS carried, sum(b.spent) AS spent,
           sum(b.ahead) AS ahead, sum(b.by_user) AS by_user
    FROM balanced b
    WHERE b.month >= $2::date AND b.amount IS NOT NULL
    GROUP BY b.line, CASE WHEN $9::boolean THEN b.month END
), figured AS (
    SELECT r.*, l.path, r.budget + r.carried AS available, r.budget + r.carried - r.spent AS rest,
           -- Budgets that are part of another one do not count twice.
           NOT EXISTS (SELECT 1 FROM line o
                       WHERE o.line <> l.line AND EXISTS (SELECT 1 FROM rowed z WHERE z.line = o.line)
                           AND (o.line = 0 OR starts_with(l.path_folded, o.path_folded || ': ')))
               AS is_top,
           r.first_month = r.last_month AND $2::date <= r.first_month AS is_month,
           extract(day FROM r.last_month + interval '1 month' - interval '1 day')::integer AS days,
           CASE WHEN r.last_month < b.running
                THEN extract(day FROM r.last_month + interval '1 month' - interval '1 day')::integer
                WHEN r.last_month > b.running THEN 0 ELSE b.elapsed END AS elapsed,
           r.last_month = b.running AS is_running, u.late, (SELECT x.months FROM usual_months x) AS usual_months
    FROM rowed r
    JOIN line l ON l.line = r.line
    JOIN usual u ON u.line = r.line
    CROSS JOIN bounds b
), covered AS MATERIALIZED (
    SELECT DISTINCT m.category_id, b.month
    FROM member m
    JOIN balanced b ON b.line = m.line AND b.amount IS NOT NULL AND b.month >= $2::date
), hit AS (
    SELECT 1 AS slot, e.spent_on, e.kind, e.currency, e.amount, e.base_amount AS value, e.pending,
           false AS deleted, e.kind IN ('expense', 'refund') AS kind_counts,
           e.kind IN ('expense', 'refund') AS included
    FROM bounds b
    JOIN ninepence.expenses e ON e.ledger_id = $1::bigint AND e.deleted_at IS NULL
        AND e.spent_on >= $2::date + b.shift
        AND e.spent_on < ($3::date + interval '1 month')::date + b.shift
    WHERE (coalesce(e.category_id, 0), date_trunc('month', e.spent_on - b.shift)::date)
          IN (SELECT k.category_id, k.month FROM covered k)
    UNION ALL
    SELECT 1, e.spent_on, e.kind, e.currency, e.amount, e.base_amount, e.pending, true,
           e.kind IN ('expense', 'refund'), false
    FROM bounds b
    JOIN ninepence.expenses e ON e.ledger_id = $1::bigint AND e.deleted_at IS NOT NULL
        AND e.spent_on >= $2::date + b.shift
        AND e.spent_on < ($3::date + interval '1 month')::date + b.shift
    WHERE (coalesce(e.category_id, 0), date_trunc('month', e.spent_on - b.shift)::date)
          IN (SELECT k.category_id, k.month FROM covered k)
),
-- include: basis
, unplanned AS (
    SELECT coalesce(sum(s.spent), 0) AS spent
    FROM spent s
    WHERE s.month BETWEEN $2::date AND $3::date
        AND (s.category_id, s.month) NOT IN (SELECT k.category_id, k.month FROM covered k)
), listed AS (
    SELECT row_number() OVER (ORDER BY f.line <> 0, f.path, f.first_month) AS position, f.*
    FROM figured f
)
SELECT
-- include: basis_columns
, b.unplanned, l.path, to_char(l.first_month, 'YYYY-MM') AS month, l.budget, l.carried, l.spent,
l.rest, l.available, l.by_user, l.is_top, l.is_month, l.is_running, l.days, l.elapsed, l.ahead,
l.spent - l.ahead AS spent_by_today, l.available * l.elapsed AS even_times_days,
-- On the last day nothing comes any more, whatever longer months had behind it.
CASE WHEN l.elapsed >= l.days THEN 0 WHEN l.usual_months > 0 THEN l.late ELSE (l.spent - l.ahead) * (l.days - l.elapsed) END AS late,
CASE WHEN l.usual_months > 0 THEN l.usual_months ELSE l.elapsed END AS late_divisor,
CASE WHEN l.days >= l.elapsed THEN
    trunc(greatest(l.rest, 0) / (l.days - l.elapsed + CASE WHEN l.elapsed > 0 THEN 1 ELSE 0 END),
          $10::integer) END AS safe
FROM (SELECT 1 AS position, basis.*, unplanned.spent AS unplanned FROM basis CROSS JOIN unplanned) b
FULL JOIN listed l ON l.position = b.position
ORDER BY coalesce(l.position, 1);
