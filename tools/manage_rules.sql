-- Rules for what comes in. $1 ledger.

-- $2 the rule.
-- name: rule
SELECT u.rule_id, u.position, u.merchant, u.merchant_folded, u.words, u.words_folded, u.min_amount,
       u.max_amount, u.account_id, u.category_id,
       (SELECT c.path FROM ninepence.categories c
        WHERE c.ledger_id = $1::bigint AND c.category_id = u.category_id AND c.archived) AS archived
FROM ninepence.rules u
WHERE u.ledger_id = $1::bigint AND u.rule_id = $2::bigint
FOR UPDATE;

-- The number of a new one. (There is no ledger in it.)
-- name: new_id
SELECT nextval(pg_get_serial_sequence('ninepence.rules', 'rule_id')) AS rule_id;

-- Makes room at position $2.
-- name: shift
UPDATE ninepence.rules u
SET position = u.position + 1
WHERE u.ledger_id = $1::bigint AND u.position >= $2::integer;

-- $2 position, $3 and $4 merchant and folded, $5 and $6 words and folded, $7 and $8 least and largest
-- size, $9 account, $10 category, $11 now, $12 number.
-- name: create
INSERT INTO ninepence.rules
    (ledger_id, rule_id, position, merchant, merchant_folded, words, words_folded, min_amount, max_amount,
     account_id, category_id, created_at, updated_at)
VALUES ($1::bigint, $12::bigint, $2::integer, $3::text, $4::text, $5::text, $6::text, $7::numeric, $8::numeric,
        $9::bigint, $10::bigint, coalesce($11::timestamptz, now()), coalesce($11::timestamptz, now()))
RETURNING rule_id;

-- The same for rule $12, whatever it said before.
-- name: update
UPDATE ninepence.rules u
SET position = $2::integer, merchant = $3::text, merchant_folded = $4::text, words = $5::text,
    words_folded = $6::text, min_amount = $7::numeric, max_amount = $8::numeric,
    account_id = $9::bigint, category_id = $10::bigint, is_learned = false,
    updated_at = coalesce($11::timestamptz, now())
WHERE u.ledger_id = $1::bigint AND u.rule_id = $12::bigint
RETURNING u.rule_id;

-- name: delete
DELETE FROM ninepence.rules u
WHERE u.ledger_id = $1::bigint AND u.rule_id = $2::bigint
RETURNING u.rule_id;

-- All rules in the order in which they are tried, with how often each would decide in history.
-- name: list
SELECT u.rule_id, row_number() OVER (ORDER BY u.position, u.rule_id) AS turn, u.merchant, u.words,
       trim_scale(u.min_amount)::text AS min_amount, trim_scale(u.max_amount)::text AS max_amount,
       a.name AS account, c.path AS category, u.is_learned,
       c.archived
FROM ninepence.rules u
LEFT JOIN ninepence.accounts a ON a.ledger_id = $1::bigint AND a.account_id = u.account_id
LEFT JOIN ninepence.categories c ON c.ledger_id = $1::bigint AND c.category_id = u.category_id
WHERE u.ledger_id = $1::bigint
ORDER BY u.position, u.rule_id
LIMIT $2::integer;

-- What a rule would hit in history, of the kinds that its category takes (targets.h): $2 merchant folded,
-- $3 words folded, $4 and $5 sizes, $6 account, $7 its category, $8 most rows. Conflicts are those that stand in another category.
-- name: hits
WITH hit AS MATERIALIZED (
    SELECT e.*
    FROM ninepence.expenses e
    WHERE e.ledger_id = $1::bigint AND e.deleted_at IS NULL AND e.kind <> 'transfer'
    -- include: rule_fits
    AND ($7::bigint IS NULL
         OR EXISTS (SELECT 1 FROM ninepence.categories c
                    WHERE c.ledger_id = $1::bigint AND c.category_id = $7::bigint
                        AND c.kind IN ('expense', e.kind)))
), counted AS (
    SELECT count(*) AS hits, count(*) FILTER (WHERE h.category_id <> $7::bigint) AS conflicts,
           count(*) FILTER (WHERE h.category_id IS NULL) AS uncategorized
    FROM hit h
)
SELECT n.hits, n.conflicts, n.uncategorized,
-- include: expense
FROM counted n
LEFT JOIN (SELECT * FROM hit
           ORDER BY category_id IS NOT DISTINCT FROM $7::bigint, spent_on DESC, expense_id DESC
           LIMIT $8::integer) AS e ON true
-- include: expense_joins
ORDER BY e.category_id IS NOT DISTINCT FROM $7::bigint, e.spent_on DESC, e.expense_id DESC;

-- The expenses that the rule is applied to: $8 whether to those of other categories as well, $9 most.
-- name: lock
SELECT e.expense_id
FROM ninepence.expenses e
WHERE e.ledger_id = $1::bigint AND e.deleted_at IS NULL AND e.kind <> 'transfer'
-- include: rule_fits
    AND EXISTS (SELECT 1 FROM ninepence.categories c
                WHERE c.ledger_id = $1::bigint AND c.category_id = $7::bigint
                    AND c.kind IN ('expense', e.kind))
    AND e.category_id IS DISTINCT FROM $7::bigint AND (e.category_id IS NULL OR $8::boolean)
ORDER BY e.expense_id
LIMIT $9::integer
FOR UPDATE OF e;

-- $2 expenses, $3 category, $4 now.
-- name: apply
UPDATE ninepence.expenses e
SET category_id = $3::bigint, updated_at = coalesce($4::timestamptz, now()), version = e.version + 1
WHERE e.ledger_id = $1::bigint AND e.expense_id = ANY ($2::bigint[]);
