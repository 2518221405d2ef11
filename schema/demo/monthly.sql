-- What comes by itself: rent, bills, subscriptions, salaries, transfers between own accounts.
-- $1 ledger, $2 today.

-- name: add_bills
-- day: of the month; cents plus up to spread; every n-th month; since and until: months ago. Netflix
-- got dearer, Disney+ stopped coming, Amazon Prime is annual, the electricity bill varies.
WITH bill (merchant, category, who, account, what, day, cents, spread, every, since, until, currency) AS (
    VALUES ('Maple Street Apartments', 'housing: rent', 'ann', 'joint checking', 'rent', 1, 205000, 0, 1, 17, 12, 'USD'),
        ('Maple Street Apartments', 'housing: rent', 'ann', 'joint checking', 'rent', 1, 215000, 0, 1, 11, 0, 'USD'),
        ('Lemonade', 'housing: insurance', 'ann', 'joint checking', 'renters insurance', 4, 1400, 0, 1, 17, 0, 'USD'),
        ('ConEdison', 'utilities: electricity', 'ann', 'joint checking', NULL, 12, 7800, 6400, 1, 17, 0, 'USD'),
        ('City Water', 'utilities: water', 'ann', 'joint checking', NULL, 20, 6800, 1500, 3, 17, 0, 'USD'),
        ('Verizon', 'utilities: internet', 'bob', 'joint checking', NULL, 15, 6999, 0, 1, 17, 0, 'USD'),
        ('T-Mobile', 'utilities: phone', 'bob', 'joint checking', 'two lines', 22, 8500, 0, 1, 17, 0, 'USD'),
        ('Netflix', 'entertainment: streaming', 'bob', 'visa', NULL, 8, 1549, 0, 1, 17, 5, 'USD'),
        ('Netflix', 'entertainment: streaming', 'bob', 'visa', NULL, 8, 1799, 0, 1, 4, 0, 'USD'),
        ('Spotify', 'entertainment: streaming', 'ann', 'visa', 'family plan', 3, 1699, 0, 1, 17, 0, 'USD'),
        ('Disney+', 'entertainment: streaming', 'bob', 'visa', NULL, 10, 1399, 0, 1, 17, 3, 'USD'),
        ('iCloud', 'utilities: internet', 'ann', 'visa', '200 GB', 18, 299, 0, 1, 17, 0, 'USD'),
        ('New York Times', 'entertainment: streaming', 'ann', 'visa', NULL, 25, 1700, 0, 1, 17, 0, 'USD'),
        ('Iron Works Gym', 'health: fitness', 'bob', 'visa', 'membership', 5, 4900, 0, 1, 17, 0, 'USD'),
        ('Chewy', 'pets', 'ann', 'visa', 'cat food', 16, 6200, 1700, 1, 17, 0, 'USD'),
        ('Red Cross', 'gifts', 'ann', 'joint checking', 'donation', 28, 2500, 0, 1, 17, 0, 'USD'),
        ('Hetzner', 'utilities: internet', 'bob', 'euro account', 'small server', 6, 539, 0, 1, 17, 0, 'EUR'),
        ('Amazon Prime', 'housing: household', 'ann', 'visa', 'membership', 13, 13900, 0, 1, 16, 16, 'USD'),
        ('Amazon Prime', 'housing: household', 'ann', 'visa', 'membership', 13, 14900, 0, 1, 4, 4, 'USD'),
        ('Geico', 'transportation: car', 'bob', 'joint checking', 'car insurance', 9, 61200, 0, 1, 14, 14, 'USD'),
        ('Geico', 'transportation: car', 'bob', 'joint checking', 'car insurance', 9, 61200, 0, 1, 8, 8, 'USD'),
        ('Geico', 'transportation: car', 'bob', 'joint checking', 'car insurance', 9, 63800, 0, 1, 2, 2, 'USD')
)
INSERT INTO ninepence.expenses (ledger_id, user_id, category_id, account_id, spent_on, amount,
    currency, merchant, merchant_folded, description, created_at, updated_at)
SELECT $1::bigint, u.user_id, c.category_id, a.account_id, m.first + b.day - 1,
       (b.cents + ('x' || substr(md5(b.merchant || m.first), 1, 7))::bit(28)::int % (b.spread + 1)) / 100.0,
       b.currency, b.merchant, lower(b.merchant), b.what,
       (m.first + b.day - 1 + time '05:00') AT TIME ZONE 'UTC',
       (m.first + b.day - 1 + time '05:00') AT TIME ZONE 'UTC'
