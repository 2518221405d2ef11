-- Opening a ledger. Statements on the table of ledgers itself know no ledger_id yet.

-- The ledger called $1 (folded), or without a name the first one, samples last. $2 stands for now;
-- with $3 samples do not count. The one that was made for a first write, Household, is idle while nothing
-- was stored in it beside a sample, as when that write was only tried: then questions ask the sample.
-- lint-ok: sql open (which ledger it is, is what it finds out)
-- name: open
SELECT l.ledger_id, l.name, l.base_currency, l.time_zone, l.first_day_of_week, l.first_day_of_month,
       l.is_demo, t.today::date AS today,
       floor(extract(epoch FROM ((t.today::date + 1)::timestamp AT TIME ZONE l.time_zone) - t.at))::bigint
           AS seconds_left, o.is_idle
FROM ninepence.ledgers l
CROSS JOIN LATERAL (
    SELECT coalesce($2::timestamptz, now()) AS at,
           coalesce($2::timestamptz, now()) AT TIME ZONE l.time_zone AS today
) t
CROSS JOIN LATERAL (
    SELECT l.folded = 'household' AND NOT l.is_demo
           AND EXISTS (SELECT 1 FROM ninepence.ledgers d WHERE d.is_demo)
           AND NOT EXISTS (SELECT 1 FROM ninepence.changes c WHERE c.ledger_id = l.ledger_id)
           AND NOT EXISTS (SELECT 1 FROM ninepence.expenses e WHERE e.ledger_id = l.ledger_id)
           AND NOT EXISTS (SELECT 1 FROM ninepence.rates r WHERE r.ledger_id = l.ledger_id) AS is_idle
) o
WHERE CASE WHEN $1::text IS NULL THEN NOT (l.is_demo AND $3::boolean) ELSE l.folded = $1::text END
ORDER BY o.is_idle, l.is_demo, l.ledger_id
LIMIT 1;

-- Makes the first ledger of one's own, with a few categories to begin with. Two processes may try
-- at once: the unique name lets one of them win.
-- name: create
WITH made AS (
    INSERT INTO ninepence.ledgers (name, folded, base_currency, time_zone, created_at)
    SELECT $1::text, $2::text, $3::text, z.zone, coalesce($5::timestamptz, now())
    FROM (SELECT coalesce((SELECT name FROM pg_timezone_names WHERE name = $4::text LIMIT 1), 'UTC')
              AS zone) z
    WHERE NOT EXISTS (SELECT 1 FROM ninepence.ledgers l WHERE NOT l.is_demo)
    ON CONFLICT (folded) DO NOTHING
    RETURNING ledger_id, created_at
)
-- include: first_categories
RETURNING ledger_id;

-- Names for the error when the chosen ledger is not there.
-- name: names
SELECT l.name FROM ninepence.ledgers l ORDER BY l.ledger_id LIMIT 20;
