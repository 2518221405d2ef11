-- What a ledger begins with, out of `made` (ledger_id, created_at).
, numbered AS (
    SELECT m.ledger_id, m.created_at, c.name, c.color,
           nextval(pg_get_serial_sequence('ninepence.categories', 'category_id')) AS id
    FROM made m
    CROSS JOIN (VALUES ('Food', '#2e7d32'), ('Transportation', '#1565c0'),
                       ('Entertainment', '#6a1b9a'), ('Utilities', '#ef6c00')) AS c (name, color)
)
INSERT INTO ninepence.categories
    (ledger_id, category_id, root_id, name, folded, path, path_folded, color, created_at)
SELECT n.ledger_id, n.id, n.id, n.name, lower(n.name), n.name, lower(n.name), n.color, n.created_at
FROM numbered n