FROM bill AS b
CROSS JOIN (SELECT n AS ago, (date_trunc('month', $2::date) - make_interval(months => n))::date AS first
            FROM generate_series(0, 17) AS n) AS m
JOIN ninepence.users AS u ON u.ledger_id = $1 AND u.folded = b.who
JOIN ninepence.categories AS c ON c.ledger_id = $1 AND c.path_folded = b.category
JOIN ninepence.accounts AS a ON a.ledger_id = $1 AND a.folded = b.account
WHERE m.ago BETWEEN b.until AND b.since AND m.first + b.day - 1 <= $2::date
      AND (extract(month FROM m.first)::int - 1) % b.every = 0
ORDER BY m.first + b.day, b.merchant;

-- name: add_income
-- Salaries, interest, Ann's December bonus and the tax refund of April.
WITH pay (source, category, who, account, what, day, cents, spread, only_month) AS (
    VALUES ('Northwind Design', 'income: salary', 'ann', 'joint checking', 'salary', 25, 435000, 0, 0),
        ('Northwind Design', 'income: salary', 'ann', 'joint checking', 'bonus', 18, 210000, 0, 12),
        ('Harbor Software', 'income: salary', 'bob', 'joint checking', 'salary', 15, 198000, 0, 0),
        ('Harbor Software', 'income: salary', 'bob', 'joint checking', 'salary', 28, 198000, 0, 0),
        ('First Savings', 'income: interest', 'ann', 'savings', 'interest', 2, 1900, 700, 0),
        ('IRS', 'income', 'ann', 'joint checking', 'tax refund', 17, 84200, 0, 4)
)
INSERT INTO ninepence.expenses (ledger_id, user_id, category_id, account_id, spent_on, amount,
    currency, merchant, merchant_folded, description, kind, created_at, updated_at)
SELECT $1::bigint, u.user_id, c.category_id, a.account_id, m.first + p.day - 1,
       (p.cents + ('x' || substr(md5(p.what || m.first), 1, 7))::bit(28)::int % (p.spread + 1)) / 100.0,
       'USD', p.source, lower(p.source), p.what, 'income',
       (m.first + p.day - 1 + time '05:00') AT TIME ZONE 'UTC',
       (m.first + p.day - 1 + time '05:00') AT TIME ZONE 'UTC'
FROM pay AS p
CROSS JOIN (SELECT (date_trunc('month', $2::date) - make_interval(months => n))::date AS first
            FROM generate_series(0, 17) AS n) AS m
JOIN ninepence.users AS u ON u.ledger_id = $1 AND u.folded = p.who
JOIN ninepence.categories AS c ON c.ledger_id = $1 AND c.path_folded = p.category
JOIN ninepence.accounts AS a ON a.ledger_id = $1 AND a.folded = p.account
WHERE m.first + p.day - 1 <= $2::date
      AND (p.only_month = 0 OR p.only_month = extract(month FROM m.first))
ORDER BY m.first + p.day, p.source;

-- name: add_transfers
-- Two rows each, out of one account and into the other: they add up to nothing.
WITH move (what, day, cents, spread, source, target) AS (
    VALUES ('Visa payment', 21, 165000, 40000, 'joint checking', 'visa'),
        ('To savings', 26, 40000, 0, 'joint checking', 'savings')
)
INSERT INTO ninepence.expenses (ledger_id, user_id, category_id, account_id, spent_on, amount,
    currency, description, kind, created_at, updated_at)
SELECT $1::bigint, u.user_id, c.category_id, a.account_id, m.first + t.day - 1,
       s.sign * (t.cents + ('x' || substr(md5(t.what || m.first), 1, 7))::bit(28)::int
                           % (t.spread + 1)) / 100.0,
       'USD', t.what, 'transfer',
       (m.first + t.day - 1 + time '05:00') AT TIME ZONE 'UTC',
       (m.first + t.day - 1 + time '05:00') AT TIME ZONE 'UTC'
FROM move AS t
CROSS JOIN (VALUES (1), (-1)) AS s (sign)
CROSS JOIN (SELECT (date_trunc('month', $2::date) - make_interval(months => n))::date AS first
            FROM generate_series(0, 17) AS n) AS m
JOIN ninepence.users AS u ON u.ledger_id = $1 AND u.folded = 'ann'
JOIN ninepence.categories AS c ON c.ledger_id = $1 AND c.path_folded = 'transfers'
JOIN ninepence.accounts AS a
    ON a.ledger_id = $1 AND a.folded = CASE WHEN s.sign > 0 THEN t.source ELSE t.target END
WHERE m.first + t.day - 1 <= $2::date
ORDER BY m.first + t.day, t.what, s.sign DESC;
