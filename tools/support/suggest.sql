-- What a person may be typing: $1 ledger, $2 the text so far (folded, for names). At most a hundred
-- values with the number of all in the second column. Use is counted over the newest 10,000 entries,
-- so that the time it takes does not grow with the books.

-- Names of the kind $3 (codes of struct name_kind; merchants have a statement of their own).
-- name: names
WITH recent AS MATERIALIZED (
    SELECT e.expense_id, e.category_id, e.user_id, e.account_id
    FROM ninepence.expenses e
    WHERE e.ledger_id = $1::bigint AND e.deleted_at IS NULL
    ORDER BY e.spent_on DESC, e.expense_id DESC
    LIMIT 10000
), known AS (
    SELECT c.path AS name, c.path_folded AS key, c.folded AS leaf, r.uses
    FROM ninepence.categories c
    LEFT JOIN (SELECT category_id, count(*) AS uses FROM recent GROUP BY category_id) r
        ON r.category_id = c.category_id
    WHERE c.ledger_id = $1::bigint AND NOT c.archived AND $3::text = 'c'
    UNION ALL
    SELECT u.name, u.folded, u.folded, r.uses
    FROM ninepence.users u
    LEFT JOIN (SELECT user_id, count(*) AS uses FROM recent GROUP BY user_id) r
        ON r.user_id = u.user_id
    WHERE u.ledger_id = $1::bigint AND $3::text = 'u'
    UNION ALL
    SELECT o.name, o.folded, o.folded, r.uses
    FROM ninepence.accounts o
    LEFT JOIN (SELECT account_id, count(*) AS uses FROM recent GROUP BY account_id) r
        ON r.account_id = o.account_id
    WHERE o.ledger_id = $1::bigint AND NOT o.archived AND $3::text = 'a'
    UNION ALL
    SELECT t.name, t.folded, t.folded, r.uses
    FROM ninepence.tags t
    LEFT JOIN (SELECT et.tag_id, count(*) AS uses
               FROM recent
               JOIN ninepence.expense_tags et ON et.ledger_id = $1::bigint
                   AND et.expense_id = recent.expense_id
               GROUP BY et.tag_id) r ON r.tag_id = t.tag_id
    WHERE t.ledger_id = $1::bigint AND $3::text = 't'
), fitting AS (
    SELECT k.name, k.key, coalesce(k.uses, 0) AS uses,
           CASE WHEN starts_with(k.key, $2::text) OR starts_with(k.leaf, $2::text) THEN 1
                WHEN strpos(k.key, ' ' || $2::text) > 0 THEN 2
                WHEN strpos(k.key, $2::text) > 0 THEN 3 END AS place
    FROM known k
)
SELECT f.name, count(*) OVER () AS found
FROM fitting f
WHERE f.place IS NOT NULL
ORDER BY f.place, f.uses DESC, f.key
LIMIT 100;

-- Merchants: those that begin so, wherever they stand in the books, and of the newest entries those
-- that hold the text.
-- name: merchants
WITH RECURSIVE next AS (
    (SELECT e.merchant_folded
     FROM ninepence.expenses e
     WHERE e.ledger_id = $1::bigint AND e.deleted_at IS NULL AND e.merchant_folded >= $2::text
     ORDER BY e.merchant_folded
     LIMIT 1)
    UNION ALL
    -- One step of the index to each next name.
    SELECT (SELECT e.merchant_folded
            FROM ninepence.expenses e
            WHERE e.ledger_id = $1::bigint AND e.deleted_at IS NULL
                AND e.merchant_folded > n.merchant_folded
            ORDER BY e.merchant_folded
            LIMIT 1)
    FROM next n
    WHERE starts_with(n.merchant_folded, $2::text)
), beginning AS (
    SELECT n.merchant_folded FROM next n LIMIT 500
), recent AS (
    SELECT r.merchant_folded, count(*) AS uses
    FROM (SELECT e.merchant_folded
          FROM ninepence.expenses e
          WHERE e.ledger_id = $1::bigint AND e.deleted_at IS NULL
          ORDER BY e.spent_on DESC, e.expense_id DESC
          LIMIT 10000) r
    GROUP BY r.merchant_folded
), known AS (
    SELECT b.merchant_folded AS key, 0 AS uses FROM beginning b
    UNION ALL
    SELECT r.merchant_folded, r.uses FROM recent r
), fitting AS (
    SELECT k.key, max(k.uses) AS uses,
           CASE WHEN starts_with(k.key, $2::text) THEN 1
                WHEN strpos(k.key, ' ' || $2::text) > 0 THEN 2
                WHEN strpos(k.key, $2::text) > 0 THEN 3 END AS place
    FROM known k
    WHERE k.key <> ''
    GROUP BY k.key
), page AS (
    SELECT f.key, f.place, f.uses, count(*) OVER () AS found
    FROM fitting f
    WHERE f.place IS NOT NULL
    ORDER BY f.place, f.uses DESC, f.key
    LIMIT 100
)
SELECT l.merchant, p.found
FROM page p
CROSS JOIN LATERAL (
    SELECT e.merchant
    FROM ninepence.expenses e
    WHERE e.ledger_id = $1::bigint AND e.merchant_folded = p.key AND e.deleted_at IS NULL
    ORDER BY e.spent_on DESC, e.expense_id DESC
    LIMIT 1) l
ORDER BY p.place, p.uses DESC, p.key;

-- Months with entries, the newest first; $3 is the first day of the ledger's months.
-- name: months
WITH span AS (
    SELECT date_trunc('month', (max(e.spent_on) - ($3::integer - 1))::timestamp) AS last,
           date_trunc('month', (min(e.spent_on) - ($3::integer - 1))::timestamp) AS first
    FROM ninepence.expenses e
    WHERE e.ledger_id = $1::bigint AND e.deleted_at IS NULL
), listed AS (
    SELECT m.month, to_char(m.month, 'YYYY-MM') AS name
    FROM span s
    CROSS JOIN LATERAL generate_series(s.first, s.last, interval '1 month') AS m (month)
)
SELECT l.name, count(*) OVER () AS found
FROM listed l
WHERE strpos(l.name, $2::text) > 0 AND EXISTS (
    SELECT 1
    FROM ninepence.expenses e
    WHERE e.ledger_id = $1::bigint AND e.deleted_at IS NULL
        AND e.spent_on >= l.month::date + ($3::integer - 1)
        AND e.spent_on < (l.month + interval '1 month')::date + ($3::integer - 1))
ORDER BY strpos(l.name, $2::text) > 1, l.month DESC
LIMIT 100;

-- Expenses whose id begins so, the newest first.
-- name: expenses
SELECT f.id, count(*) OVER () AS found
FROM (SELECT 'e' || e.expense_id AS id, e.spent_on, e.expense_id
      FROM ninepence.expenses e
      WHERE e.ledger_id = $1::bigint AND e.deleted_at IS NULL
      ORDER BY e.spent_on DESC, e.expense_id DESC
      LIMIT 10000) f
WHERE starts_with(f.id, lower($2::text))
ORDER BY f.spent_on DESC, f.expense_id DESC
LIMIT 100;
