-- The rows of an import into the books, as part of a change. $1 ledger.

-- Imports of one ledger follow one another, so that the second one sees the rows of the first.
-- name: queue
SELECT pg_advisory_xact_lock(hashtextextended('ninepence import', $1::bigint));

-- $2 import.
-- name: lock
SELECT i.state, i.is_own, i.errors, c.undone_by IS NOT NULL AS undone, i.change_id,
       (SELECT coalesce(max(r.n), 0) FROM ninepence.import_rows r
        WHERE r.ledger_id = $1::bigint AND r.import_id = $2::bigint) AS last_n,
       (SELECT count(*) FROM ninepence.import_statements s
        WHERE NOT i.is_own AND s.ledger_id = $1::bigint AND s.import_id = $2::bigint AND s.account_id IS NULL
            AND s.name IS NULL) AS nameless
FROM ninepence.imports i
LEFT JOIN ninepence.changes c ON c.ledger_id = $1::bigint AND c.change_id = i.change_id
WHERE i.ledger_id = $1::bigint AND i.import_id = $2::bigint
FOR UPDATE OF i;

-- Accounts that the file knows and the books do not: $2 import, $3 now.
-- name: make_accounts
INSERT INTO ninepence.accounts (ledger_id, name, folded, currency, created_at)
SELECT DISTINCT ON (s.folded) $1::bigint, s.name, s.folded, s.currency, coalesce($3::timestamptz, now())
FROM ninepence.import_statements s
WHERE s.ledger_id = $1::bigint AND s.import_id = $2::bigint AND s.account_id IS NULL
    AND s.name IS NOT NULL
ORDER BY s.folded, s.position
ON CONFLICT (ledger_id, folded) DO NOTHING
RETURNING 'account' AS entity, account_id;

-- name: link_accounts
UPDATE ninepence.import_statements s
SET account_id = a.account_id
FROM ninepence.accounts a
WHERE s.ledger_id = $1::bigint AND s.import_id = $2::bigint AND s.account_id IS NULL
    AND a.ledger_id = $1::bigint AND a.folded = s.folded;

-- What was answered about such files, for the next one: $2 import, $3 now.
-- name: remember
INSERT INTO ninepence.import_sources (ledger_id, bank, number, account_id, mapping, used_at)
SELECT DISTINCT ON (s.number, s.account_id) $1::bigint, i.bank, s.number, s.account_id, i.mapping,
       coalesce($3::timestamptz, now())
FROM ninepence.imports i
JOIN ninepence.import_statements s ON s.ledger_id = $1::bigint AND s.import_id = i.import_id
WHERE i.ledger_id = $1::bigint AND i.import_id = $2::bigint AND s.account_id IS NOT NULL
    AND NOT i.is_own
ORDER BY s.number, s.account_id
ON CONFLICT (ledger_id, bank, number, account_id) DO UPDATE
SET mapping = CASE WHEN excluded.mapping <> '' THEN excluded.mapping
                   ELSE import_sources.mapping END,
    used_at = excluded.used_at;

