-- What Ann and Bob plan to spend. $1 ledger, $2 today.

-- name: add_budgets
-- since: months ago; each holds from then on. Restaurants will not do; fun carries over what is left.
INSERT INTO ninepence.budgets (ledger_id, category_id, month, applies, amount, rollover, created_at,
                               updated_at)
SELECT $1::bigint, c.category_id, m.month, 'forward', b.amount, b.rollover,
       m.month::timestamp AT TIME ZONE 'UTC', m.month::timestamp AT TIME ZONE 'UTC'
FROM (VALUES (NULL, 11, 5500, false), ('food: groceries', 11, 850, false),
             ('food: groceries', 3, 950, false), ('food: restaurants', 11, 350, false),
             ('food: coffee', 11, 70, false), ('transportation', 11, 450, false),
             ('entertainment: fun', 11, 150, true), ('entertainment: streaming', 11, 75, false),
             ('shopping', 11, 200, false)) AS b (category, since, amount, rollover)
CROSS JOIN LATERAL (
    SELECT (date_trunc('month', $2::date) - make_interval(months => b.since))::date AS month) AS m
LEFT JOIN ninepence.categories AS c ON c.ledger_id = $1 AND c.path_folded = b.category
ORDER BY b.since DESC, b.category NULLS FIRST;
