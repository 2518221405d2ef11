-- What is odd in some days, each kind against what is usual (docs/unusual.md has the method in words).
-- $1 ledger, $2 and $3 last and first day examined, $4 kinds that are wanted, $5 how many times the
-- usual spread is odd; $6 to $9 the periods for spikes: unit, how many before it (0: the unit itself),
-- first and last day; $10 most rows.
-- name: odd
WITH RECURSIVE
lim AS MATERIALIZED (
    -- The one table of numbers, each with its reason.
    SELECT
        -- two years: every season twice, and prices not too old
        730 AS history_days,
        -- books older than that know what is usual at all
        30 AS begin_days,
        -- purchases whose quartiles mean something
        8 AS merchant_least,
        -- more, because a category mixes merchants
        25 AS category_least,
        -- spreads more for the same reason
        1 AS category_extra,
        -- one price for all: 10 % more is no oddity
        0.10 AS spread_floor,
        -- quartiles of n purchases are unsure by about 2/n
        2 AS few_widen,
        -- below twice the usual nobody calls it odd
        2 AS outlier_times,
        -- a double charge is posted within a weekend
        3 AS again_days,
        -- equal purchases so close that often are a habit
        2 AS again_habit,
        -- of a usual purchase: coffees and tickets are bought twice
        0.25 AS again_small,
        -- rounding and exchange rates move prices by less
        0.02 AS rise_share,
        -- payments before one can be dearer or missing
        4 AS series_least,
        -- of its steps: who skips often is not missed
        0.9 AS series_regular,
        -- like periods whose median means something
        4 AS spike_least,
        -- times the dearest like period, for each spread that is odd (1.75 for 3.5): chance alone
        -- hardly beats the record of a year by so much
        0.5 AS spike_record,
        -- usual purchases of the ledger: less is not worth a word
        4 AS spike_worth,
        -- of the median: what a quiet category varies anyway
        0.15 AS spike_floor,
        -- as much in the same month last year is a season
        0.7 AS season_share
),
-- include: recurring
, purchase AS MATERIALIZED (
    SELECT b.expense_id, b.spent_on, b.amount, b.base_amount, b.currency, b.category_id, b.label,
           s.key, s.number, s.number * 20000 + t.number AS who, b.spent_on >= $3::date AS is_now
    FROM bought b
    JOIN spelling s ON s.name = b.name
    JOIN tender t ON t.currency = b.currency
    WHERE b.spent_on >= $3::date - (SELECT history_days FROM lim)
), ledger_wide AS MATERIALIZED (
    SELECT count(*) FILTER (WHERE p.is_now) AS examined, count(*) AS seen,
           to_char(min(p.spent_on), 'YYYY-MM-DD') AS since,
           coalesce(min(p.spent_on) <= $3::date - (SELECT begin_days FROM lim), false) AS knows,
           percentile_disc(0.5) WITHIN GROUP (ORDER BY p.base_amount) AS usual
    FROM purchase p
), dearer AS MATERIALIZED (
    -- Steady series whose price went up and stayed.
    SELECT x.root, x.expense_id, x.spent_on, x.amount, x.before_amount, x.before_id, s.label,
           s.currency, s.payments, s.per_year
    FROM (SELECT m.*, lag(m.expense_id) OVER paid AS before_id,
                 lag(m.before_amount) OVER paid AS before_that,
                 lead(m.amount) OVER paid AS after_amount
          FROM series_member m
          WINDOW paid AS (PARTITION BY m.root ORDER BY m.spent_on, m.expense_id)) x
    JOIN series s ON s.root = x.root AND s.is_steady AND s.status <> 'ignored'
    CROSS JOIN lim
    WHERE x.spent_on >= $3::date AND x.amount > x.before_amount * (1 + lim.rise_share)
        AND s.payments >= lim.series_least AND coalesce(x.before_that = x.before_amount, true)
        AND coalesce(x.after_amount > x.before_amount * (1 + lim.rise_share), true)
), fee AS MATERIALIZED (
    SELECT p.*
    FROM purchase p
    WHERE p.number IN (
        SELECT s.number FROM spelling s
        WHERE s.key ~ '(^| )(overdraft|nsf|atm|fees?|surcharge|(interest|finance|late|service) charge|returned (payment|check|item)|foreign transaction|penalty|mahngeb[a-z]*|kontof[a-z]*|geb[a-z]*hren?|sollzins[a-z]*|frais|agios|comision|comisiones|commissione|commissioni)( |$)')
), by_merchant AS MATERIALIZED (
    SELECT q.who, q.purchases, q.quartile[1] AS low, q.quartile[2] AS middle,
           q.quartile[3] AS high
    FROM (SELECT p.who, count(*) AS purchases,
                 percentile_disc(ARRAY[0.25, 0.5, 0.75]) WITHIN GROUP (ORDER BY p.amount) AS quartile
          FROM purchase p
          GROUP BY p.who
          HAVING bool_or(p.is_now)) q
), by_category AS MATERIALIZED (
    SELECT q.category_id, q.currency, q.purchases, q.quartile[1] AS low, q.quartile[2] AS middle,
           q.quartile[3] AS high
    FROM (SELECT p.category_id, p.currency, count(*) AS purchases,
                 percentile_disc(ARRAY[0.25, 0.5, 0.75]) WITHIN GROUP (ORDER BY p.amount) AS quartile
          FROM purchase p
          WHERE p.category_id IS NOT NULL
          GROUP BY p.category_id, p.currency
          HAVING bool_or(p.is_now)) q
), outlier AS MATERIALIZED (
    -- How many spreads above the middle, on a logarithmic scale: amounts are skewed.
    SELECT o.*, round(ln(o.amount / o.middle) / o.spread, 1) AS score
    FROM (SELECT p.expense_id, p.spent_on, p.amount, p.currency, p.label, p.key,
                 m.middle, m.purchases, m.is_category,
                 greatest(lim.spread_floor, ln(m.high / m.low) / 1.349)
                     * (1 + lim.few_widen / m.purchases) AS spread,
                 $5::numeric + CASE WHEN m.is_category THEN lim.category_extra ELSE 0 END AS least
          FROM purchase p
          CROSS JOIN lim
          CROSS JOIN LATERAL (
              SELECT b.middle, b.low, b.high, b.purchases, false AS is_category
              FROM by_merchant b
              WHERE b.who = p.who AND b.purchases >= lim.merchant_least
              UNION ALL
              SELECT c.middle, c.low, c.high, c.purchases, true
              FROM by_category c
              WHERE c.category_id = p.category_id AND c.currency = p.currency
                  AND c.purchases >= lim.category_least
              ORDER BY is_category
              LIMIT 1) m
          WHERE p.is_now AND p.amount >= m.middle * lim.outlier_times
              -- A bill is compared with its own history, not with a category.
              AND NOT (m.is_category AND p.expense_id IN (SELECT s.expense_id FROM series_member s))
              AND p.expense_id NOT IN (SELECT d.expense_id FROM dearer d)
              AND p.expense_id NOT IN (SELECT f.expense_id FROM fee f)) o
    WHERE ln(o.amount / o.middle) / o.spread >= o.least
), repeated AS MATERIALIZED (
    -- Each purchase that has the amount of the one before at that merchant; windows without partitions,
    -- of which there would be thousands.
    SELECT r.*, NOT coalesce(r.is_third OR r.is_followed, false) AS is_pair
    FROM (SELECT p.expense_id, p.who, p.is_now, lag(p.expense_id) OVER same AS before_id,
                 p.spent_on - lag(p.spent_on) OVER same AS days,
                 lag(p.who) OVER same = p.who AND lag(p.amount) OVER same = p.amount AS is_again,
                 lag(p.who, 2) OVER same = p.who AND lag(p.amount, 2) OVER same = p.amount AS is_third,
                 lead(p.who) OVER same = p.who AND lead(p.amount) OVER same = p.amount AS is_followed
          FROM purchase p
          WINDOW same AS (ORDER BY p.who, p.amount, p.spent_on, p.expense_id)) r
    WHERE r.is_again
), habit AS MATERIALIZED (
    SELECT p.who, p.purchases, coalesce(r.pairs, 0) AS pairs
    FROM (SELECT p.who, count(*) AS purchases FROM purchase p GROUP BY p.who) p
    LEFT JOIN (SELECT r.who, count(*) AS pairs FROM repeated r
               WHERE r.days <= (SELECT again_days FROM lim) AND NOT r.is_now
               GROUP BY r.who) r ON r.who = p.who
), duplicate AS MATERIALIZED (
    SELECT r.expense_id, r.before_id, p.spent_on, p.amount, p.currency, p.label, r.days,
           h.purchases, h.pairs
    FROM (SELECT * FROM repeated WHERE is_now AND days <= (SELECT again_days FROM lim) OFFSET 0) r
    JOIN purchase p ON p.expense_id = r.expense_id
    LEFT JOIN (SELECT DISTINCT m.expense_id FROM series_member m) b ON b.expense_id = r.before_id
    JOIN habit h ON h.who = r.who
    JOIN ninepence.expenses one ON one.ledger_id = $1::bigint AND one.expense_id = r.before_id
    JOIN ninepence.expenses two ON two.ledger_id = $1::bigint AND two.expense_id = r.expense_id
    CROSS JOIN lim
    CROSS JOIN ledger_wide w
    WHERE h.pairs < lim.again_habit
        AND (h.pairs = 0 OR h.purchases >= 10 * h.pairs)
        AND (coalesce(p.base_amount >= w.usual * lim.again_small, true)
             OR b.expense_id IS NOT NULL)
        -- A standing price on another day is another visit, unless it comes in a rhythm.
        AND (r.days = 0 OR r.is_pair OR b.expense_id IS NOT NULL)
        AND coalesce(one.account_id = two.account_id, true)
        AND coalesce(lower(one.description) = lower(two.description), true)
        -- Given back already.
        AND NOT EXISTS (
            SELECT 1 FROM ninepence.expenses b
            WHERE b.ledger_id = $1::bigint AND b.deleted_at IS NULL AND b.kind = 'refund'
                AND b.spent_on BETWEEN p.spent_on - 3 AND p.spent_on + 60 AND b.amount = -p.amount
                AND b.currency = p.currency
                AND (b.refund_of IN (one.expense_id, two.expense_id)
                     OR b.merchant_folded = two.merchant_folded))
), known AS MATERIALIZED (
    SELECT DISTINCT s.key
    FROM (SELECT DISTINCT b.name FROM bought b WHERE b.spent_on < $3::date) b
    JOIN spelling s ON s.name = b.name
), newcomer AS MATERIALIZED (
    SELECT n.key, n.first_id, n.spent_on, n.amount, n.base_amount, n.currency, n.label, n.purchases
    FROM (SELECT min(p.key) AS key, min(p.spent_on) AS spent_on, count(*) AS purchases,
                 (array_agg(p.expense_id ORDER BY p.spent_on, p.expense_id))[1] AS first_id,
                 (array_agg(p.amount ORDER BY p.spent_on, p.expense_id))[1] AS amount,
                 (array_agg(p.base_amount ORDER BY p.spent_on, p.expense_id))[1] AS base_amount,
                 (array_agg(p.currency ORDER BY p.spent_on, p.expense_id))[1] AS currency,
                 (array_agg(p.label ORDER BY p.spent_on, p.expense_id))[1] AS label
          FROM purchase p
          WHERE p.number IN (SELECT o.number FROM purchase o
                             GROUP BY o.number HAVING bool_and(o.is_now))
              AND p.number NOT IN (SELECT f.number FROM fee f)
          GROUP BY p.number) n
    JOIN ninepence.expenses e ON e.ledger_id = $1::bigint AND e.expense_id = n.first_id
        AND e.merchant IS NOT NULL
    WHERE (SELECT w.knows FROM ledger_wide w)
        -- Another spelling, or years ago.
        AND NOT EXISTS (SELECT 1 FROM known k
                        WHERE k.key = n.key OR starts_with(k.key, n.key || ' ')
                            OR starts_with(n.key, k.key || ' '))
        AND NOT EXISTS (SELECT 1 FROM ninepence.expenses o
                        WHERE o.ledger_id = $1::bigint AND o.merchant_folded = e.merchant_folded
                            AND o.deleted_at IS NULL AND o.spent_on < $3::date)
), stepping AS MATERIALIZED (
    SELECT m.root, m.expense_id, m.before_id, m.spent_on, m.before_on, m.amount,
           CASE WHEN m.months > 0 THEN (m.before_on + make_interval(months => m.months))::date
                ELSE m.before_on + m.days END AS due_on,
           greatest(1, round((m.spent_on - m.before_on)::numeric / m.days))::integer AS steps
    FROM (SELECT m.*, lag(m.expense_id) OVER (PARTITION BY m.root
                                              ORDER BY m.spent_on, m.expense_id) AS before_id
          FROM series_member m) m
    WHERE m.before_on IS NOT NULL
), gap AS MATERIALIZED (
    -- Those that closed again, and payments that are still to come.
    SELECT t.root, t.before_id AS last_id, t.due_on, t.spent_on - t.due_on AS days
    FROM stepping t
    WHERE t.steps > 1 AND t.due_on BETWEEN $3::date AND $2::date
    UNION ALL
    SELECT s.root, s.last_id, s.next_on, $2::date - s.next_on
    FROM series s
    WHERE s.status IN ('late', 'ended') AND s.next_on >= $3::date
), regular AS MATERIALIZED (
    SELECT t.root, count(*) FILTER (WHERE t.steps = 1)::numeric / count(*) AS share
    FROM stepping t
    WHERE t.due_on < $3::date
    GROUP BY t.root
), missing AS MATERIALIZED (
    SELECT s.root, s.label, s.currency, s.expected, s.payments, g.last_id, g.due_on, g.days
    FROM gap g
    JOIN series s ON s.root = g.root
    CROSS JOIN lim
    LEFT JOIN regular r ON r.root = s.root
    WHERE s.status NOT IN ('ignored', 'paused', 'cancelled')
        AND (s.is_confirmed OR (s.payments >= lim.series_least
                                AND coalesce(r.share, 1) >= lim.series_regular))
), span AS MATERIALIZED (
    SELECT u.unit, u.back, u.first, u.last
    FROM unnest($6::integer[], $7::integer[], $8::date[], $9::date[]) AS u (unit, back, first, last)
    WHERE 'category_spike' = ANY ($4::text[])
), month_total AS MATERIALIZED (
    SELECT d.first, d.last, t.category_id, t.total, t.purchases, t.largest
    FROM (SELECT DISTINCT s.first, s.last FROM span s) d
    CROSS JOIN LATERAL (
        SELECT e.category_id, sum(e.base_amount) AS total,
               count(*) FILTER (WHERE e.kind = 'expense') AS purchases,
               (array_agg(e.expense_id ORDER BY e.base_amount DESC NULLS LAST))[1:5] AS largest
        FROM ninepence.expenses e
        WHERE e.ledger_id = $1::bigint AND e.deleted_at IS NULL AND e.kind IN ('expense', 'refund')
            AND e.spent_on BETWEEN d.first AND d.last AND e.category_id IS NOT NULL
        GROUP BY e.category_id) t
), usual_month AS (
    SELECT n.unit, n.first, n.last, n.category_id, n.total, n.purchases, n.largest,
           count(*) AS months, percentile_disc(0.5) WITHIN GROUP (ORDER BY coalesce(b.total, 0)) AS middle,
           max(b.total) FILTER (WHERE s.back = 12) AS last_year,
           max(coalesce(b.total, 0)) AS record,
           array_agg(coalesce(b.total, 0)) AS totals
    FROM (SELECT s.unit, t.* FROM span s
          JOIN month_total t ON t.first = s.first AND t.last = s.last
          WHERE s.back = 0) n
    JOIN span s ON s.unit = n.unit AND s.back > 0
        AND s.first >= (SELECT min(e.spent_on) FROM ninepence.expenses e
                        WHERE e.ledger_id = $1::bigint AND e.deleted_at IS NULL)
    LEFT JOIN month_total b ON b.first = s.first AND b.last = s.last AND b.category_id = n.category_id
    GROUP BY n.unit, n.first, n.last, n.category_id, n.total, n.purchases, n.largest
), explained AS MATERIALIZED (
    -- What is said as an oddity of its own makes no spike.
    SELECT e.expense_id, e.category_id, e.spent_on, e.base_amount
    FROM (SELECT o.expense_id FROM outlier o UNION SELECT d.expense_id FROM duplicate d) x
    JOIN ninepence.expenses e ON e.ledger_id = $1::bigint AND e.expense_id = x.expense_id
), spike AS MATERIALIZED (
    SELECT u.*, c.path, round((x.total - u.middle) / d.spread, 1) AS score
    FROM usual_month u
    JOIN ninepence.categories c ON c.ledger_id = $1::bigint AND c.category_id = u.category_id
    CROSS JOIN lim
    CROSS JOIN LATERAL (
        SELECT u.total - coalesce(sum(e.base_amount), 0) AS total
        FROM explained e
        WHERE e.category_id = u.category_id AND e.spent_on BETWEEN u.first AND u.last) x
    CROSS JOIN LATERAL (
        SELECT greatest(1.4826 * percentile_disc(0.5) WITHIN GROUP (ORDER BY abs(m.total - u.middle)),
                        lim.spike_floor * u.middle) AS spread
        FROM unnest(u.totals) AS m (total)) d
    -- A single purchase is a matter of outliers, where there are enough to tell.
    CROSS JOIN LATERAL (
        SELECT coalesce(max(e.base_amount), 0) AS most
        FROM ninepence.expenses e
        WHERE e.ledger_id = $1::bigint AND e.expense_id = ANY (u.largest)
            AND e.expense_id NOT IN (SELECT o.expense_id FROM explained o)
            AND (SELECT sum(b.purchases) FROM by_category b WHERE b.category_id = u.category_id)
                >= lim.category_least) one
    WHERE u.months >= lim.spike_least AND u.middle > 0
        AND x.total - u.middle >= lim.spike_worth * (SELECT w.usual FROM ledger_wide w)
        AND x.total - one.most >= u.record * lim.spike_record * $5::numeric
        AND (x.total - u.middle) >= $5::numeric * d.spread
        AND coalesce(u.last_year < x.total * lim.season_share, true)
), finding AS (
    -- seen: how many the usual is taken from. proof: the expenses, newest or largest first.
    SELECT 1 AS rank, 'duplicate' AS kind, d.label AS subject, d.spent_on AS on_day, d.amount,
           d.currency, NULL::numeric AS usual, round(d.purchases::numeric / (d.pairs + 1), 0) AS score,
           d.purchases AS seen, d.days::bigint AS extra, ARRAY[d.before_id, d.expense_id] AS proof
    FROM duplicate d
    WHERE 'duplicate' = ANY ($4::text[])
    UNION ALL
    SELECT 2, 'price_rise', d.label, d.spent_on, d.amount, d.currency, d.before_amount,
           round(100 * (d.amount - d.before_amount) / d.before_amount, 1), d.payments, d.per_year,
           ARRAY[d.before_id, d.expense_id]
    FROM dearer d
    WHERE 'price_rise' = ANY ($4::text[])
    UNION ALL
    SELECT 3, 'missing_recurring', m.label, m.due_on, m.expected, m.currency, m.expected, m.days,
           m.payments, NULL, ARRAY[m.last_id]
    FROM missing m
    WHERE 'missing_recurring' = ANY ($4::text[])
    UNION ALL
    SELECT 4, 'outlier', o.label, o.spent_on, o.amount, o.currency, o.middle, o.score, o.purchases,
           CASE WHEN o.is_category THEN 1 ELSE 0 END, ARRAY[o.expense_id]
    FROM outlier o
    WHERE 'outlier' = ANY ($4::text[])
    UNION ALL
    SELECT 5, 'category_spike', s.path, s.first, s.total, l.base_currency, s.middle, s.score,
           s.months, s.purchases, s.largest
    FROM spike s
    JOIN ninepence.ledgers l ON l.ledger_id = $1::bigint
    UNION ALL
    SELECT 6, 'fee', f.label, f.spent_on, f.amount, f.currency, NULL, y.fees, y.fees, NULL,
           ARRAY[f.expense_id]
    FROM fee f
    CROSS JOIN LATERAL (
        SELECT count(*) AS fees FROM fee o
        WHERE o.spent_on BETWEEN f.spent_on - 364 AND f.spent_on) y
    WHERE f.is_now AND 'fee' = ANY ($4::text[])
    UNION ALL
    SELECT 7, 'new_merchant', n.label, n.spent_on, n.amount, n.currency, w.usual,
           round(n.base_amount / nullif(w.usual, 0), 1), w.seen, n.purchases, ARRAY[n.first_id]
    FROM newcomer n
    CROSS JOIN ledger_wide w
    WHERE 'new_merchant' = ANY ($4::text[])
), placed AS (
    SELECT f.*, row_number() OVER (ORDER BY f.rank, f.score DESC NULLS LAST, f.on_day DESC, f.subject)
               AS position,
           count(*) OVER () AS findings
    FROM finding f
), tally AS (
    SELECT string_agg(t.kind || ' ' || t.found, ';' ORDER BY t.rank) AS kinds
    FROM (SELECT f.rank, f.kind, count(*) AS found FROM finding f GROUP BY f.rank, f.kind) t
)
SELECT w.examined, w.seen, w.since, w.knows, t.kinds, coalesce(p.findings, 0) AS findings,
       p.kind, p.subject, to_char(p.on_day, 'YYYY-MM-DD') AS on_day, p.amount, p.currency, p.usual,
       p.score, p.seen AS seen_here, p.extra, v.proof
FROM ledger_wide w
CROSS JOIN tally t
LEFT JOIN placed p ON p.position <= $10::bigint
LEFT JOIN LATERAL (
    SELECT string_agg(concat_ws(chr(31), e.expense_id, to_char(e.spent_on, 'YYYY-MM-DD'), e.amount,
                                e.currency, coalesce(e.merchant, e.description, '')),
                      chr(30) ORDER BY q.position, e.expense_id) AS proof
    FROM unnest(p.proof) WITH ORDINALITY AS q (expense_id, position)
    JOIN ninepence.expenses e ON e.ledger_id = $1::bigint
        AND (e.expense_id = q.expense_id OR e.receipt_id = q.expense_id)) v ON true
ORDER BY p.position;
