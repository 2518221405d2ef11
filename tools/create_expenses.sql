-- New expenses, all or none.
--
-- $1 ledger, $2 and $3 its currency and decimals
-- $4 the drafts as JSON: n, receipt (number of the receipt, or null), spent_on, amount, currency,
--    merchant, merchant_folded, description, notes, kind, refund_of, and as positions in the list of
--    names (or null) category, user, account, paid_by, tags
-- $5, $6, $7 the names: kind, id, folded text; the first one is who is speaking (or null)
-- $8 whether duplicates are welcome, $9 now, $10 key, $11 canonical arguments (null when the key is
-- our own), $12 name of the client, $13 the change when it is open already (then names were made for
-- it), or null

-- One statement looks everything up, opens the change and inserts. When a name is unknown, a refund
-- does not fit, a duplicate is likely or the key was used before, no change is opened and nothing
-- is inserted: no row comes back, and `explain` says what it was.
-- name: insert
WITH
-- include: drafts
, allowed AS MATERIALIZED (
    SELECT (SELECT count(*) FROM known) = (SELECT count(*) FROM asked WHERE name IS NOT NULL)
           AND NOT EXISTS (SELECT 1 FROM complete c WHERE c.misfit IS NOT NULL)
           AND ($8::boolean OR NOT EXISTS (
               SELECT 1
               FROM complete c
               CROSS JOIN LATERAL (
                   -- LIMIT: only that day's rows, whatever is guessed about the ledger.
                   SELECT 1
                   FROM ninepence.expenses x
                   WHERE x.ledger_id = $1::bigint AND x.spent_on = c.spent_on
                       AND x.deleted_at IS NULL AND x.amount = c.amount
                       AND x.currency = c.currency AND x.kind = c.kind
                       AND x.merchant_folded IS NOT DISTINCT FROM c.merchant_folded
                       AND x.category_id IS NOT DISTINCT FROM c.category_id
                       AND x.created_at > coalesce($9::timestamptz, now()) - interval '10 minutes'
                   LIMIT 1) x)) AS ok
), made AS (
    INSERT INTO ninepence.changes
        (ledger_id, made_at, user_id, client, tool, key, arguments_hash)
    SELECT $1::bigint, coalesce($9::timestamptz, now()),
           (SELECT k.id FROM known k WHERE k.item = 1), nullif(left($12::text, 120), ''),
           'create_expenses', $10::text, encode(sha256(convert_to($11::text, 'UTF8')), 'hex')
    FROM allowed
    WHERE allowed.ok AND $13::bigint IS NULL
    ON CONFLICT (ledger_id, key) DO NOTHING
    RETURNING change_id
), change AS (
    SELECT change_id FROM made
    UNION ALL
    SELECT $13::bigint FROM allowed WHERE allowed.ok AND $13::bigint IS NOT NULL
), numbered AS MATERIALIZED (
    SELECT c.*, nextval(pg_get_serial_sequence('ninepence.expenses', 'expense_id')) AS id
    FROM (SELECT * FROM complete ORDER BY n) c
    CROSS JOIN change
), inserted AS (
    INSERT INTO ninepence.expenses AS e
        (ledger_id, expense_id, user_id, category_id, account_id, spent_on, amount, currency,
         base_amount, merchant, merchant_folded, description, notes, kind, refund_of, receipt_id,
         paid_by, created_at, updated_at)
    SELECT $1::bigint, d.id, d.user_id, d.category_id, d.account_id, d.spent_on, d.amount, d.currency,
           d.base_amount, d.merchant, d.merchant_folded, d.description, d.notes, d.kind,
           d.refund_of, CASE WHEN d.receipt IS NOT NULL THEN min(d.id) OVER (PARTITION BY d.receipt) END,
           d.paid_by, coalesce($9::timestamptz, now()),
           coalesce($9::timestamptz, now())
    FROM numbered d
    RETURNING *
), tagged AS (
    INSERT INTO ninepence.expense_tags (ledger_id, expense_id, tag_id)
    SELECT DISTINCT $1::bigint, d.id, k.id
    FROM numbered d
    CROSS JOIN LATERAL jsonb_array_elements_text(d.tags) AS t (item)
    JOIN known k ON k.item = t.item::bigint
    WHERE k.id IS NOT NULL
    RETURNING expense_id, tag_id
), kept AS (
    INSERT INTO ninepence.change_rows (ledger_id, change_id, position, entity, entity_id, after)
    SELECT $1::bigint, change.change_id,
           d.n + (SELECT count(*) FROM ninepence.change_rows r
                  WHERE r.ledger_id = $1::bigint AND r.change_id = $13::bigint),
           'expense', i.expense_id,
           jsonb_build_object(
               'row', to_jsonb(i),
               'tags', (SELECT coalesce(jsonb_agg(g.tag_id ORDER BY g.tag_id), '[]')
                        FROM tagged g WHERE g.expense_id = i.expense_id),
               'show', jsonb_build_object(
                   'category', (SELECT y.path FROM ninepence.categories y
                                WHERE y.ledger_id = $1::bigint AND y.category_id = i.category_id),
                   'user', (SELECT y.name FROM ninepence.users y
                            WHERE y.ledger_id = $1::bigint AND y.user_id = i.user_id),
                   'paid_by', (SELECT y.name FROM ninepence.users y
                               WHERE y.ledger_id = $1::bigint AND y.user_id = i.paid_by),
                   'account', (SELECT y.name FROM ninepence.accounts y
                               WHERE y.ledger_id = $1::bigint AND y.account_id = i.account_id),
                   'tags', (SELECT coalesce(jsonb_agg(y.name ORDER BY y.folded), '[]')
                            FROM tagged g
                            JOIN ninepence.tags y
                                ON y.ledger_id = $1::bigint AND y.tag_id = g.tag_id
                            WHERE g.expense_id = i.expense_id)))
    FROM inserted i
    JOIN numbered d ON d.id = i.expense_id
    CROSS JOIN change
    RETURNING change_id, position, entity, after AS kept
)
SELECT
-- include: kept_columns
FROM (SELECT k.*, 'after' AS side FROM kept k) x
ORDER BY x.position;