-- Categories of our own export that are not there, one level at a time: $2 import, $3 now, $4 level.
-- name: make_categories
WITH wanted AS MATERIALIZED (
    SELECT w.path, w.path_folded, w.name, w.folded, w.parent_folded,
           CASE WHEN bool_and(w.found = 'income') THEN 'income'
                WHEN bool_and(w.found = 'transfer') THEN 'transfer' ELSE 'expense' END AS kind
    FROM (
        SELECT array_to_string(p.path[1:$4::integer], ': ') AS path,
               array_to_string(p.folded[1:$4::integer], ': ') AS path_folded,
               p.path[$4::integer] AS name, p.folded[$4::integer] AS folded,
               array_to_string(p.folded[1:$4::integer - 1], ': ') AS parent_folded, p.found
        FROM (SELECT string_to_array(r.category, ': ') AS path,
                     string_to_array(r.category_folded, ': ') AS folded, r.found
              FROM ninepence.import_rows r
              WHERE r.ledger_id = $1::bigint AND r.import_id = $2::bigint AND r.verdict = 'new'
                  AND r.category_folded IS NOT NULL) AS p
        WHERE cardinality(p.path) >= $4::integer AND cardinality(p.path) = cardinality(p.folded)
    ) AS w
    WHERE length(w.name) BETWEEN 1 AND 120 AND w.folded <> ''
    GROUP BY w.path, w.path_folded, w.name, w.folded, w.parent_folded
), numbered AS MATERIALIZED (
    SELECT DISTINCT ON (w.path_folded) w.*, p.category_id AS parent_id, p.root_id, p.path AS parent_path
    FROM wanted w
    LEFT JOIN ninepence.categories p ON p.ledger_id = $1::bigint AND p.path_folded = w.parent_folded
    WHERE ($4::integer = 1 OR p.category_id IS NOT NULL)
        AND NOT EXISTS (SELECT 1 FROM ninepence.categories c
                        WHERE c.ledger_id = $1::bigint AND c.path_folded = w.path_folded)
    ORDER BY w.path_folded
), named AS MATERIALIZED (
    SELECT n.*, nextval(pg_get_serial_sequence('ninepence.categories', 'category_id')) AS id
    FROM numbered n
)
INSERT INTO ninepence.categories
    (ledger_id, category_id, parent_id, root_id, name, folded, path, path_folded, kind, created_at)
SELECT $1::bigint, n.id, n.parent_id, coalesce(n.root_id, n.id), n.name, n.folded,
       coalesce(n.parent_path || ': ', '') || n.name, n.path_folded, n.kind,
       coalesce($3::timestamptz, now())
FROM named n
ON CONFLICT (ledger_id, path_folded) DO NOTHING
RETURNING 'category' AS entity, category_id;

-- name: make_tags
INSERT INTO ninepence.tags (ledger_id, name, folded)
SELECT DISTINCT ON (t.folded) $1::bigint, t.name, t.folded
FROM ninepence.import_rows r
JOIN ninepence.imports i ON i.ledger_id = $1::bigint AND i.import_id = $2::bigint AND i.is_own
CROSS JOIN LATERAL unnest(string_to_array(r.tags, ';'), string_to_array(r.tags_folded, ';'))
    AS t (name, folded)
WHERE r.ledger_id = $1::bigint AND r.import_id = $2::bigint AND r.verdict = 'new'
    AND r.tags IS NOT NULL AND length(t.name) BETWEEN 1 AND 120
ORDER BY t.folded, t.name
ON CONFLICT (ledger_id, folded) DO NOTHING
RETURNING 'tag' AS entity, tag_id;

