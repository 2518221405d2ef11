-- What Ann and Bob buy from day to day: habits that come up by chance, and Costco receipts.
-- $1 ledger, $2 today. A row is created on its own day.

-- name: add_habits
-- weekday and weekend: how often in 1,000 days; low, high, step: the price in cents; trend: how much
-- dearer it gets per month, in 1/10,000. Dining out got more frequent in the last three months.
WITH habit (merchant, category, who, account, what, weekday, weekend, low, high, step, trend) AS (
    VALUES ('Blue Bottle Coffee', 'food: coffee', 'ann', 'visa', 'cappuccino', 320, 190, 475, 675, 50, 0),
        ('Starbucks', 'food: coffee', 'bob', 'visa', 'coffee and a muffin', 140, 90, 395, 895, 25, 40),
        ('Subway', 'food: restaurants', 'bob', 'visa', 'lunch', 135, 30, 899, 1449, 50, 30),
        ('Chipotle', 'food: restaurants', 'ann', 'visa', 'lunch', 95, 60, 1055, 1655, 60, 30),
        ('Trader Joe''s', 'food: groceries', 'ann', 'visa', 'groceries', 150, 260, 1800, 9500, 1, 45),
        ('Whole Foods', 'food: groceries', 'bob', 'visa', 'groceries', 85, 140, 2200, 8800, 1, 45),
        ('Farmers Market', 'food: groceries', 'ann', 'cash', 'fruit and vegetables', 0, 170, 900, 3600, 50, 0),
        ('Thai Basil', 'food: restaurants', 'ann', 'visa', 'dinner', 25, 85, 3400, 6900, 1, 20),
        ('Trattoria Lucca', 'food: restaurants', 'bob', 'visa', 'dinner', 15, 80, 4800, 11800, 1, 20),
        ('El Camino', 'food: restaurants', 'ann', 'visa', 'tacos', 25, 70, 2600, 5200, 1, 20),
        ('Uber', 'transportation: taxi', 'ann', 'visa', NULL, 70, 110, 900, 3400, 1, 15),
        ('Uber', 'transportation: taxi', 'bob', 'visa', NULL, 40, 70, 900, 3900, 1, 15),
        ('Shell', 'transportation: fuel', 'bob', 'visa', 'fuel', 95, 120, 3300, 6200, 1, 10),
        ('MTA', 'transportation: transit', 'ann', 'visa', NULL, 130, 20, 290, 290, 1, 0),
        ('City Parking', 'transportation: parking', 'bob', 'visa', NULL, 35, 50, 600, 2400, 100, 0),
        ('Amazon', 'housing: household', 'ann', 'visa', NULL, 95, 110, 900, 8900, 1, 0),
        ('Amazon', 'shopping: electronics', 'bob', 'visa', NULL, 25, 35, 1900, 17900, 1, 0),
        ('Target', 'housing: household', 'ann', 'visa', NULL, 50, 80, 1200, 7800, 1, 0),
        ('CVS', 'health: pharmacy', 'ann', 'visa', NULL, 45, 40, 600, 4200, 1, 0),
        ('AMC', 'entertainment: fun', 'bob', 'visa', 'cinema', 8, 80, 1450, 3800, 50, 0),
        ('Brooklyn Bowl', 'entertainment: fun', 'ann', 'visa', 'bowling', 0, 40, 3200, 7600, 100, 0),
        ('Steam', 'entertainment: games', 'bob', 'visa', NULL, 12, 35, 999, 5999, 500, 0),
        ('Old Navy', 'shopping: clothing', 'ann', 'visa', NULL, 10, 40, 1900, 8900, 100, 0),
        ('Clip Joint', 'health', 'bob', 'cash', 'haircut', 22, 10, 3200, 3200, 1, 0)
)
INSERT INTO ninepence.expenses (ledger_id, user_id, category_id, account_id, spent_on, amount,
    currency, merchant, merchant_folded, description, pending, created_at, updated_at)
SELECT $1::bigint, u.user_id, c.category_id, a.account_id, d.day,
       round((h.low + h.step * (r.price % ((h.high - h.low) / h.step + 1)))
             * (1 + h.trend * d.month / 10000.0)) / 100,
       'USD', h.merchant, lower(h.merchant), h.what,
       h.account = 'visa' AND d.day >= $2::date - 1 AND d.day < $2::date,
       (d.day + time '07:00') AT TIME ZONE 'UTC', (d.day + time '07:00') AT TIME ZONE 'UTC'
FROM habit AS h
CROSS JOIN (SELECT s.day::date AS day,
                   floor((s.day::date - date_trunc('month', $2::date)::date) / 30.44)::int + 17 AS month
            FROM generate_series(date_trunc('month', $2::date) - interval '17 months',
                                 $2::date::timestamp, interval '1 day') AS s (day)) AS d
CROSS JOIN LATERAL (
    SELECT ('x' || substr(md5(h.merchant || h.who || d.day), 1, 7))::bit(28)::int % 1000 AS chance,
           ('x' || substr(md5(h.merchant || h.who || d.day), 8, 7))::bit(28)::int AS price) AS r
JOIN ninepence.users AS u ON u.ledger_id = $1 AND u.folded = h.who
JOIN ninepence.categories AS c ON c.ledger_id = $1 AND c.path_folded = h.category
JOIN ninepence.accounts AS a ON a.ledger_id = $1 AND a.folded = h.account
WHERE r.chance < CASE WHEN extract(isodow FROM d.day) < 6 THEN h.weekday ELSE h.weekend END
                 * CASE WHEN h.category = 'food: restaurants' AND d.day > $2::date - 92 THEN 1.6 ELSE 1 END
ORDER BY d.day, h.merchant, h.who;

-- name: add_costco
-- Two Saturdays in three: one bill, two or three lines in different categories (one receipt).
INSERT INTO ninepence.expenses (ledger_id, user_id, category_id, account_id, spent_on, amount,
    currency, merchant, merchant_folded, description, created_at, updated_at)
SELECT $1::bigint, u.user_id, c.category_id, a.account_id, d.day::date,
       (l.low + r.price % (l.high - l.low)) / 100.0, 'USD', 'Costco', 'costco', l.what,
       d.day AT TIME ZONE 'UTC', d.day AT TIME ZONE 'UTC'
FROM generate_series(date_trunc('month', $2::date) - interval '17 months', $2::date::timestamp,
                     interval '1 day') AS d (day)
CROSS JOIN (VALUES (1, 'food: groceries', 'weekly shop', 5200, 14800, 1),
                   (2, 'housing: household', 'paper and soap', 1400, 5600, 1),
                   (3, 'shopping: clothing', 'socks and shirts', 1200, 4900, 5))
           AS l (line, category, what, low, high, every)
CROSS JOIN LATERAL (
    SELECT ('x' || substr(md5('costco' || d.day::date), 1, 7))::bit(28)::int AS week,
           ('x' || substr(md5('costco' || d.day::date || l.line), 8, 7))::bit(28)::int AS price) AS r
JOIN ninepence.users AS u
    ON u.ledger_id = $1 AND u.folded = CASE WHEN r.week % 2 = 0 THEN 'ann' ELSE 'bob' END
JOIN ninepence.categories AS c ON c.ledger_id = $1 AND c.path_folded = l.category
JOIN ninepence.accounts AS a ON a.ledger_id = $1 AND a.folded = 'visa'
WHERE extract(isodow FROM d.day) = 6 AND r.week % 3 < 2 AND r.week % l.every = 0
ORDER BY d.day, l.line;
