-- The ledgers of a database. Statements on the table of ledgers itself know no ledger_id yet.

-- name: list
SELECT l.name, l.base_currency, l.time_zone, l.is_demo
FROM ninepence.ledgers l
ORDER BY l.is_demo, l.ledger_id;

-- $1 name, $2 folded, $3 currency, $4 time zone, $5 stands for now. Nothing comes back when the name is
-- taken.
-- name: make
WITH made AS (
    INSERT INTO ninepence.ledgers (name, folded, base_currency, time_zone, created_at)
    SELECT $1::text, $2::text, $3::text, z.zone, coalesce($5::timestamptz, now())
    FROM (SELECT coalesce((SELECT name FROM pg_timezone_names WHERE name = $4::text LIMIT 1), 'UTC')
              AS zone) z
    ON CONFLICT (folded) DO NOTHING
    RETURNING ledger_id, created_at
)
-- include: first_categories
RETURNING ledger_id;
