-- The rows of an import into the books, as part of a change. $1 ledger.

-- Imports of one ledger follow one another, so that the second one sees the rows of the first.
-- name: queue
SELECT pg_advisory_xact_lock(hashtextextended('ninepence import', $1::bigint));

-- $2 import.
-- name: lock
SELECT i.state, i.is_own, i.has_parts, i.errors, c.undone_by IS NOT NULL AS undone, i.change_id,
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

-- A number below those of all expenses to come, and the newest of this session.
-- name: first_number
SELECT nextval(pg_get_serial_sequence('ninepence.expenses', 'expense_id'));

-- New rows from $7 to $8: $2 and $3 the ledger's currency and its decimals, $4 import, $5 now, $6 folded
-- name of who is speaking, $9 rows that are new although they look like others, $10 whether the file is
-- our own export, $11 whether anything had a category before. The change keeps only from which number to which they go (commit). No join: a row is
-- read once, in the order of the file, and written; the account of a file that has one is looked up once.
-- name: insert
WITH chunk AS NOT MATERIALIZED (
    SELECT r.*, $10::boolean AS is_own, $11::boolean AS has_past, becomes.kind,
           coalesce(
               (SELECT min(s.account_id)
                FROM ninepence.import_statements s
                WHERE s.ledger_id = $1::bigint AND s.import_id = $4::bigint
                HAVING count(*) = 1),
               (SELECT s.account_id
                FROM ninepence.import_statements s
                WHERE s.ledger_id = $1::bigint AND s.import_id = $4::bigint AND s.number = r.number))
               AS account_id
    FROM ninepence.import_rows r
    CROSS JOIN (SELECT $10::boolean AS is_own) AS h
    -- include: import_becomes
    WHERE r.ledger_id = $1::bigint AND r.import_id = $4::bigint
        AND r.n BETWEEN $7::integer AND $8::integer
        AND (r.verdict = 'new'
             OR (r.verdict IN ('likely', 'conflicting') AND r.n = ANY ($9::integer[])))
), past AS MATERIALIZED (
    -- include: import_past
)
INSERT INTO ninepence.expenses
    (ledger_id, user_id, category_id, account_id, spent_on, amount, currency, base_amount, merchant,
     merchant_folded, description, kind, pending, import_id, external_id, created_at, updated_at)
SELECT $1::bigint, (SELECT u.user_id FROM ninepence.users u
                    WHERE u.ledger_id = $1::bigint AND u.folded = $6::text),
       d.category_id, d.account_id, d.spent_on, d.amount, d.currency, converted.base_amount,
       left(d.payee, 120), d.payee_folded,
       left(CASE WHEN d.is_own THEN d.memo
                 WHEN d.memo IS NOT NULL AND d.memo IS DISTINCT FROM d.payee THEN d.memo
                 WHEN d.original IS DISTINCT FROM d.payee THEN d.original END, 500),
       d.kind, d.pending, $4::bigint, d.key, coalesce($5::timestamptz, now()),
       coalesce($5::timestamptz, now())
FROM (
    SELECT r.n, r.spent_on, r.currency, r.payee, r.payee_folded, r.account_id, r.pending, r.key, r.kind,
           r.is_own, r.memo, r.original, sense.amount, sense.category_id
    FROM chunk r
    -- include: import_sense
) AS d
-- include: converted
ORDER BY d.n;