-- The same for what is entered most: one entry in the ledger's currency with a category and a user at
-- most. Each node of a plan is set up anew for every entry, which costs more than running it: so what
-- comes back is taken from the rows themselves, in the order of enum kept_column, and names are looked
-- up by the one index that knows them. $1 ledger, $2 day, $3 amount, $4 currency, $5 merchant, $6 the
-- same folded, $7 description, $8 notes, $9 kind, $10 folded category, $11 folded user, $12 who is
-- speaking, $13 whether duplicates are welcome, $14 now, $15 key, $16 canonical arguments, $17 name of
-- the client; what is not there is null.
-- name: insert_one
WITH complete AS MATERIALIZED (
    SELECT c.category_id, c.path AS category, u.user_id, u.name AS "user"
    FROM (SELECT $10::text AS category, $11::text AS "user") a
    -- The last part of a path will do where only one ends in it.
    LEFT JOIN ninepence.categories c ON c.ledger_id = $1::bigint
        AND c.folded = split_part($10::text, ': ', -1) AND NOT c.archived
        AND c.kind IN ('expense', $9::text)
        AND (c.path_folded = $10::text
             OR (c.folded = $10::text AND NOT EXISTS (
                 SELECT 1 FROM ninepence.categories o
                 WHERE o.ledger_id = $1::bigint AND o.folded = $10::text
                     AND o.category_id <> c.category_id)))
    LEFT JOIN ninepence.users u ON u.ledger_id = $1::bigint AND u.folded = $11::text
    WHERE (a.category IS NULL OR c.category_id IS NOT NULL) AND (a."user" IS NULL OR u.user_id IS NOT NULL)
), made AS (
    INSERT INTO ninepence.changes
        (ledger_id, made_at, user_id, client, tool, key, arguments_hash)
    SELECT $1::bigint, coalesce($14::timestamptz, now()),
           (SELECT y.user_id FROM ninepence.users y
            WHERE y.ledger_id = $1::bigint AND y.folded = $12::text),
           nullif(left($17::text, 120), ''), 'create_expenses', $15::text,
           encode(sha256(convert_to($16::text, 'UTF8')), 'hex')
    FROM complete c
    WHERE $13::boolean OR NOT EXISTS (
        SELECT 1
        FROM ninepence.expenses x
        WHERE x.ledger_id = $1::bigint AND x.spent_on = $2::date AND x.deleted_at IS NULL
            AND x.amount = $3::numeric AND x.currency = $4::text AND x.kind = $9::text
            AND x.merchant_folded IS NOT DISTINCT FROM $6::text
            AND x.category_id IS NOT DISTINCT FROM c.category_id
            AND x.created_at > coalesce($14::timestamptz, now()) - interval '10 minutes'
        LIMIT 1)
    ON CONFLICT (ledger_id, key) DO NOTHING
    RETURNING change_id
), inserted AS (
    INSERT INTO ninepence.expenses AS e
        (ledger_id, user_id, category_id, spent_on, amount, currency, base_amount, merchant,
         merchant_folded, description, notes, kind, created_at, updated_at)
    SELECT $1::bigint, c.user_id, c.category_id, $2::date, $3::numeric, $4::text, $3::numeric,
           $5::text, $6::text, $7::text, $8::text, $9::text, coalesce($14::timestamptz, now()),
           coalesce($14::timestamptz, now())
    FROM made
    CROSS JOIN complete c
    RETURNING (SELECT m.change_id FROM made m) AS change_id, expense_id, amount, pending,
              jsonb_build_object(
                  'row', e, 'tags', '[]'::jsonb,
                  'show', (SELECT jsonb_build_object('category', c.category, 'user', c."user",
                                                     'paid_by', NULL, 'account', NULL, 'tags', '[]'::jsonb)
                           FROM complete c)) AS after
), kept AS (
    INSERT INTO ninepence.change_rows (ledger_id, change_id, position, entity, entity_id, after)
    SELECT $1::bigint, i.change_id, 1, 'expense', i.expense_id, i.after
    FROM inserted i
)
SELECT i.change_id, 1 AS position, 'expense' AS entity, 'after' AS side, false AS waits, NULL AS show,
       i.expense_id, $2::text AS spent_on, i.amount, $4::text AS currency,
       i.after -> 'show' ->> 'category' AS category, $5::text AS merchant, $7::text AS description,
       i.after -> 'show' ->> 'user' AS "user", $9::text AS kind, NULL AS tags, $8::text AS notes,
       NULL AS account, NULL AS refund_of, NULL AS receipt_id, i.pending, NULL AS paid_by