-- New rows from $8 to $9: $2 and $3 the ledger's currency and its decimals, $4 import, $5 change, $6
-- now, $7 folded name of who is speaking, $10 rows that are new although they look like others, $11
-- what the change has kept already.
-- name: insert
WITH fresh AS MATERIALIZED (
    SELECT r.n, r.entry, r.part, r.spent_on, r.currency, r.payee, r.payee_folded, r.account_id, r.pending,
           r.key, r.tags_folded, sense.kind, sense.amount, sense.category_id,
           CASE WHEN h.is_own THEN r.memo
                WHEN r.memo IS NOT NULL AND r.memo IS DISTINCT FROM r.payee THEN r.memo
                WHEN r.original IS DISTINCT FROM r.payee THEN r.original END AS description
    FROM ninepence.import_rows r
    JOIN ninepence.imports h ON h.ledger_id = $1::bigint AND h.import_id = $4::bigint
    -- include: import_sense
    WHERE r.ledger_id = $1::bigint AND r.import_id = $4::bigint
        AND r.n BETWEEN $8::integer AND $9::integer
        AND (r.verdict = 'new'
             OR (r.verdict IN ('likely', 'conflicting') AND r.n = ANY ($10::integer[])))
), complete AS MATERIALIZED (
    SELECT d.*, converted.base_amount,
           nextval(pg_get_serial_sequence('ninepence.expenses', 'expense_id')) AS id
    FROM (SELECT * FROM fresh ORDER BY n) AS d
    -- include: converted
), inserted AS (
    INSERT INTO ninepence.expenses AS e
        (ledger_id, expense_id, user_id, category_id, account_id, spent_on, amount, currency,
         base_amount, merchant, merchant_folded, description, kind, pending, receipt_id, import_id,
         external_id, created_at, updated_at)
    SELECT $1::bigint, c.id, (SELECT u.user_id FROM ninepence.users u
                              WHERE u.ledger_id = $1::bigint AND u.folded = $7::text),
           c.category_id, c.account_id, c.spent_on, c.amount, c.currency, c.base_amount,
           left(c.payee, 120), c.payee_folded, left(c.description, 500), c.kind, c.pending,
           CASE WHEN c.part > 0 THEN min(c.id) OVER (PARTITION BY c.entry) END, $4::bigint, c.key,
           coalesce($6::timestamptz, now()), coalesce($6::timestamptz, now())
    FROM complete c
    RETURNING *
), tagged AS (
    INSERT INTO ninepence.expense_tags (ledger_id, expense_id, tag_id)
    SELECT DISTINCT $1::bigint, c.id, t.tag_id
    FROM complete c
    CROSS JOIN LATERAL unnest(string_to_array(c.tags_folded, ';')) AS w (folded)
    JOIN ninepence.tags t ON t.ledger_id = $1::bigint AND t.folded = w.folded
    WHERE c.tags_folded IS NOT NULL
    RETURNING expense_id, tag_id
), labels AS MATERIALIZED (
    SELECT g.expense_id, jsonb_agg(g.tag_id ORDER BY g.tag_id) AS ids,
           jsonb_agg(t.name ORDER BY t.folded) AS names
    FROM tagged g
    JOIN ninepence.tags t ON t.ledger_id = $1::bigint AND t.tag_id = g.tag_id
    GROUP BY g.expense_id
), kept AS (
    INSERT INTO ninepence.change_rows (ledger_id, change_id, position, entity, entity_id, after)
    SELECT $1::bigint, $5::bigint, $11::integer + c.n, 'expense', i.expense_id,
           jsonb_build_object(
               'row', to_jsonb(i), 'tags', coalesce(l.ids, '[]'),
               'show', jsonb_build_object('category', y.path, 'user', u.name, 'account', a.name,
                                          'tags', coalesce(l.names, '[]')))
    FROM inserted i
    JOIN complete c ON c.id = i.expense_id
    LEFT JOIN ninepence.categories y ON y.ledger_id = $1::bigint AND y.category_id = i.category_id
    LEFT JOIN ninepence.users u ON u.ledger_id = $1::bigint AND u.user_id = i.user_id
    LEFT JOIN ninepence.accounts a ON a.ledger_id = $1::bigint AND a.account_id = i.account_id
    LEFT JOIN labels l ON l.expense_id = i.expense_id
    RETURNING 1
)
SELECT count(*) AS stored FROM kept;

-- The expenses that rows of the file replace, join or pair with, as they were: $2 import, $3 decimals,
-- $4 change, $5 rows that are new nevertheless, $6 what the change has kept already, $7 the last row.
-- name: keep_matched
INSERT INTO ninepence.change_rows (ledger_id, change_id, position, entity, entity_id, before)
SELECT $1::bigint, $4::bigint, m.position, 'expense', e.expense_id,
-- include: snapshot
FROM (
    SELECT $6::integer + r.n AS position, r.match_id AS id
    FROM ninepence.import_rows r
    WHERE r.ledger_id = $1::bigint AND r.import_id = $2::bigint AND r.match_id IS NOT NULL
        AND (r.verdict = 'booked' OR (r.verdict = 'likely' AND NOT r.n = ANY ($5::integer[])))
    UNION ALL
    SELECT $6::integer + $7::integer + min(r.n), r.partner_id
    FROM ninepence.import_rows r
    WHERE r.ledger_id = $1::bigint AND r.import_id = $2::bigint AND r.verdict = 'new'
        AND r.partner_id IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM ninepence.import_rows o
                        WHERE o.ledger_id = $1::bigint AND o.import_id = $2::bigint
                            AND o.match_id = r.partner_id)
    GROUP BY r.partner_id
) AS m
JOIN ninepence.expenses e ON e.ledger_id = $1::bigint AND e.expense_id = m.id
WHERE $3::integer IS NOT NULL
    AND (e.pending OR e.external_id IS NULL OR (e.kind <> 'transfer' AND e.version = 1));

