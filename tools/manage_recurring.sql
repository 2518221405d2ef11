-- What people say about recurring payments. $1 ledger.

-- The series that may be meant: $2 today, $3 number, or $4 the folded name of a merchant, $5 what it
-- costs and $6 its currency (null: any). Those of exactly that name come first.
-- name: find
WITH RECURSIVE
-- include: recurring
, asked AS (
    SELECT k.key
    FROM (SELECT coalesce($4::text, '') COLLATE "C" AS name) n
    -- include: spelling
)
SELECT s.recurring_id, s.label, s.key, s.currency, s.expected, s.cadence,
       to_char(s.next_on, 'YYYY-MM-DD') AS next_on, s.status, s.key = a.key AS is_exact
FROM series s
CROSS JOIN asked a
WHERE ($6::text IS NULL OR s.currency = $6::text) AND (s.recurring_id = $3::bigint
    OR ($3::bigint IS NULL AND ($5::numeric IS NULL OR s.expected = $5::numeric)
        AND (s.key = a.key OR starts_with(s.key, a.key || ' ') OR starts_with(a.key, s.key || ' '))))
ORDER BY s.key = a.key DESC, s.status IN ('active', 'late') DESC, s.label, s.expected, s.root
LIMIT 7;

-- name: number
SELECT nextval(pg_get_serial_sequence('ninepence.recurring', 'recurring_id')) AS id;

-- $2 number, $3 name, $4 its folded text, $5 currency, $6 amount as it was said of, $7 to $9
-- corrections (null: none), $10 status, $11 today, $12 category, $13 now. What was corrected before
-- stays; an update leaves the status of one that was talked about before ($14).
-- name: put
INSERT INTO ninepence.recurring AS r
    (ledger_id, recurring_id, name, merchant_key, currency, at_amount, amount, cadence, next_on,
     status, since, category_id, created_at, updated_at)
SELECT $1::bigint, $2::bigint, left($3::text, 120), k.key, $5::text, $6::numeric, $7::numeric,
       $8::text, $9::date, $10::text, $11::date, $12::bigint, coalesce($13::timestamptz, now()),
       coalesce($13::timestamptz, now())
FROM (SELECT $4::text COLLATE "C" AS name) n
-- include: spelling
ON CONFLICT (ledger_id, recurring_id) DO UPDATE
SET amount = coalesce(excluded.amount, r.amount), cadence = coalesce(excluded.cadence, r.cadence),
    next_on = coalesce(excluded.next_on, r.next_on),
    status = CASE WHEN $14::boolean THEN r.status ELSE excluded.status END,
    since = CASE WHEN $14::boolean OR r.status = excluded.status THEN r.since ELSE excluded.since END,
    category_id = coalesce(excluded.category_id, r.category_id), updated_at = excluded.updated_at;
