-- What happened once: purchases that a question may be about, and two journeys.
-- $1 ledger, $2 today.

-- name: add_recent
-- ago: days before today. Here are the double charge (Best Buy), the two real coffees of one day,
-- the shoes that may be returned, Shell without a category, fees, an unusually dear dinner.
WITH event (ago, merchant, category, who, account, amount, what) AS (
    VALUES (0, NULL, NULL, 'ann', 'cash', 1.00, 'test entry'),
        (0, NULL, NULL, 'ann', 'cash', 1.00, 'test entry'),
        (1, 'Yellow Cab', 'transportation: taxi', 'ann', 'cash', 15.00, 'taxi home'),
        (5, 'Zappos', 'shopping: clothing', 'ann', 'visa', 60.00, 'shoes'),
        (6, 'Blue Bottle Coffee', 'food: coffee', 'ann', 'visa', 4.75, 'cappuccino'),
        (6, 'Blue Bottle Coffee', 'food: coffee', 'ann', 'visa', 4.75, 'cappuccino'),
        (9, 'Peloton', 'health: fitness', 'bob', 'visa', 44.00, 'app membership'),
        (11, 'Best Buy', 'shopping: electronics', 'bob', 'visa', 89.99, 'HDMI switch'),
        (11, 'Best Buy', 'shopping: electronics', 'bob', 'visa', 89.99, 'HDMI switch'),
        (14, 'Corner Deli', NULL, 'bob', 'cash', 7.25, NULL),
        (18, 'Trattoria Lucca', 'food: restaurants', 'bob', 'visa', 268.40, 'anniversary dinner'),
        (22, 'Market Stall', NULL, 'ann', 'cash', 18.00, NULL),
        (27, 'Shell', NULL, 'bob', 'visa', 48.12, NULL),
        (33, 'Chase', 'fees', 'bob', 'joint checking', 3.50, 'ATM fee'),
        (40, 'IKEA', 'housing: household', 'ann', 'visa', 249.00, 'bookcase'),
        (40, 'IKEA', 'housing: household', 'bob', 'visa', 399.00, 'desk'),
        (41, 'Lee Dental', 'health: dentist', 'ann', 'visa', 145.00, 'dentist, filling'),
        (54, 'Shell', NULL, 'bob', 'visa', 51.90, NULL),
        (63, 'Madison Square Garden', 'entertainment: fun', 'bob', 'visa', 178.00, 'two tickets'),
        (70, 'Zappos', 'shopping: clothing', 'ann', 'visa', 120.00, 'boots'),
        (75, 'Apple', 'shopping: electronics', 'ann', 'visa', 1899.00, 'laptop'),
        (80, 'Shell', NULL, 'bob', 'visa', 44.75, NULL),
        (88, 'Corner Deli', NULL, 'ann', 'cash', 11.40, NULL),
        (102, 'Chase', 'fees', 'bob', 'visa', 29.00, 'late fee'),
        (118, 'Petco', 'pets', 'ann', 'visa', 88.60, 'vet bed'),
        (130, 'Shell', NULL, 'bob', 'visa', 46.30, NULL),
        (151, 'Village Vet', 'pets', 'ann', 'visa', 212.00, 'check-up and shots'),
        (166, 'Market Stall', NULL, 'ann', 'cash', 24.00, NULL),
        (203, 'Lee Dental', 'health: dentist', 'bob', 'visa', 95.00, 'dentist, cleaning'),
        (290, 'REI', 'shopping: clothing', 'bob', 'visa', 236.80, 'rain jackets'),
        (359, 'Namecheap', 'utilities: internet', 'bob', 'visa', 14.98, 'domain, one year'),
        (412, 'Lee Dental', 'health: dentist', 'ann', 'visa', 95.00, 'dentist, cleaning')
)
INSERT INTO ninepence.expenses (ledger_id, user_id, category_id, account_id, spent_on, amount,
    currency, merchant, merchant_folded, description, created_at, updated_at)
SELECT $1::bigint, u.user_id, c.category_id, a.account_id, $2::date - e.ago, e.amount, 'USD',
       e.merchant, lower(e.merchant), e.what,
       ($2::date - e.ago + time '06:00') AT TIME ZONE 'UTC',
       ($2::date - e.ago + time '06:00') AT TIME ZONE 'UTC'
FROM event AS e
JOIN ninepence.users AS u ON u.ledger_id = $1 AND u.folded = e.who
JOIN ninepence.accounts AS a ON a.ledger_id = $1 AND a.folded = e.account
LEFT JOIN ninepence.categories AS c ON c.ledger_id = $1 AND c.path_folded = e.category
ORDER BY e.ago DESC, e.merchant, e.who;

-- name: add_seasonal
-- In the newest month of that number before the running one: what made March so dear, presents in
-- December, the flights of the journeys.
WITH event (month, day, merchant, category, who, account, amount, what) AS (
    VALUES (3, 6, 'Joe''s Auto Repair', 'transportation: car', 'bob', 'visa', 1284.50, 'transmission'),
        (3, 11, 'Maytag', 'housing: household', 'ann', 'visa', 749.00, 'washing machine'),
        (3, 19, 'Tire Barn', 'transportation: car', 'bob', 'visa', 486.20, 'four tires'),
        (3, 24, 'H&R Block', 'fees', 'ann', 'joint checking', 189.00, 'tax return'),
        (12, 3, 'LATAM', 'travel: flights', 'ann', 'visa', 1312.40, 'two flights to Santiago'),
        (12, 6, 'Etsy', 'gifts', 'ann', 'visa', 64.00, 'presents'),
        (12, 9, 'Strand Books', 'gifts', 'ann', 'visa', 87.35, 'presents'),
        (12, 13, 'Lego', 'gifts', 'bob', 'visa', 129.99, 'presents'),
        (12, 17, 'Sephora', 'gifts', 'bob', 'visa', 75.50, 'presents'),
        (12, 20, 'Whole Foods', 'food: groceries', 'ann', 'visa', 187.22, 'Christmas dinner'),
        (4, 9, 'TAP Air Portugal', 'travel: flights', 'bob', 'visa', 884.00, 'two flights to Lisbon')
)
INSERT INTO ninepence.expenses (ledger_id, user_id, category_id, account_id, spent_on, amount,
    currency, merchant, merchant_folded, description, created_at, updated_at)