FROM inserted i;

-- Why nothing was inserted: the numbers of unknown names, archived categories and those of another
-- kind, transfers to oneself, refunds that do not fit, likely duplicates.
-- name: explain
WITH
-- include: drafts
SELECT p.what, p.n, p.detail
FROM (
    SELECT 'names' AS what, 0 AS n, string_agg(a.item::text, ',' ORDER BY a.item) AS detail, 1 AS turn
    FROM asked a
    LEFT JOIN known k ON k.item = a.item
    WHERE a.name IS NOT NULL AND k.item IS NULL
    UNION ALL
    SELECT c.misfit, c.n, (SELECT a.path FROM ninepence.categories a
                           WHERE a.ledger_id = $1::bigint AND a.category_id = c.category_id), 2
    FROM complete c WHERE c.misfit IN ('archived', 'kind')
    UNION ALL
    SELECT 'self', c.n, c.misfit, 2 FROM complete c WHERE c.misfit = 'self'
    UNION ALL
    SELECT 'refund', c.n, c.misfit, 2 FROM complete c WHERE c.misfit NOT IN ('archived', 'kind', 'self')
    UNION ALL
    SELECT 'duplicate', c.n, x.id::text, 3
    FROM complete c
    CROSS JOIN LATERAL (
        SELECT min(x.expense_id) AS id
        FROM ninepence.expenses x
        WHERE x.ledger_id = $1::bigint AND x.spent_on = c.spent_on AND x.deleted_at IS NULL
            AND x.amount = c.amount AND x.currency = c.currency AND x.kind = c.kind
            AND x.merchant_folded IS NOT DISTINCT FROM c.merchant_folded
            AND x.category_id IS NOT DISTINCT FROM c.category_id
            AND x.created_at > coalesce($9::timestamptz, now()) - interval '10 minutes') x
    WHERE NOT $8::boolean
) p
WHERE p.detail IS NOT NULL
ORDER BY p.turn, p.n
LIMIT 1;

-- Equal entries wait for each other, so that the second one sees the first: $2 what they are.
-- name: queue
SELECT pg_advisory_xact_lock(q.number)
FROM (SELECT DISTINCT hashtextextended(t.text, $1::bigint) AS number
      FROM unnest($2::text[]) AS t (text) ORDER BY 1) q;

-- The currency of the purchases $2, which is that of their refunds unless they say another. It decides
-- how many decimals these may have, so it is asked for first. $1 ledger.
-- name: currencies
SELECT e.expense_id, e.currency
FROM ninepence.expenses e
WHERE e.ledger_id = $1::bigint AND e.expense_id = ANY ($2::bigint[]);
