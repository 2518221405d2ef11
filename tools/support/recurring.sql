-- Recurring payments, out of the three years and a quarter that end on the day $2 of ledger $1, as
-- common table expressions (docs/recurring.md has the method in words):
--   series         one row each: root, key, currency, cadence, dates, amounts, confidence, status
--   series_member  the payments of each: root, expense_id, spent_on, amount, position from the newest
-- Purchases of one merchant are looked at as a whole, by clusters of like amounts, and by equal
-- amounts; what keeps a rhythm is a piece, and pieces that continue one another are a series.
-- include: recurring_limits
, bought AS MATERIALIZED (
    -- The lines of one receipt are one payment.
    SELECT e.expense_id, e.spent_on, e.amount, e.base_amount, e.currency,
           e.category_id, coalesce(e.merchant, e.description) AS label,
           coalesce(e.merchant_folded, lower(e.description) COLLATE "C") AS name
    FROM ninepence.expenses e
    WHERE e.ledger_id = $1::bigint AND e.spent_on BETWEEN $2::date - 1200 AND $2::date
        AND e.deleted_at IS NULL AND e.kind = 'expense' AND e.amount > 0 AND e.receipt_id IS NULL
        AND coalesce(e.merchant, e.description) IS NOT NULL
    UNION ALL
    SELECT min(e.expense_id), max(e.spent_on), sum(e.amount), sum(e.base_amount), min(e.currency),
           min(e.category_id), min(coalesce(e.merchant, e.description)),
           min(coalesce(e.merchant_folded, lower(e.description) COLLATE "C"))
    FROM ninepence.expenses e
    WHERE e.ledger_id = $1::bigint AND e.spent_on BETWEEN $2::date - 1200 AND $2::date
        AND e.deleted_at IS NULL AND e.kind = 'expense' AND e.amount > 0 AND e.receipt_id IS NOT NULL
        AND coalesce(e.merchant, e.description) IS NOT NULL
    GROUP BY e.receipt_id
), spelling AS MATERIALIZED (
    SELECT n.name, k.key, dense_rank() OVER (ORDER BY k.key) AS number,
           CASE WHEN length(split_part(k.key, ' ', 1)) >= 3
                THEN split_part(k.key, ' ', 1) ELSE k.key END AS stem
    FROM (SELECT DISTINCT b.name FROM bought b) n
    -- include: spelling
), tender AS MATERIALIZED (
    SELECT c.currency, row_number() OVER (ORDER BY c.currency) AS number
    FROM (SELECT DISTINCT b.currency FROM bought b) c
), payment AS MATERIALIZED (
    -- Merchant and currency are one number `who` (there are fewer than 20,000 codes of three letters),
    -- so that what follows carries no text. The same again within two days is a double charge or a
    -- second cup, not another month. A cluster begins where an amount is so much larger than the one
    -- before. One order for all, and windows without partitions: thousands of small ones take most of
    -- the time.
    SELECT p.who, p.expense_id, p.spent_on, p.amount, p.cluster, p.again IS NOT NULL AS repeats
    FROM (SELECT p.*, count(*) FILTER (WHERE p.jumps) OVER (
                     ORDER BY p.who, p.amount, p.spent_on, p.expense_id ROWS UNBOUNDED PRECEDING) AS cluster
          FROM (SELECT n.*, coalesce(lag(n.who) OVER sorted <> n.who
                                         OR n.amount > 1.15 * lag(n.amount) OVER sorted, true) AS jumps,
                       CASE WHEN lag(n.who) OVER sorted = n.who AND lag(n.amount) OVER sorted = n.amount
                            THEN n.spent_on - lag(n.spent_on) OVER sorted END AS again
                FROM (SELECT s.number * 20000 + t.number AS who, b.expense_id, b.spent_on, b.amount
                      FROM bought b
                      JOIN spelling s ON s.name = b.name
                      JOIN tender t ON t.currency = b.currency) n
                WINDOW sorted AS (ORDER BY n.who, n.amount, n.spent_on, n.expense_id)) p) p
    WHERE p.again IS NULL OR p.again > 2
), cluster AS MATERIALIZED (
    SELECT p.who, p.cluster, min(p.amount) < max(p.amount) AS varies, count(*) AS payments,
           min(p.spent_on) AS first_on, max(p.spent_on) AS last_on
    FROM payment p
    GROUP BY p.who, p.cluster
), whole AS MATERIALIZED (
    SELECT c.who, count(*) AS clusters, sum(c.payments)::bigint AS payments,
           min(c.first_on) AS first_on, max(c.last_on) AS last_on
    FROM cluster c
    GROUP BY c.who
), candidate AS MATERIALIZED (
    -- Grade 1 the merchant as a whole, 2 a cluster, 3 equal amounts of a cluster. More than three
    -- payments that are too many for their days keep no cadence: three of four gaps would fit it.
    SELECT g.*, row_number() OVER (ORDER BY g.who, g.grade, g.cluster, g.equal) AS number
    FROM (SELECT w.who, 1 AS grade, NULL::bigint AS cluster, NULL::numeric AS equal, w.payments,
                 w.last_on - w.first_on AS days
          FROM whole w
          UNION ALL
          SELECT c.who, 2, c.cluster, NULL, c.payments, c.last_on - c.first_on
          FROM cluster c
          JOIN whole w ON w.who = c.who AND w.clusters > 1
          UNION ALL
          SELECT p.who, 3, p.cluster, p.amount, count(*) + 1, NULL
          FROM payment p
          JOIN cluster c ON c.cluster = p.cluster AND c.varies
          WHERE p.repeats
          GROUP BY p.who, p.cluster, p.amount) g
    WHERE g.payments <= 3 OR g.days IS NULL
        OR g.days >= 0.75 * (g.payments - 1) * (SELECT min(l.days - l.slack) FROM recurring_limits l)
), paced AS MATERIALIZED (
    SELECT c.number, c.who, s.key, s.stem, t.currency, c.grade, c.cluster, c.equal, c.payments,
           q.days[1] AS first_on, q.days[c.payments] AS last_on, q.amounts[1] AS first_amount,
           q.amounts[c.payments] AS last_amount, u.usual_gap, q.days, q.amounts
    FROM (SELECT m.number, array_agg(m.spent_on ORDER BY m.spent_on, m.expense_id) AS days,
                 array_agg(m.amount ORDER BY m.spent_on, m.expense_id) AS amounts
          FROM (SELECT c.number, p.spent_on, p.expense_id, p.amount
                FROM candidate c
                JOIN payment p ON p.who = c.who
                WHERE c.grade = 1
                UNION ALL
                SELECT c.number, p.spent_on, p.expense_id, p.amount
                FROM candidate c
                JOIN payment p ON p.cluster = c.cluster
                WHERE c.grade = 2
                UNION ALL
                SELECT c.number, p.spent_on, p.expense_id, p.amount
                FROM candidate c
                JOIN payment p ON p.cluster = c.cluster AND p.amount = c.equal
                WHERE c.grade = 3) m
          GROUP BY m.number) q
    JOIN candidate c ON c.number = q.number
    JOIN (SELECT DISTINCT s.number, s.key, s.stem FROM spelling s) s ON s.number = c.who / 20000
    JOIN tender t ON t.number = c.who % 20000
    CROSS JOIN LATERAL (
        SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY g.day - g.before) AS usual_gap
        FROM unnest(q.days[2:], q.days[:c.payments - 1]) AS g (day, before)) u
), judged AS MATERIALIZED (
    SELECT p.number, p.who, p.key, p.stem, p.currency, p.grade, p.cluster, p.equal, p.payments, p.first_on,
           p.last_on, p.first_amount, p.last_amount, p.usual_gap, c.cadence,
           coalesce(t.fit >= 0.75 AND (p.payments - 1) >= 0.6 * t.steps
                    AND p.payments >= c.least + CASE WHEN p.grade > 1 THEN 1 ELSE 0 END
                    AND t.drift <= CASE WHEN p.payments < c.young THEN 0.10
                                        WHEN p.grade > 1 THEN least(c.drift, 0.15)
                                        ELSE c.drift END, false) AS is_regular
    FROM paced p
    LEFT JOIN recurring_limits c ON p.usual_gap BETWEEN c.shortest AND c.longest
    LEFT JOIN LATERAL (
        -- How many steps of the cadence each gap is, how many days it misses them by, and how much
        -- the amount changed. From arrays: a join would go by guesses where statistics are missing.
        SELECT sum(s.steps) AS steps,
               count(*) FILTER (
                   WHERE s.steps <= 3
                       AND abs(g.day - CASE WHEN c.months > 0
                                            THEN (g.before + make_interval(
                                                     months => s.steps * c.months))::date
                                            ELSE g.before + s.steps * c.days END) <= c.slack
               )::numeric / count(*) AS fit,
               percentile_disc(0.5) WITHIN GROUP (
                   ORDER BY abs(g.amount - g.amount_before)
                                / greatest(g.amount, g.amount_before)) AS drift
        FROM unnest(p.days[2:], p.days[:p.payments - 1], p.amounts[2:], p.amounts[:p.payments - 1])
            AS g (day, before, amount, amount_before)
        CROSS JOIN LATERAL (
            SELECT greatest(1, (2 * (g.day - g.before) + c.days) / (2 * c.days)) AS steps) s
        HAVING c.days IS NOT NULL AND count(*) > 0) t ON true
), piece AS MATERIALIZED (
    -- A whole that is regular hides its parts; a short part that may continue another is kept.
    SELECT j.*
    FROM (SELECT j.*, bool_or(j.is_regular AND j.grade = 1) OVER (PARTITION BY j.who) AS hides_all,
                 bool_or(j.is_regular AND j.grade = 2) OVER (PARTITION BY j.who, j.cluster) AS hides_equal
          FROM judged j) j
    WHERE (j.is_regular OR j.payments <= 3) AND NOT (j.grade > 1 AND j.hides_all)
        AND NOT (j.grade = 3 AND j.hides_equal)
), near AS MATERIALIZED (
    -- Pieces p and q of one name of which q may go on where p ended, found by their days: a name may
    -- have thousands, too many to look at each pair.
    SELECT p.number, p.is_regular, p.cadence, p.payments, p.usual_gap, p.last_on, p.last_amount,
           q.number AS next, q.is_regular AS next_regular, q.cadence AS next_cadence,
           q.payments AS next_payments, q.usual_gap AS next_gap, q.first_on, q.first_amount
    FROM (SELECT p.*,
                 CASE WHEN c.months > 0
                      THEN (p.last_on + make_interval(months => step * c.months))::date
                      ELSE p.last_on + step * c.days END + late AS day
          FROM piece p
          JOIN recurring_limits c ON c.cadence = p.cadence
          CROSS JOIN generate_series(1, 2) AS step
          CROSS JOIN LATERAL generate_series(-c.slack, c.slack) AS late
          WHERE p.is_regular
          OFFSET 0) p
    JOIN piece q ON q.stem = p.stem AND q.currency = p.currency AND q.first_on = p.day
    UNION
    -- Back from the later one; a month back from the 31st is a day of up to three.
    SELECT p.number, p.is_regular, p.cadence, p.payments, p.usual_gap, p.last_on, p.last_amount,
           q.number, q.is_regular, q.cadence, q.payments, q.usual_gap, q.first_on, q.first_amount
    FROM (SELECT q.*,
                 CASE WHEN c.months > 0
                      THEN (q.first_on - make_interval(months => step * c.months))::date
                      ELSE q.first_on - step * c.days END + late AS day
          FROM piece q
          JOIN recurring_limits c ON c.cadence = q.cadence
          CROSS JOIN generate_series(1, 2) AS step
          CROSS JOIN LATERAL generate_series(-c.slack - 3, c.slack + 3) AS late
          WHERE q.is_regular
          OFFSET 0) q
    JOIN piece p ON p.stem = q.stem AND p.currency = q.currency AND p.last_on = q.day
), linked AS MATERIALIZED (
    -- q goes on where p ended: another price, or another spelling of the merchant.
    SELECT n.next AS number, n.number AS after,
           row_number() OVER (PARTITION BY n.next ORDER BY r.ratio, n.number) AS choice,
           row_number() OVER (PARTITION BY n.number ORDER BY r.ratio, n.next) AS rival
    FROM near n
    JOIN recurring_limits c
        ON c.cadence = CASE WHEN n.is_regular THEN n.cadence ELSE n.next_cadence END
    CROSS JOIN LATERAL (
        SELECT greatest(n.last_amount, n.first_amount)
                   / least(n.last_amount, n.first_amount) AS ratio,
               greatest(1, round((n.first_on - n.last_on)::numeric / c.days))::integer AS steps) r
    WHERE n.next <> n.number AND n.first_on > n.last_on AND (n.is_regular OR n.next_regular)
        AND (NOT n.is_regular OR NOT n.next_regular OR n.cadence = n.next_cadence)
        AND r.ratio <= 1.7 AND r.steps <= 2
        AND abs(n.first_on - CASE WHEN c.months > 0
                                  THEN (n.last_on + make_interval(months => r.steps * c.months))::date
                                  ELSE n.last_on + r.steps * c.days END) <= c.slack
        AND (n.is_regular OR n.payments = 1 OR n.usual_gap BETWEEN c.shortest AND c.longest)
        AND (n.next_regular OR n.next_payments = 1
             OR n.next_gap BETWEEN c.shortest AND c.longest)
), rooted AS MATERIALIZED (
    WITH RECURSIVE chain AS (
        SELECT p.number AS root, p.*
        FROM piece p
        WHERE NOT EXISTS (SELECT 1 FROM linked l
                          WHERE l.number = p.number AND l.choice = 1 AND l.rival = 1)
            -- What is irregular and goes on nowhere is no series.
            AND (p.is_regular OR p.number IN (SELECT l.after FROM linked l))
        UNION ALL
        SELECT c.root, p.*
        FROM chain c
        JOIN linked l ON l.after = c.number AND l.choice = 1 AND l.rival = 1
        JOIN piece p ON p.number = l.number
    )
    SELECT c.*, bool_or(c.is_regular) OVER (PARTITION BY c.root) AS is_series
    FROM chain c
), series_member AS MATERIALIZED (
    SELECT m.*, s.cadence, s.months, s.days, s.slack, s.per_year,
           row_number() OVER newest AS position,
           lag(m.spent_on) OVER oldest AS before_on,
           lag(m.amount) OVER oldest AS before_amount
    FROM (SELECT r.root, p.expense_id, p.spent_on, p.amount, r.currency, r.key
          FROM rooted r
          JOIN payment p ON p.who = r.who
              AND CASE r.grade WHEN 1 THEN true WHEN 2 THEN p.cluster = r.cluster
                               ELSE p.cluster = r.cluster AND p.amount = r.equal END
          WHERE r.is_series) m
    JOIN (SELECT DISTINCT ON (r.root) r.root, c.*
          FROM rooted r
          JOIN recurring_limits c ON c.cadence = r.cadence
          WHERE r.is_regular
          ORDER BY r.root, r.payments DESC) s ON s.root = m.root
    WINDOW newest AS (PARTITION BY m.root ORDER BY m.spent_on DESC, m.expense_id DESC),
           oldest AS (PARTITION BY m.root ORDER BY m.spent_on, m.expense_id)
)
, detected AS MATERIALIZED (
    SELECT m.root, m.currency, m.cadence, m.months, m.days, m.slack, m.per_year,
           count(*) AS payments, min(m.spent_on) AS first_on, max(m.spent_on) AS last_on,
           max(m.amount) FILTER (WHERE m.position = 1) AS last_amount,
           max(m.key) FILTER (WHERE m.position = 1) AS key,
           max(m.expense_id) FILTER (WHERE m.position = 1) AS last_id,
           percentile_disc(0.5) WITHIN GROUP (ORDER BY m.amount)
               FILTER (WHERE m.position <= 6) AS middle_amount,
           percentile_disc(0.5) WITHIN GROUP (
               ORDER BY abs(m.amount - m.before_amount) / greatest(m.amount, m.before_amount))
               AS drift,
           count(*) FILTER (WHERE t.fits)::numeric / nullif(count(m.before_on), 0) AS fit,
           percentile_disc(0.5) WITHIN GROUP (ORDER BY extract(day FROM m.spent_on)::integer)
               FILTER (WHERE m.position <= 12) AS day_of_month,
           max(extract(day FROM m.spent_on)) FILTER (WHERE m.position <= 12)
               - min(extract(day FROM m.spent_on)) FILTER (WHERE m.position <= 12) AS day_spread
    FROM series_member m
    CROSS JOIN LATERAL (
        SELECT greatest(1, (2 * (m.spent_on - m.before_on) + m.days) / (2 * m.days)) AS steps) k
    CROSS JOIN LATERAL (
        SELECT abs(m.spent_on - CASE WHEN m.months > 0
                                     THEN (m.before_on + make_interval(months => k.steps * m.months))::date
                                     ELSE m.before_on + k.steps * m.days END) <= m.slack AS fits) t
    GROUP BY m.root, m.currency, m.cadence, m.months, m.days, m.slack, m.per_year
), dated AS MATERIALIZED (
    -- The next one falls on the usual day of the month, where there is one.
    SELECT d.*, n.step_on,
           CASE WHEN d.months > 0 AND d.day_spread <= 12
                THEN n.month + (least(d.day_of_month,
                                      extract(day FROM n.month + interval '1 month - 1 day'))::integer - 1)
                ELSE n.step_on END AS next_on,
           CASE WHEN d.is_steady THEN d.last_amount ELSE d.middle_amount END AS expected,
           -- Only people are certain.
           least(0.99, round(d.fit * (1 - least(d.drift, 0.5)) * (d.payments - 1)
                             / (d.payments - 0.5), 2)) AS confidence
    FROM (SELECT d.*, d.drift <= 0.02 OR d.payments < 4 AS is_steady FROM detected d) d
    CROSS JOIN LATERAL (
        SELECT s.step_on,
               date_trunc('month', CASE WHEN d.day_of_month <= 5 AND extract(day FROM s.step_on) > 25
                                        THEN s.step_on + 7
                                        WHEN d.day_of_month >= 25 AND extract(day FROM s.step_on) < 6
                                        THEN s.step_on - 7 ELSE s.step_on END::timestamp)::date AS month
        FROM (SELECT CASE WHEN d.months > 0 THEN (d.last_on + make_interval(months => d.months))::date
                          ELSE d.last_on + d.days END AS step_on) s) n
)
, newest AS MATERIALIZED (
    -- One row each; grouped, so that the planner knows.
    SELECT d.root, min(b.label) AS label, min(b.base_amount / b.amount) AS rate,
           min(b.category_id) AS category_id
    FROM detected d
    JOIN bought b ON b.expense_id = d.last_id
    GROUP BY d.root
), curated AS MATERIALIZED (
    -- What was said about a series belongs to the one that has paid about as much.
    SELECT DISTINCT ON (r.recurring_id) r.*, n.root,
           row_number() OVER (PARTITION BY n.root ORDER BY n.ratio, r.recurring_id) AS choice
    FROM ninepence.recurring r
    LEFT JOIN LATERAL (
        SELECT m.root, min(greatest(m.amount, r.at_amount) / least(m.amount, r.at_amount)) AS ratio
        FROM series_member m
        WHERE m.key = r.merchant_key AND m.currency = r.currency
        GROUP BY m.root
        HAVING min(greatest(m.amount, r.at_amount) / least(m.amount, r.at_amount)) <= 1.25
        ORDER BY 2
        LIMIT 1) n ON true
    WHERE r.ledger_id = $1::bigint
    ORDER BY r.recurring_id
), told AS MATERIALIZED (
    SELECT d.root, c.recurring_id, coalesce(c.name, n.label) AS label, d.key, d.currency,
           coalesce(c.cadence, d.cadence) AS cadence, d.payments, d.first_on, d.last_on,
           d.last_amount, d.last_id, coalesce(c.amount, d.expected) AS expected, n.rate,
           d.is_steady,
           CASE WHEN c.status = 'confirmed' THEN 1.00 ELSE d.confidence END AS confidence,
           CASE WHEN c.next_on > d.last_on THEN c.next_on
                WHEN c.cadence <> d.cadence THEN NULL ELSE d.next_on END AS next_on,
           c.status AS said, c.since, coalesce(c.category_id, n.category_id) AS category_id
    FROM dated d
    JOIN newest n ON n.root = d.root
    LEFT JOIN curated c ON c.root = d.root AND c.choice = 1
    UNION ALL
    -- Known from what was said alone; a payment of that merchant since then moves it on.
    SELECT -c.recurring_id, c.recurring_id, c.name, c.merchant_key, c.currency,
           coalesce(c.cadence, 'monthly'), coalesce(p.payments, 0), p.first_on, p.last_on,
           p.last_amount, p.last_id, coalesce(c.amount, c.at_amount),
           CASE WHEN c.currency = l.base_currency THEN 1
                ELSE (SELECT y.rate FROM ninepence.rates y
                      WHERE y.ledger_id = $1::bigint AND y.currency = c.currency
                          AND y.on_day <= $2::date
                      ORDER BY y.on_day DESC LIMIT 1) END,
           true, 1.00, CASE WHEN p.last_on IS NULL OR c.next_on > p.last_on THEN c.next_on END,
           c.status, c.since, c.category_id
    FROM curated c
    JOIN ninepence.ledgers l ON l.ledger_id = $1::bigint
    LEFT JOIN LATERAL (
        SELECT count(*) AS payments, min(p.spent_on) AS first_on, max(p.spent_on) AS last_on,
               (array_agg(p.amount ORDER BY p.spent_on DESC, p.expense_id DESC))[1] AS last_amount,
               (array_agg(p.expense_id ORDER BY p.spent_on DESC, p.expense_id DESC))[1] AS last_id
        FROM payment p
        WHERE p.who = (SELECT min(s.number * 20000 + t.number)
                       FROM spelling s
                       JOIN tender t ON t.currency = c.currency
                       WHERE s.key = c.merchant_key)
            AND p.amount BETWEEN c.at_amount / 1.25 AND c.at_amount * 1.25) p ON true
    WHERE c.root IS NULL OR c.choice > 1
), series AS MATERIALIZED (
    SELECT t.root, t.recurring_id, t.label, t.key, t.currency, t.cadence, l.months, l.days, l.slack,
           l.per_year, t.payments, t.first_on, t.last_on, t.last_amount, t.last_id, t.expected, t.rate,
           t.is_steady, t.confidence, n.next_on, t.category_id,
           coalesce(t.said = 'confirmed', false) AS is_confirmed,
           CASE WHEN t.said IN ('ignored', 'paused', 'cancelled') THEN t.said
                WHEN $2::date > n.next_on + greatest(l.slack, least(l.days, 45))
                    AND t.said IS NULL THEN 'ended'
                WHEN $2::date > n.next_on + l.slack THEN 'late'
                ELSE 'active' END AS status,
           coalesce(t.said = 'cancelled' AND t.last_on > t.since + l.slack, false) AS comes_still
    FROM told t
    JOIN recurring_limits l ON l.cadence = t.cadence
    CROSS JOIN LATERAL (
        SELECT coalesce(t.next_on, CASE WHEN l.months > 0
                                        THEN (t.last_on + make_interval(months => l.months))::date
                                        ELSE t.last_on + l.days END, t.since) AS next_on) n
)
