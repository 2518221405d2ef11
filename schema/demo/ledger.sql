-- The sample ledger: its people, accounts, categories, tags and exchange rates.
--
-- All statements of schema/demo/ are deterministic: what varies hangs on md5 of a name and a day,
-- never on random(), so that two ledgers made on one day are equal, and one made a day later has
-- the same past. $1 is the ledger, $2 the day that counts as today.

-- name: create_ledger
-- $1 name, $2 folded name, $3 time zone (UTC when the server does not know it), $4 stands for now
INSERT INTO ninepence.ledgers (name, folded, base_currency, time_zone, is_demo, created_at)
SELECT $1::text, $2::text, 'USD',
       coalesce((SELECT z.name FROM pg_timezone_names AS z WHERE z.name = $3::text LIMIT 1), 'UTC'),
       true, coalesce($4::timestamptz, now())
RETURNING ledger_id, (created_at AT TIME ZONE time_zone)::date;

-- name: add_users
INSERT INTO ninepence.users (ledger_id, name, folded, email, created_at)
SELECT $1::bigint, v.name, lower(v.name), lower(v.name) || '@example.com',
       $2::date::timestamp AT TIME ZONE 'UTC'
FROM (VALUES (1, 'Ann'), (2, 'Bob')) AS v (position, name)
ORDER BY v.position;

-- name: add_accounts
INSERT INTO ninepence.accounts (ledger_id, name, folded, currency, created_at)
SELECT $1::bigint, v.name, lower(v.name), v.currency, $2::date::timestamp AT TIME ZONE 'UTC'
FROM (VALUES (1, 'Joint Checking', 'USD'), (2, 'Savings', 'USD'), (3, 'Visa', 'USD'),
             (4, 'Euro Account', 'EUR'), (5, 'Cash', 'USD')) AS v (position, name, currency)
ORDER BY v.position;

-- name: add_categories
WITH listed (position, parent, name, color, kind) AS (
    VALUES (1, NULL, 'Food', '#4caf50', 'expense'),
        (2, 'Food', 'Groceries', '#66bb6a', 'expense'),
        (3, 'Food', 'Restaurants', '#9ccc65', 'expense'),
        (4, 'Food', 'Coffee', '#795548', 'expense'),
        (5, NULL, 'Transportation', '#2196f3', 'expense'),
        (6, 'Transportation', 'Fuel', '#1976d2', 'expense'),
        (7, 'Transportation', 'Taxi', '#ffc107', 'expense'),
        (8, 'Transportation', 'Transit', '#64b5f6', 'expense'),
        (9, 'Transportation', 'Parking', '#90a4ae', 'expense'),
        (10, 'Transportation', 'Car', '#0d47a1', 'expense'),
        (11, NULL, 'Entertainment', '#9c27b0', 'expense'),
        (12, 'Entertainment', 'Fun', '#ba68c8', 'expense'),
        (13, 'Entertainment', 'Streaming', '#7b1fa2', 'expense'),
        (14, 'Entertainment', 'Games', '#4a148c', 'expense'),
        (15, NULL, 'Utilities', '#ff9800', 'expense'),
        (16, 'Utilities', 'Electricity', '#ffb74d', 'expense'),
        (17, 'Utilities', 'Water', '#29b6f6', 'expense'),
        (18, 'Utilities', 'Internet', '#f57c00', 'expense'),
        (19, 'Utilities', 'Phone', '#e65100', 'expense'),
        (20, NULL, 'Housing', '#607d8b', 'expense'),
        (21, 'Housing', 'Rent', '#455a64', 'expense'),
        (22, 'Housing', 'Insurance', '#78909c', 'expense'),
        (23, 'Housing', 'Household', '#b0bec5', 'expense'),
        (24, NULL, 'Shopping', '#e91e63', 'expense'),
        (25, 'Shopping', 'Clothing', '#f06292', 'expense'),
        (26, 'Shopping', 'Electronics', '#ad1457', 'expense'),
        (27, NULL, 'Health', '#f44336', 'expense'),
        (28, 'Health', 'Dentist', '#ef9a9a', 'expense'),
        (29, 'Health', 'Pharmacy', '#e57373', 'expense'),
        (30, 'Health', 'Fitness', '#c62828', 'expense'),
        (31, NULL, 'Travel', '#00bcd4', 'expense'),
        (32, 'Travel', 'Flights', '#0097a7', 'expense'),
        (33, 'Travel', 'Lodging', '#4dd0e1', 'expense'),
        (34, 'Travel', 'Activities', '#80deea', 'expense'),
        (35, NULL, 'Gifts', '#ff5722', 'expense'),
        (36, NULL, 'Pets', '#8d6e63', 'expense'),
        (37, NULL, 'Fees', '#9e9e9e', 'expense'),
        (38, NULL, 'Income', '#009688', 'income'),
        (39, 'Income', 'Salary', '#00796b', 'income'),
        (40, 'Income', 'Interest', '#4db6ac', 'income'),
        (41, NULL, 'Transfers', '#bdbdbd', 'transfer')
), numbered AS MATERIALIZED (
    SELECT l.*, nextval(pg_get_serial_sequence('ninepence.categories', 'category_id')) AS id
    FROM (SELECT * FROM listed ORDER BY position) AS l
)
INSERT INTO ninepence.categories (ledger_id, category_id, parent_id, root_id, name, folded, path,
                                  path_folded, color, kind, created_at)
SELECT $1::bigint, n.id, p.id, coalesce(p.id, n.id), n.name, lower(n.name),
       coalesce(p.name || ': ', '') || n.name, lower(coalesce(p.name || ': ', '') || n.name),
       n.color, n.kind, $2::date::timestamp AT TIME ZONE 'UTC'
FROM numbered AS n
LEFT JOIN numbered AS p ON p.parent IS NULL AND p.name = n.parent
ORDER BY n.position;

-- name: add_tags
INSERT INTO ninepence.tags (ledger_id, name, folded)
SELECT $1::bigint, v.name, lower(v.name)
FROM (VALUES (1, 'Chile trip'), (2, 'Lisbon'), (3, 'family'), (4, 'work'), (5, 'shared'))
     AS v (position, name)
ORDER BY v.position;

-- name: add_rates
-- One rate a banking day: a slow wave of 250 days and a little noise around a middle.
INSERT INTO ninepence.rates (ledger_id, currency, on_day, rate, source)
SELECT $1::bigint, v.currency, d.day::date,
       round(v.middle * (1 + 0.00035 * abs(w.phase - 125) - 0.022
                         + 0.00001 * (('x' || substr(md5(v.currency || d.day::date), 1, 7))
                                      ::bit(28)::int % 600)), v.decimals),
       'demo'
FROM (VALUES ('EUR', 1.1050, 4, 0), ('CLP', 0.00106, 8, 90)) AS v (currency, middle, decimals, shift)
CROSS JOIN generate_series(date_trunc('month', $2::date) - interval '17 months 10 days',
                           $2::date::timestamp, interval '1 day') AS d (day)
CROSS JOIN LATERAL (SELECT (d.day::date - date '2000-01-01' + v.shift) % 250 AS phase) AS w
WHERE extract(isodow FROM d.day) < 6;
