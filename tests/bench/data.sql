-- The books that are measured: :ledgers ledgers with :per_ledger expenses each over ten years up to
-- 2026-11-22. The same figures on every run: all chance is a hash of the row's number. The rows of a
-- ledger lie scattered between those of all others, as they would after ten years of use.
\set ON_ERROR_STOP on
SET session_replication_role = replica; -- foreign keys hold by construction
SET synchronous_commit = on; -- otherwise VACUUM comes before the commit is known to be safe,
                             -- and leaves pages that an index-only scan must visit
BEGIN;

INSERT INTO ninepence.ledgers (ledger_id, name, folded, base_currency, time_zone, created_at)
SELECT l, 'Household ' || l, 'household ' || l, 'USD', 'UTC', '2016-11-01'
  FROM generate_series(1, :ledgers) l;

INSERT INTO ninepence.users (ledger_id, user_id, name, folded, created_at)
SELECT l, (l - 1) * 2 + n, name, lower(name), '2016-11-01'
  FROM generate_series(1, :ledgers) l,
       (VALUES (1, 'Ann'), (2, 'Bob')) AS person (n, name);

INSERT INTO ninepence.accounts (ledger_id, account_id, name, folded, currency, created_at)
SELECT l, (l - 1) * 2 + n, name, lower(name), 'USD', '2016-11-01'
  FROM generate_series(1, :ledgers) l,
       (VALUES (1, 'Checking'), (2, 'Card')) AS account (n, name);

-- Six roots with three children each: 24 categories, the number says how often each is used.
CREATE TEMP TABLE taxonomy (n bigint, parent bigint, name text, root text, kind text);
INSERT INTO taxonomy VALUES
    (1, 19, 'Groceries', 'Food', 'expense'), (2, 19, 'Restaurants', 'Food', 'expense'),
    (3, 20, 'Fuel', 'Transport', 'expense'), (4, 21, 'Supplies', 'Home', 'expense'),
    (5, 22, 'Streaming', 'Leisure', 'expense'), (6, 19, 'Coffee', 'Food', 'expense'),
    (7, 23, 'Pharmacy', 'Health', 'expense'), (8, 20, 'Taxi', 'Transport', 'expense'),
    (9, 24, 'Clothes', 'Shopping', 'expense'), (10, 22, 'Cinema', 'Leisure', 'expense'),
    (11, 24, 'Books', 'Shopping', 'expense'), (12, 21, 'Utilities', 'Home', 'expense'),
    (13, 20, 'Parking', 'Transport', 'expense'), (14, 23, 'Dentist', 'Health', 'expense'),
    (15, 21, 'Furniture', 'Home', 'expense'), (16, 24, 'Gifts', 'Shopping', 'expense'),
    (17, 22, 'Sports', 'Leisure', 'expense'), (18, 23, 'Doctor', 'Health', 'expense'),
    (19, NULL, 'Food', NULL, 'expense'), (20, NULL, 'Transport', NULL, 'expense'),
    (21, NULL, 'Home', NULL, 'expense'), (22, NULL, 'Leisure', NULL, 'expense'),
    (23, NULL, 'Health', NULL, 'expense'), (24, NULL, 'Shopping', NULL, 'expense');

INSERT INTO ninepence.categories (ledger_id, category_id, parent_id, root_id, name, folded, path,
                                  path_folded, kind, created_at)
SELECT l, (l - 1) * 24 + n, (l - 1) * 24 + parent, (l - 1) * 24 + coalesce(parent, n), name,
       lower(name), concat_ws(': ', root, name), lower(concat_ws(': ', root, name)), kind,
       '2016-11-01'
  FROM generate_series(1, :ledgers) l, taxonomy;

INSERT INTO ninepence.tags (ledger_id, tag_id, name, folded)
SELECT l, (l - 1) * 2 + n, name, name
  FROM generate_series(1, :ledgers) l, (VALUES (1, 'family'), (2, 'trip')) AS tag (n, name);

CREATE FUNCTION pg_temp.chance(i bigint, seed bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS
    'SELECT hashint8extended(i, seed) & 1048575';

-- 94 % purchases, 2 % refunds, 2 % income, 2 % transfers; 3 % in euros; the commonest category has
-- one expense in seven.
INSERT INTO ninepence.expenses (ledger_id, expense_id, user_id, category_id, account_id, spent_on,
                                amount, currency, base_amount, merchant, merchant_folded,
                                description, kind, pending, created_at, updated_at)
SELECT l, i + 1, (l - 1) * 2 + 1 + i % 2,
       CASE WHEN kind IN ('expense', 'refund') THEN (l - 1) * 24 + c END,
       (l - 1) * 2 + 1 + i % 3 / 2, day,
       signed, currency, CASE currency WHEN 'USD' THEN signed ELSE round(signed * 1.1, 2) END,
       'Merchant ' || c || '-' || m, 'merchant ' || c || '-' || m,
       CASE WHEN i % 10 < 7 THEN 'purchase number ' || i END, kind, false, day, day
  FROM (SELECT i, i % :ledgers + 1 AS l,
               date '2016-11-23' + (i / :ledgers * 3652 / :per_ledger)::int AS day,
               1 + floor(24 * power(pg_temp.chance(i, 1) / 1048576.0, 1.63))::bigint AS c,
               1 + pg_temp.chance(i, 2) % 8 AS m,
               CASE WHEN k < 94 THEN 'expense' WHEN k < 96 THEN 'refund' WHEN k < 98 THEN 'income'
                    ELSE 'transfer' END AS kind,
               CASE WHEN pg_temp.chance(i, 4) % 100 < 97 THEN 'USD' ELSE 'EUR' END AS currency,
               (100 + pg_temp.chance(i, 5) % 9900)::numeric / 100
                   * CASE WHEN k BETWEEN 94 AND 95 THEN -1 ELSE 1 END AS signed
          FROM generate_series(0, :ledgers * :per_ledger - 1) i,
               LATERAL (SELECT pg_temp.chance(i, 3) % 100 AS k) AS kinds) AS chosen
 ORDER BY i;

INSERT INTO ninepence.expense_tags (ledger_id, expense_id, tag_id)
SELECT i % :ledgers + 1, i + 1, i % :ledgers * 2 + 1 + pg_temp.chance(i, 7) % 2
  FROM generate_series(0, :ledgers * :per_ledger - 1) i
 WHERE pg_temp.chance(i, 6) % 20 = 0;

SELECT setval(pg_get_serial_sequence('ninepence.' || name, id), 1000000000)
  FROM (VALUES ('ledgers', 'ledger_id'), ('users', 'user_id'), ('accounts', 'account_id'),
               ('categories', 'category_id'), ('tags', 'tag_id'), ('expenses', 'expense_id'))
       AS identity (name, id)
\g /dev/null

COMMIT;
VACUUM (FREEZE, ANALYZE);