-- What was pending is booked: $2 and $3 the ledger's currency and its decimals, $4 import, $5 now.
-- name: book
UPDATE ninepence.expenses e
SET spent_on = n.spent_on, amount = n.amount, base_amount = n.base_amount, kind = n.kind,
    merchant = coalesce(left(n.payee, 120), e.merchant),
    merchant_folded = coalesce(n.payee_folded, e.merchant_folded), pending = false,
    account_id = coalesce(n.account_id, e.account_id), external_id = n.key, import_id = $4::bigint,
    version = e.version + 1, updated_at = coalesce($5::timestamptz, now())
FROM (
    SELECT d.*, converted.base_amount
    FROM (SELECT r.match_id, r.spent_on, r.currency, r.payee, r.payee_folded, r.account_id, r.key,
                 CASE x.kind WHEN 'income' THEN r.amount ELSE -r.amount END AS amount,
                 CASE WHEN x.kind = 'expense' AND r.amount > 0 THEN 'refund'
                      WHEN x.kind = 'refund' AND r.amount < 0 THEN 'expense' ELSE x.kind END AS kind
          FROM ninepence.import_rows r
          JOIN ninepence.expenses x ON x.ledger_id = $1::bigint AND x.expense_id = r.match_id
          WHERE r.ledger_id = $1::bigint AND r.import_id = $4::bigint AND r.verdict = 'booked'
    ) AS d
    -- include: converted
) AS n
WHERE e.ledger_id = $1::bigint AND e.expense_id = n.match_id;

-- What was entered by hand is what the bank says now: $2 import, $3 now, $4 rows that are new
-- nevertheless.
-- name: join
UPDATE ninepence.expenses e
SET external_id = r.key, import_id = $2::bigint, account_id = coalesce(e.account_id, r.account_id),
    merchant = coalesce(e.merchant, left(r.payee, 120)),
    merchant_folded = coalesce(e.merchant_folded, r.payee_folded), version = e.version + 1,
    updated_at = coalesce($3::timestamptz, now())
FROM ninepence.import_rows r
WHERE r.ledger_id = $1::bigint AND r.import_id = $2::bigint AND r.verdict = 'likely'
    AND NOT r.n = ANY ($4::integer[]) AND e.ledger_id = $1::bigint AND e.expense_id = r.match_id
    AND e.external_id IS NULL;

-- The other leg of a transfer is one as well, unless somebody decided about it: $2 import, $3 now.
-- name: pair
UPDATE ninepence.expenses e
SET kind = 'transfer', amount = CASE e.kind WHEN 'income' THEN -e.amount ELSE e.amount END,
    base_amount = CASE e.kind WHEN 'income' THEN -e.base_amount ELSE e.base_amount END,
    category_id = (SELECT min(c.category_id) FROM ninepence.categories c
                   WHERE c.ledger_id = $1::bigint AND c.kind = 'transfer' AND NOT c.archived),
    version = e.version + 1, updated_at = coalesce($3::timestamptz, now())
FROM ninepence.import_rows r
WHERE r.ledger_id = $1::bigint AND r.import_id = $2::bigint AND r.verdict = 'new'
    AND e.ledger_id = $1::bigint AND e.expense_id = r.partner_id AND e.kind <> 'transfer'
    AND e.version = 1;

-- $2 change, $3 decimals of the ledger's currency.
-- name: keep_after
UPDATE ninepence.change_rows k
SET after =
-- include: snapshot_of
WHERE k.ledger_id = $1::bigint AND k.change_id = $2::bigint AND k.after IS NULL;

-- $2 import, $3 change.
-- name: commit
UPDATE ninepence.imports i
SET state = 'committed', change_id = $3::bigint
WHERE i.ledger_id = $1::bigint AND i.import_id = $2::bigint;

-- The import of change $2, and how many rows it stored.
-- name: of_change
SELECT i.import_id, (SELECT count(*) FROM ninepence.change_rows r
                     WHERE r.ledger_id = $1::bigint AND r.change_id = $2::bigint
                         AND r.entity = 'expense' AND r.before IS NULL) AS stored
FROM ninepence.imports i
WHERE i.ledger_id = $1::bigint AND i.change_id = $2::bigint;
