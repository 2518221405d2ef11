-- What will be spent from the first day $3 of a month up to the last day $4, seen from today $2:
-- docs/forecast_spending.md has the method in words. $5 to $8 what if: target (folded), how (cancel,
-- percent, amount), number, from; $9 most rows.
-- name: forecast
WITH RECURSIVE
-- include: recurring
,
-- include: forecast_limits
, books AS MATERIALIZED (
    SELECT CASE WHEN count(*) > 0 THEN greatest(min(e.spent_on), $2::date - 1199) END AS begin, max(e.spent_on) AS newest,
           $4::date - $2::date AS days
    FROM ninepence.expenses e
    WHERE e.ledger_id = $1::bigint AND e.deleted_at IS NULL AND e.kind IN ('expense', 'refund')
        AND e.spent_on <= $2::date
), alive AS MATERIALIZED (
    -- What comes weekly and varies is a habit, which the run rate has.
    SELECT s.*, round(s.expected * s.rate, 4) AS worth, c.path, c.path_folded,
           lower(s.label) AS label_small
    FROM series s
    LEFT JOIN ninepence.categories c ON c.ledger_id = $1::bigint AND c.category_id = s.category_id
    WHERE s.status IN ('active', 'late') AND (s.months > 0 OR s.is_steady)
), scheduled AS MATERIALIZED (
    -- What is in the books already, dated after today.
    SELECT n.spent_on, n.base_amount, k.key
    FROM (SELECT e.spent_on, e.base_amount,
                 coalesce(e.merchant_folded, lower(e.description), '') COLLATE "C" AS name
          FROM ninepence.expenses e
          WHERE e.ledger_id = $1::bigint AND e.deleted_at IS NULL
              AND e.kind IN ('expense', 'refund')
              AND e.spent_on BETWEEN $2::date + 1 AND $4::date) n
    -- include: spelling
), due AS MATERIALIZED (
    -- What has not come is due tomorrow while it may still come: within its days of grace, which end
    -- with the books where these end earlier, or when somebody confirmed it. Else it was left out.
    SELECT a.root, greatest(x.day, $2::date + 1) AS day
    FROM alive a
    CROSS JOIN books b
    CROSS JOIN LATERAL generate_series(0, ($4::date - a.next_on) / a.days + 1) AS n
    CROSS JOIN LATERAL (
        SELECT CASE WHEN a.months > 0 THEN (a.next_on + make_interval(months => n * a.months))::date
                    ELSE a.next_on + n * a.days END AS day) x
    WHERE x.day <= $4::date AND $4::date > $2::date
        AND (x.day > $2::date OR n = 0 AND (a.is_confirmed OR x.day + a.slack >= b.newest))
        AND NOT EXISTS (SELECT 1 FROM scheduled c
                        WHERE c.key = a.key AND abs(c.spent_on - x.day) <= a.slack)
), variable AS MATERIALIZED (
    -- What keeps no rhythm: everything but the payments of series.
    SELECT e.spent_on, e.category_id, e.base_amount
    FROM books
    JOIN ninepence.expenses e ON e.ledger_id = $1::bigint AND e.deleted_at IS NULL
        AND e.kind IN ('expense', 'refund') AND e.spent_on BETWEEN books.begin AND $2::date
    WHERE NOT EXISTS (
        SELECT 1
        FROM series_member m
        JOIN series s ON s.root = m.root AND s.status <> 'ignored'
            AND (s.months > 0 OR s.is_steady)
        WHERE m.expense_id = coalesce(e.receipt_id, e.expense_id))
), running AS MATERIALIZED (
    SELECT d.day::date AS day, d.n, sum(coalesce(v.value, 0)) OVER (ORDER BY d.day) AS total
    FROM books
    CROSS JOIN LATERAL generate_series(books.begin::timestamp, $2::timestamp, interval '1 day')
        WITH ORDINALITY AS d (day, n)
    LEFT JOIN (SELECT spent_on, sum(base_amount) AS value FROM variable GROUP BY spent_on) v
        ON v.spent_on = d.day
), span AS MATERIALIZED (
    SELECT s.*, (s.history / s.width)::numeric AS apart
    FROM (SELECT b.days, h.history, l.tail, l.skew, l.few_widen,
                 greatest(1, least(CASE WHEN b.days <= l.whole_window THEN b.days
                                        ELSE l.long_window END, h.history / 2)) AS width
          FROM books b
          CROSS JOIN forecast_limits l
          CROSS JOIN LATERAL (
              -- Of empty books one day, so that nothing is divided by none.
              SELECT least(coalesce($2::date - b.begin + 1, 1), l.history_days) AS history) h) s
), windows AS (
    SELECT r.total - coalesce(lag(r.total, s.width) OVER (ORDER BY r.day), 0) AS total, r.day, r.n,
           CASE WHEN r.day = $2::date
                THEN (r.total - coalesce(lag(r.total, s.history) OVER (ORDER BY r.day), 0))
                     * s.width / s.history END AS mean
    FROM running r
    CROSS JOIN span s
), rates AS (
    -- The plotting position of Weibull, rank / (count + 1), of windows that do not overlap. The middle
    -- lies between their mean and their median: a laptop a year is not a bit of a laptop a month.
    SELECT q.mean, q.mean - s.skew * (q.mean - q.median) AS middle, q.low, q.high,
           1 + s.few_widen / s.apart AS widen
    FROM span s
    CROSS JOIN LATERAL (
        SELECT greatest(0, ((s.apart + 1) * s.tail - 1) / greatest(1, s.apart - 1)) AS low) t
    CROSS JOIN LATERAL (
        SELECT max(w.mean) AS mean, percentile_cont(0.5) WITHIN GROUP (ORDER BY w.total)::numeric AS median,
               percentile_disc(t.low) WITHIN GROUP (ORDER BY w.total) AS low,
               percentile_disc(1 - t.low) WITHIN GROUP (ORDER BY w.total) AS high
        FROM windows w
        WHERE w.n >= s.width AND w.day > $2::date - s.history + s.width - 1
        GROUP BY t.low) q
), seasons AS (
    SELECT count(*) AS years, sum(a.total - coalesce(b.total, 0)) AS then,
           sum((c.total - d.total) * s.days / 365) AS usual
    FROM span s
    CROSS JOIN generate_series(1, 3) AS y
    JOIN running a ON a.day = ($4::date - make_interval(years => y))::date
    JOIN running b ON b.day = a.day - s.days
    JOIN running c ON c.day = a.day + (365 - s.days) / 2
    JOIN running d ON d.day = c.day - 365
), season AS (
    SELECT CASE WHEN $2::date - b.begin >= l.season_days AND b.days <= l.season_most
                     AND n.usual > 0 AND n.then > 0
                THEN round(greatest(l.season_least, least(l.season_largest,
                     1 + n.years::numeric / (n.years + l.season_weight) * (n.then / n.usual - 1))), 3)
                ELSE 1 END AS factor
    FROM seasons n
    CROSS JOIN books b
    CROSS JOIN forecast_limits l
), rate AS (
    -- Sums grow with the days; what the middle lies below the mean does not.
    SELECT CASE WHEN s.days > 0
                THEN (r.mean * s.days / s.width - (r.mean - r.middle)) * f.factor ELSE 0 END AS middle,
           CASE WHEN s.days > 0 THEN greatest(0, r.middle - r.low) * r.widen * f.factor
                                     * sqrt(s.days / s.width::numeric) ELSE 0 END AS below,
           CASE WHEN s.days > 0 THEN greatest(0, r.high - r.middle) * r.widen * f.factor
                                     * sqrt(s.days / s.width::numeric) ELSE 0 END AS above
    FROM rates r
    CROSS JOIN span s
    CROSS JOIN season f
), earned AS (
    -- Of whole months, those of the ledger, within the last year.
    SELECT count(*) AS months, percentile_disc(0.5) WITHIN GROUP (ORDER BY m.total) AS usual
    FROM (SELECT coalesce(sum(e.base_amount), 0) AS total
          FROM books b
          CROSS JOIN generate_series(1, 12) AS n
          CROSS JOIN LATERAL (
              SELECT ($3::date - make_interval(months => n))::date AS first,
                     ($3::date - make_interval(months => n - 1))::date AS next) s
          LEFT JOIN ninepence.expenses e ON e.ledger_id = $1::bigint AND e.deleted_at IS NULL
              AND e.kind = 'income' AND e.spent_on >= s.first AND e.spent_on < s.next
          WHERE s.first >= b.begin
          GROUP BY n) m
), actual AS (
    SELECT coalesce(sum(e.base_amount) FILTER (WHERE e.kind <> 'income'), 0) AS spent,
           count(e.base_amount) FILTER (WHERE e.kind <> 'income') AS counted,
           coalesce(sum(e.base_amount) FILTER (WHERE e.kind = 'income'), 0) AS received,
           count(*) FILTER (WHERE e.base_amount IS NULL) AS without_rate
    FROM ninepence.expenses e
    WHERE e.ledger_id = $1::bigint AND e.deleted_at IS NULL
        AND e.kind IN ('expense', 'refund', 'income') AND e.spent_on BETWEEN $3::date AND $2::date
), wish AS MATERIALIZED (
    SELECT n.item, n.name, n.how, n.number, n.since, k.key
    FROM unnest($5::text[], $6::text[], $7::numeric[], $8::date[])
        WITH ORDINALITY AS n (name, how, number, since, item)
    -- include: spelling
), meant AS MATERIALIZED (
    -- A payment by its whole name, else a category, else a payment by a part of its name.
    SELECT w.item, m.turn, m.root, m.category_id, m.label, min(m.turn) OVER (PARTITION BY w.item) AS best
    FROM wish w
    CROSS JOIN LATERAL (
        SELECT 1 AS turn, a.root, NULL::bigint AS category_id, a.label
        FROM alive a
        WHERE a.key = w.key OR a.label_small = w.name
        UNION ALL
        SELECT 2, NULL, c.category_id, c.path
        FROM ninepence.categories p
        JOIN ninepence.categories c ON c.ledger_id = $1::bigint
            AND (c.category_id = p.category_id OR starts_with(c.path_folded, p.path_folded || ': '))
        WHERE p.ledger_id = $1::bigint AND p.kind = 'expense'
            AND (p.path_folded = w.name OR p.folded = w.name)
        UNION ALL
        SELECT 3, a.root, NULL, a.label
        FROM alive a
        WHERE length(w.name) >= 3 AND strpos(a.label_small, w.name) > 0) m
), about AS (
    -- The payments and categories that an item is about.
    SELECT m.item, a.root, NULL::bigint AS category_id
    FROM meant m
    JOIN alive a ON a.root = m.root OR a.category_id = m.category_id
    WHERE m.turn = m.best
    UNION
    SELECT m.item, NULL, m.category_id
    FROM meant m
    WHERE m.turn = m.best AND m.category_id IS NOT NULL
), clash AS (
    -- What two items are about would count twice.
    SELECT o.item, min(f.item) AS first
    FROM about f
    JOIN about o ON o.item > f.item AND (o.root = f.root OR o.category_id = f.category_id)
    GROUP BY o.item
), effect AS (
    SELECT w.item, w.how, w.number, w.since, m.turn, m.label,
           (SELECT coalesce(sum(a.worth), 0) FROM meant o
            JOIN alive a ON a.root = o.root OR a.category_id = o.category_id
            JOIN due d ON d.root = a.root AND d.day >= w.since
            WHERE o.item = w.item AND o.turn = o.best) AS bills,
           (SELECT count(*) FROM meant o
            JOIN alive a ON a.root = o.root
            JOIN due d ON d.root = a.root AND d.day >= w.since
            WHERE o.item = w.item AND o.turn = o.best) AS times,
           (SELECT coalesce(sum(v.base_amount), 0) FROM meant o
            JOIN variable v ON v.category_id = o.category_id
                AND v.spent_on > $2::date - (SELECT s.history FROM span s)
            WHERE o.item = w.item AND o.turn = o.best)
           / (SELECT s.history FROM span s)
           * greatest(0, $4::date - greatest(w.since, $2::date + 1) + 1) AS habits,
           greatest(0, $4::date - greatest(w.since, $2::date + 1) + 1) AS days
    FROM wish w
    LEFT JOIN LATERAL (
        SELECT o.turn, min(o.label) AS label FROM meant o
        WHERE o.item = w.item AND o.turn = o.best
        GROUP BY o.turn) m ON true
), priced AS (
    SELECT e.*, round(CASE WHEN e.turn IS NULL THEN NULL
                     WHEN e.how = 'cancel' THEN -(e.bills + e.habits)
                     WHEN e.how = 'percent' THEN (e.bills + e.habits) * e.number / 100
                     -- Nobody saves more than there is.
                     WHEN e.turn = 2
                     THEN greatest(e.number * e.days * 12 / 365, least(0, -(e.bills + e.habits)))
                     ELSE greatest(e.number * e.times, least(0, -e.bills)) END, 4) AS change
    FROM effect e
), coming AS (
    SELECT a.root, a.label, a.path, min(d.day) AS first_on, count(*) AS times,
           count(*) * a.worth AS total,
           row_number() OVER (ORDER BY min(d.day), a.label, a.root) AS position
    FROM alive a
    JOIN due d ON d.root = a.root
    GROUP BY a.root, a.label, a.path, a.worth
), parts AS (
    SELECT c.position, 'due' AS part, c.label, c.path, to_char(c.first_on, 'YYYY-MM-DD') AS day,
           c.times, c.total
    FROM coming c
    WHERE c.position <= $9::bigint
    UNION ALL
    SELECT 1000 + p.item, 'wish', p.label, (c.first - 1)::text, to_char(p.since, 'YYYY-MM-DD'), p.item,
           p.change
    FROM priced p
    LEFT JOIN clash c ON c.item = p.item
)
SELECT h.spent, h.counted, h.received, h.without_rate, h.scheduled, h.bills, h.bills_count,
       h.bills_unknown, h.middle, h.below, h.above, h.factor, h.history, h.least_days, h.width,
       h.begin, h.income_months, h.income_usual, h.days, p.part, p.label, p.path, p.day, p.times,
       p.total
FROM (SELECT 1 AS position, a.*,
             (SELECT coalesce(sum(c.base_amount), 0) FROM scheduled c) AS scheduled,
             (SELECT coalesce(sum(c.total), 0) FROM coming c) AS bills,
             (SELECT count(*) FROM coming c) AS bills_count,
             (SELECT count(*) FROM coming c WHERE c.total IS NULL) AS bills_unknown,
             round(r.middle, 4) AS middle, round(r.below, 4) AS below, round(r.above, 4) AS above,
             f.factor, coalesce(s.history, 0) AS history, l.least_days, s.width,
             to_char(b.begin, 'YYYY-MM-DD') AS begin, e.months AS income_months,
             e.usual AS income_usual, s.days
      FROM actual a
      CROSS JOIN books b
      CROSS JOIN forecast_limits l
      CROSS JOIN earned e
      CROSS JOIN span s
      LEFT JOIN rate r ON true
      LEFT JOIN season f ON true) h
FULL JOIN parts p ON p.position = h.position
ORDER BY coalesce(p.position, 1);
