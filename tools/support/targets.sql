-- The expenses that a change is about, locked in the order of their numbers.

-- $1 ledger, $2 their ids. Deleted ones too, to be told apart from those that never were.
-- name: lock_ids
SELECT e.expense_id, e.kind, e.currency, e.amount, e.receipt_id, e.deleted_at IS NOT NULL AS deleted,
       e.category_id, e.user_id, e.paid_by,
       (SELECT c.kind FROM ninepence.categories c
        WHERE c.ledger_id = $1::bigint AND c.category_id = e.category_id) AS category_kind,
       (SELECT c.path FROM ninepence.categories c
        WHERE c.ledger_id = $1::bigint AND c.category_id = e.category_id) AS category_path
FROM ninepence.expenses e
WHERE e.ledger_id = $1::bigint AND e.expense_id = ANY ($2::bigint[])
ORDER BY e.expense_id
FOR UPDATE;

-- Those that a filter matches (filter.sql), at most $13.
-- name: lock_matched
WITH
-- include: filter
SELECT e.expense_id, e.kind, e.currency, e.amount, e.receipt_id, false AS deleted, e.category_id,
       e.user_id, e.paid_by,
       (SELECT c.kind FROM ninepence.categories c
        WHERE c.ledger_id = $1::bigint AND c.category_id = e.category_id) AS category_kind,
       (SELECT c.path FROM ninepence.categories c
        WHERE c.ledger_id = $1::bigint AND c.category_id = e.category_id) AS category_path
FROM ninepence.expenses e
WHERE e.ledger_id = $1::bigint AND e.deleted_at IS NULL
    AND e.expense_id IN (SELECT m.expense_id FROM matched m WHERE m.kind_counts AND NOT m.deleted)
ORDER BY e.expense_id
LIMIT $13::bigint
FOR UPDATE OF e;

-- Names of the filter that mean nothing, or more than one thing.
-- name: unknown_names
WITH
-- include: filter
SELECT w.unknown, (SELECT count(*) FROM matched WHERE false) FROM wanted w;

-- Numbers for $1 rows to come.
-- name: reserve
SELECT nextval(pg_get_serial_sequence('ninepence.expenses', 'expense_id'))
FROM generate_series(1, $1::integer);

-- What the names $2 (kind), $3 (id), $4 (folded) mean: one row for each meaning, and whether it is a
-- category that was archived, and of which kind.
-- name: resolve
WITH asked AS MATERIALIZED (
    SELECT a.kind, a.id, a.name, a.item
    FROM unnest($2::text[], $3::bigint[], $4::text[]) WITH ORDINALITY AS a (kind, id, name, item)
), found AS (
    -- include: names
)
SELECT a.item, f.id, f.label, count(f.item) OVER (PARTITION BY a.item) AS meanings,
       c.archived, c.kind
FROM asked a
LEFT JOIN found f ON f.item = a.item
LEFT JOIN ninepence.categories c ON c.ledger_id = $1::bigint AND c.category_id = f.id AND a.kind = 'c'
WHERE a.name IS NOT NULL
ORDER BY a.item, f.id;
