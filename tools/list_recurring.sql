-- Bills and subscriptions. $1 ledger, $2 today; $3 statuses and $7 cadence that are wanted (null:
-- any), $4 to $6 categories as filter.sql has them, $8 days within which a payment must be due, $9
-- most rows.
-- name: series
WITH RECURSIVE
-- include: recurring
, asked AS MATERIALIZED (
    SELECT a.kind, a.id, a.name, a.item
    FROM unnest($4::text[], $5::bigint[], $6::text[]) WITH ORDINALITY AS a (kind, id, name, item)
), found AS MATERIALIZED (
    -- include: names
), wanted AS MATERIALIZED (
    SELECT CASE WHEN EXISTS (SELECT 1 FROM asked) THEN ARRAY(
               SELECT c.category_id
               FROM found f
               JOIN ninepence.categories c ON c.ledger_id = $1::bigint
                   AND (c.category_id = f.id OR starts_with(c.path_folded, f.key || ': '))
               UNION ALL
               SELECT 0 FROM found f WHERE f.id = 0) END AS categories,
           (SELECT string_agg(u.item::text, ',' ORDER BY u.item)
            FROM (SELECT a.item FROM asked a LEFT JOIN found f ON f.item = a.item
                  GROUP BY a.item HAVING count(f.item) <> 1) u) AS unknown,
           (SELECT string_agg(f.label, ', ' ORDER BY f.item) FROM found f) AS labels
), within AS MATERIALIZED (
    SELECT s.*, w.times
    FROM series s
    CROSS JOIN LATERAL (
        -- How often it is due from now on within the days asked for; what is late is due, once.
        SELECT count(*) AS times
        FROM generate_series(0, ($2::date + $8::integer - s.next_on) / s.days + 1) AS n
        CROSS JOIN LATERAL (
            SELECT CASE WHEN s.months > 0 THEN (s.next_on + make_interval(months => n * s.months))::date
                        ELSE s.next_on + n * s.days END AS day) x
        WHERE x.day <= $2::date + $8::integer AND (x.day > $2::date OR n = 0)) w
    WHERE ((SELECT categories FROM wanted) IS NULL
           OR coalesce(s.category_id, 0) = ANY ((SELECT categories FROM wanted)::bigint[]))
        AND ($7::text IS NULL OR s.cadence = $7::text)
), picked AS MATERIALIZED (
    SELECT w.*, row_number() OVER (ORDER BY w.next_on, w.label, w.root) AS position,
           w.expected * w.per_year AS yearly, w.expected * w.times AS due
    FROM within w
    -- What is paused, cancelled, ignored or has ended is not due.
    WHERE ($3::text[] IS NULL OR w.status = ANY ($3::text[]))
        AND ($8::integer IS NULL OR w.times > 0 AND w.status IN ('active', 'late'))
), overall AS (
    SELECT count(*) AS listed,
           coalesce(sum(p.yearly * p.rate), 0) AS yearly,
           coalesce(sum(p.due * p.rate), 0) AS due,
           count(*) FILTER (WHERE p.rate IS NULL) AS without_rate,
           count(*) FILTER (WHERE p.status = 'late') AS late
    FROM picked p
), prices AS (
    -- Since when it has cost what, for those that have a price.
    SELECT x.root, string_agg(x.spent_on || ' ' || x.amount, chr(31) ORDER BY x.spent_on) AS history
    FROM (SELECT m.root, m.spent_on, m.amount,
                 row_number() OVER (PARTITION BY m.root ORDER BY m.spent_on DESC) AS back
          FROM series_member m
          JOIN picked p ON p.root = m.root AND p.is_steady AND p.position <= $9::bigint
          WHERE m.before_amount IS DISTINCT FROM m.amount) x
    WHERE x.back <= 4
    GROUP BY x.root
), proof AS (
    SELECT m.root, string_agg('e' || m.expense_id, chr(31) ORDER BY m.position) AS newest
    FROM series_member m
    JOIN picked p ON p.root = m.root AND p.position <= $9::bigint
    WHERE m.position <= 3
    GROUP BY m.root
)
SELECT w.unknown, w.labels, o.listed, o.yearly, o.due, o.without_rate, o.late,
       (SELECT count(*) FROM within x WHERE x.status = 'ended') AS ended,
       (SELECT count(*) FROM within x WHERE x.status = 'ignored') AS ignored,
       (SELECT count(*) FROM within x) AS known,
       (SELECT count(*) FROM payment) AS payments,
       (SELECT to_char(min(b.spent_on), 'YYYY-MM-DD') FROM bought b) AS since,
       p.recurring_id, p.label, p.status, p.cadence, p.expected, p.currency,
       to_char(p.next_on, 'YYYY-MM-DD') AS next_on, p.yearly, nullif(p.times, 0) AS times,
       to_char(p.first_on, 'YYYY-MM-DD') AS first_on, to_char(p.last_on, 'YYYY-MM-DD') AS last_on,
       p.last_amount, p.payments AS paid, p.confidence, p.is_confirmed, NOT p.is_steady AS varies,
       p.comes_still, c.path, h.history, f.newest
FROM wanted w
CROSS JOIN overall o
LEFT JOIN picked p ON p.position <= $9::bigint
LEFT JOIN ninepence.categories c ON c.ledger_id = $1::bigint AND c.category_id = p.category_id
LEFT JOIN prices h ON h.root = p.root
LEFT JOIN proof f ON f.root = p.root
ORDER BY p.position;