SELECT $1::bigint, u.user_id, c.category_id, a.account_id, d.day, e.amount, 'USD', e.merchant,
       lower(e.merchant), e.what, (d.day + time '06:00') AT TIME ZONE 'UTC',
       (d.day + time '06:00') AT TIME ZONE 'UTC'
FROM event AS e
CROSS JOIN LATERAL (
    SELECT make_date(extract(year FROM $2::date)::int
                     - (extract(month FROM $2::date) <= e.month)::int, e.month, e.day) AS day) AS d
JOIN ninepence.users AS u ON u.ledger_id = $1 AND u.folded = e.who
JOIN ninepence.accounts AS a ON a.ledger_id = $1 AND a.folded = e.account
JOIN ninepence.categories AS c ON c.ledger_id = $1 AND c.path_folded = e.category
ORDER BY d.day, e.merchant;

-- name: add_journeys
-- Two weeks in Chile in February, in pesos (a currency without decimals), a weekend in Lisbon in
-- May, in euros. unit: the smallest step of a price.
WITH stop (month, first, last, every, merchant, category, who, account, currency, low, high, unit, what) AS (
    VALUES (2, 8, 20, 1, 'Fuente Alemana', 'food: restaurants', 'ann', 'visa', 'CLP', 9500, 24000, 10, 'lunch'),
        (2, 8, 20, 2, 'Bocanáriz', 'food: restaurants', 'bob', 'visa', 'CLP', 28000, 61000, 10, 'dinner'),
        (2, 9, 20, 3, 'Jumbo', 'food: groceries', 'ann', 'visa', 'CLP', 8200, 31000, 1, 'groceries'),
        (2, 8, 21, 2, 'Cabify', 'transportation: taxi', 'bob', 'visa', 'CLP', 3400, 9900, 10, NULL),
        (2, 8, 8, 1, 'Hotel Magnolia', 'travel: lodging', 'ann', 'visa', 'CLP', 412000, 412001, 1, 'five nights'),
        (2, 13, 13, 1, 'Refugio Pucón', 'travel: lodging', 'ann', 'visa', 'CLP', 536000, 536001, 1, 'eight nights'),
        (2, 11, 11, 1, 'Viña Undurraga', 'travel: activities', 'bob', 'visa', 'CLP', 48000, 48001, 1, 'wine tour'),
        (2, 16, 16, 1, 'Volcán Villarrica', 'travel: activities', 'ann', 'visa', 'CLP', 170000, 170001, 1, 'guided climb'),
        (5, 14, 18, 1, 'Time Out Market', 'food: restaurants', 'bob', 'visa', 'EUR', 2150, 5400, 5, 'dinner'),
        (5, 14, 18, 1, 'Pastéis de Belém', 'food: coffee', 'ann', 'euro account', 'EUR', 480, 1290, 5, NULL),
        (5, 15, 18, 2, 'Pingo Doce', 'food: groceries', 'ann', 'euro account', 'EUR', 890, 2870, 1, NULL),
        (5, 14, 18, 2, 'Carris', 'transportation: transit', 'bob', 'euro account', 'EUR', 680, 681, 1, 'day tickets'),
        (5, 14, 14, 1, 'Hotel Avenida', 'travel: lodging', 'ann', 'visa', 'EUR', 48800, 48801, 1, 'four nights'),
        (5, 16, 16, 1, 'Oceanário', 'travel: activities', 'bob', 'euro account', 'EUR', 5000, 5001, 1, 'two tickets')
)
INSERT INTO ninepence.expenses (ledger_id, user_id, category_id, account_id, spent_on, amount,
    currency, merchant, merchant_folded, description, created_at, updated_at)
SELECT $1::bigint, u.user_id, c.category_id, a.account_id, d.day,
       (s.low + s.unit * (r.price % ((s.high - s.low) / s.unit + 1)))
       / CASE s.currency WHEN 'CLP' THEN 1.0 ELSE 100.0 END,
       s.currency, s.merchant, translate(lower(s.merchant), 'áéíóúñ', 'aeioun'), s.what,
       (d.day + time '20:00') AT TIME ZONE 'UTC', (d.day + time '20:00') AT TIME ZONE 'UTC'
FROM stop AS s
CROSS JOIN LATERAL generate_series(s.first, s.last, s.every) AS n (day_number)
CROSS JOIN LATERAL (
    SELECT make_date(extract(year FROM $2::date)::int
                     - (extract(month FROM $2::date) <= s.month)::int, s.month, n.day_number) AS day) AS d
CROSS JOIN LATERAL (
    SELECT ('x' || substr(md5(s.merchant || d.day), 1, 7))::bit(28)::int AS price) AS r
JOIN ninepence.users AS u ON u.ledger_id = $1 AND u.folded = s.who
JOIN ninepence.accounts AS a ON a.ledger_id = $1 AND a.folded = s.account
JOIN ninepence.categories AS c ON c.ledger_id = $1 AND c.path_folded = s.category
ORDER BY d.day, s.merchant;