-- The same of a file with parts of entries, or of our own export with its tags.
-- name: insert_parts
WITH chunk AS MATERIALIZED (
    SELECT r.*, s.account_id, $10::boolean AS is_own, $11::boolean AS has_past, becomes.kind
    FROM ninepence.import_rows r
    CROSS JOIN (SELECT $10::boolean AS is_own) AS h
    JOIN ninepence.import_statements s ON s.ledger_id = $1::bigint AND s.import_id = $4::bigint
        AND s.number = r.number
    -- include: import_becomes
    WHERE r.ledger_id = $1::bigint AND r.import_id = $4::bigint
        AND r.n BETWEEN $7::integer AND $8::integer
        AND (r.verdict = 'new'
             OR (r.verdict IN ('likely', 'conflicting') AND r.n = ANY ($9::integer[])))
), past AS MATERIALIZED (
    -- include: import_past
), complete AS MATERIALIZED (
    SELECT d.*, converted.base_amount,
           nextval((SELECT pg_get_serial_sequence('ninepence.expenses', 'expense_id')::regclass)) AS id
    FROM (
        SELECT r.n, r.entry, r.part, r.spent_on, r.currency, r.payee, r.payee_folded, r.account_id,
               r.pending, r.key, r.tags_folded, r.kind, sense.amount, sense.category_id,
               CASE WHEN r.is_own THEN r.memo
                    WHEN r.memo IS NOT NULL AND r.memo IS DISTINCT FROM r.payee THEN r.memo
                    WHEN r.original IS DISTINCT FROM r.payee THEN r.original END AS description
        FROM chunk r
        -- include: import_sense
        ORDER BY r.n
    ) AS d
    -- include: converted
), receipts AS MATERIALIZED (
    SELECT c.entry, min(c.id) AS receipt_id FROM complete c WHERE c.part > 0 GROUP BY c.entry
), inserted AS (
    INSERT INTO ninepence.expenses AS e
        (ledger_id, expense_id, user_id, category_id, account_id, spent_on, amount, currency,
         base_amount, merchant, merchant_folded, description, kind, pending, receipt_id, import_id,
         external_id, created_at, updated_at)
    SELECT $1::bigint, c.id, (SELECT u.user_id FROM ninepence.users u
                              WHERE u.ledger_id = $1::bigint AND u.folded = $6::text),
           c.category_id, c.account_id, c.spent_on, c.amount, c.currency, c.base_amount,
           left(c.payee, 120), c.payee_folded, left(c.description, 500), c.kind, c.pending,
           CASE WHEN c.part > 0 THEN p.receipt_id END, $4::bigint, c.key,
           coalesce($5::timestamptz, now()), coalesce($5::timestamptz, now())
    FROM complete c
    LEFT JOIN receipts p ON p.entry = c.entry
    ORDER BY c.n
    RETURNING e.expense_id
), tagged AS (
    INSERT INTO ninepence.expense_tags (ledger_id, expense_id, tag_id)
    SELECT DISTINCT $1::bigint, c.id, t.tag_id
    FROM complete c
    CROSS JOIN LATERAL unnest(string_to_array(c.tags_folded, ';')) AS w (folded)
    JOIN ninepence.tags t ON t.ledger_id = $1::bigint AND t.folded = w.folded
    WHERE c.tags_folded IS NOT NULL
)
SELECT count(*) AS stored FROM inserted i;

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
    account_id = coalesce(n.account_id, e.account_id), external_id = n.key, import_id = coalesce(e.import_id, $4::bigint),
    version = e.version + 1, updated_at = coalesce($5::timestamptz, now())
FROM (
    SELECT d.*, converted.base_amount
    FROM (SELECT r.match_id, r.spent_on, r.currency, r.payee, r.payee_folded, s.account_id, r.key,
                 CASE x.kind WHEN 'income' THEN r.amount ELSE -r.amount END AS amount,
                 CASE WHEN x.kind = 'expense' AND r.amount > 0 THEN 'refund'
                      WHEN x.kind = 'refund' AND r.amount < 0 THEN 'expense' ELSE x.kind END AS kind
          FROM ninepence.import_rows r
          JOIN ninepence.import_statements s ON s.ledger_id = $1::bigint AND s.import_id = $4::bigint
              AND s.number = r.number
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
SET external_id = r.key, import_id = coalesce(e.import_id, $2::bigint),
    account_id = coalesce(e.account_id, s.account_id),
    merchant = coalesce(e.merchant, left(r.payee, 120)),
    merchant_folded = coalesce(e.merchant_folded, r.payee_folded), version = e.version + 1,
    updated_at = coalesce($3::timestamptz, now())
FROM ninepence.import_rows r
JOIN ninepence.import_statements s ON s.ledger_id = $1::bigint AND s.import_id = $2::bigint
    AND s.number = r.number
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

-- $2 import, $3 change, $4 a number below those of its new expenses, $5 how many they are.
-- name: commit
UPDATE ninepence.imports i
SET state = 'committed', change_id = $3::bigint, first_expense = $4::bigint,
    last_expense = currval(pg_get_serial_sequence('ninepence.expenses', 'expense_id')),
    stored = $5::bigint
WHERE i.ledger_id = $1::bigint AND i.import_id = $2::bigint;

-- The import of change $2, and how many rows it stored.
-- name: of_change
SELECT i.import_id, coalesce(i.stored, (
    SELECT count(*) FROM ninepence.change_rows r
    WHERE r.ledger_id = $1::bigint AND r.change_id = $2::bigint AND r.entity = 'expense'
        AND r.before IS NULL)) AS stored
FROM ninepence.imports i
WHERE i.ledger_id = $1::bigint AND i.change_id = $2::bigint;
