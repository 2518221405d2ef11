-- What a figure is made of. $1 to $12 the filter of the call that gave it, $13 to $16 how its rows are
-- grouped (group_keys.sql), $17 the state of the expenses (status.sql), $18 whether the kinds that
-- count are those of each category, $19 whether only the category itself counts and none below it,
-- $20 and $21 the group and its part (merchants folded), null: all; $22 which rows to
-- list, $23 the ledger's currency, $24 decimals of amounts, $25 most rows.
-- name: evidence
WITH
-- include: filter
, state AS (
    SELECT $17::text AS status
), seen AS MATERIALIZED (
    SELECT m.expense_id, m.spent_on, m.category_id, m.user_id, m.account_id, m.kind, m.currency,
           m.amount, m.value, m.pending, m.merchant_folded, m.deleted, k.kind_counts,
           m.deleted = ($17::text = 'deleted') AND k.kind_counts AS counts
    FROM matched m
    CROSS JOIN LATERAL (
        SELECT CASE WHEN $18::boolean THEN m.kind = ANY (coalesce(
                   (SELECT
                    -- include: category_kinds
                    FROM ninepence.categories c
                    WHERE c.ledger_id = $1::bigint AND c.category_id = m.category_id),
                   ARRAY['expense', 'refund'])) ELSE m.kind_counts END AS kind_counts) k
    WHERE m.slot = 1
        AND (NOT $19::boolean
             OR coalesce(m.category_id, 0) IN (SELECT f.id FROM found f WHERE f.kind = 'c'))
        AND
        -- include: status
), parts AS MATERIALIZED (
    -- What the groupings need of a row, and a number for the rows that have it in common.
    SELECT s.*, max(s.expense_id) OVER (
               PARTITION BY s.group_category, s.group_user, s.group_account, s.group_currency,
                            s.group_kind, s.group_merchant, s.group_expense, s.group_day) AS part
    FROM (
        SELECT s.*,
               CASE WHEN ARRAY[$13, $14] && ARRAY['category', 'parent_category'] THEN s.category_id END
                   AS group_category,
               CASE WHEN 'user' IN ($13::text, $14::text) THEN s.user_id END AS group_user,
               CASE WHEN 'account' IN ($13::text, $14::text) THEN s.account_id END AS group_account,
               CASE WHEN 'currency' IN ($13::text, $14::text) THEN s.currency END AS group_currency,
               CASE WHEN 'kind' IN ($13::text, $14::text) THEN s.kind END AS group_kind,
               CASE WHEN 'merchant' IN ($13::text, $14::text) THEN s.merchant_folded END
                   AS group_merchant,
               CASE WHEN 'tag' IN ($13::text, $14::text) THEN s.expense_id END AS group_expense,
               CASE WHEN ARRAY[$13, $14] && ARRAY['day', 'week', 'month', 'quarter', 'year', 'weekday']
                    THEN s.spent_on END AS group_day
        FROM seen s
    ) s
), cells AS MATERIALIZED (
    SELECT 1 AS slot, p.group_category AS category_id, p.group_user AS user_id,
           p.group_account AS account_id, p.group_currency AS currency, p.group_kind AS kind,
           p.group_merchant AS merchant_folded, p.group_expense AS expense_id, p.group_day AS day,
           0 AS total, 0 AS counted, p.part AS newest
    FROM parts p
    WHERE p.expense_id = p.part
), days AS (
    SELECT DISTINCT c.day FROM cells c WHERE c.day IS NOT NULL
),
-- include: group_keys
, hit AS MATERIALIZED (
    SELECT 1 AS slot, s.expense_id, s.spent_on, s.kind, s.currency, s.amount, s.value, s.pending,
           s.deleted, s.kind_counts, s.counts AS included,
           CASE WHEN s.counts AND s.value IS NULL THEN 'no_rate'
                WHEN s.counts THEN NULL
                WHEN s.deleted <> ($17::text = 'deleted') THEN
                    CASE WHEN s.deleted THEN 'deleted' ELSE 'not_deleted' END
                ELSE s.kind END AS reason
    -- Every row has its part and every part its rows. A full join is never made by trying all pairs,
    -- which is what the planner would like, because it expects few rows.
    FROM parts s
    FULL JOIN keyed k ON k.newest = s.part
    WHERE ($20::text IS NULL OR coalesce(
               CASE $13::text WHEN 'weekday' THEN substr(k.key1, 2) ELSE k.key1 END, '') = $20::text)
        AND ($21::text IS NULL OR coalesce(
               CASE $14::text WHEN 'weekday' THEN substr(k.key2, 2) ELSE k.key2 END, '') = $21::text)
),
-- include: basis
, reasons AS (
    SELECT jsonb_agg(jsonb_build_object('reason', r.reason, 'count', r.rows, 'currency', r.currency,
                                        'total', r.total::text) ORDER BY r.reason, r.currency) AS list
    FROM (SELECT h.reason, h.currency, count(*) AS rows, trim_scale(sum(h.amount)) AS total
          FROM hit h
          WHERE h.reason IS NOT NULL
          GROUP BY h.reason, h.currency) r
), foreign_money AS (
    SELECT d.expense_id, d.spent_on, d.currency, d.amount, d.value, y.rate, y.on_day
    FROM hit d
    LEFT JOIN LATERAL (
        SELECT y.rate, y.on_day
        -- include: rate_of_day
        ) y ON true
    WHERE d.included AND d.value IS NOT NULL AND d.currency <> $23::text AND $10::text IS NULL
), rates AS (
    SELECT jsonb_agg(jsonb_build_object('currency', r.currency, 'date', r.on_day,
                                        'rate', trim_scale(r.rate)::text, 'count', r.rows,
                                        'amount', trim_scale(r.amount)::text,
                                        'converted', round(r.value, $24::integer)::text)
                     ORDER BY r.currency, r.on_day DESC) AS list,
           count(*) AS of
    FROM (SELECT f.currency, f.on_day, f.rate, count(*) AS rows, sum(f.amount) AS amount,
                 sum(f.value) AS value,
                 row_number() OVER (ORDER BY f.currency, f.on_day DESC) AS position
          FROM foreign_money f
          GROUP BY f.currency, f.on_day, f.rate) r
    WHERE r.position <= $25::bigint
), listable AS (
    SELECT h.expense_id, row_number() OVER (
               ORDER BY h.reason, CASE WHEN $22::text = 'largest' THEN -abs(h.value) END, h.spent_on DESC,
                        h.expense_id DESC) AS position
    FROM hit h
    WHERE CASE $22::text
          WHEN 'excluded' THEN h.reason IS NOT NULL
          WHEN 'rates' THEN h.included AND h.value IS NOT NULL AND h.currency <> $23::text
              AND $10::text IS NULL
          ELSE h.included AND h.value IS NOT NULL END
), listed AS (
    SELECT p.position,
    -- include: expense
    FROM listable p
    JOIN ninepence.expenses e ON e.ledger_id = $1::bigint AND e.expense_id = p.expense_id
    -- include: expense_joins
    WHERE p.position <= $25::bigint
)
SELECT
-- include: basis_columns
, b.reasons, b.rates, b.rates_of, b.foreign_rows, b.of,
-- include: expense_listed
FROM (SELECT 1 AS position, basis.*, reasons.list AS reasons, rates.list AS rates,
             rates.of AS rates_of, (SELECT count(*) FROM foreign_money) AS foreign_rows,
             (SELECT count(*) FROM listable) AS of
      FROM basis CROSS JOIN reasons CROSS JOIN rates) b
FULL JOIN listed l ON l.position = b.position
ORDER BY coalesce(l.position, 1);
