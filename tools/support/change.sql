-- What the frame of writes does around a tool's own statements. $1 is always the ledger.

-- Opens a change unless its key is known: $2 now, $3 key, $4 canonical arguments (null when the key
-- is our own), $5 folded name of who is speaking, $6 client, $7 tool, $8 reason, $9 the change that
-- this one takes back. Somebody else's open transaction under the same key is waited for.
-- name: open
INSERT INTO ninepence.changes
    (ledger_id, made_at, user_id, client, tool, key, arguments_hash, reason, undoes)
VALUES ($1::bigint, coalesce($2::timestamptz, now()),
        (SELECT u.user_id FROM ninepence.users u WHERE u.ledger_id = $1::bigint AND u.folded = $5::text),
        nullif(left($6::text, 120), ''), $7::text, $3::text,
        encode(sha256(convert_to($4::text, 'UTF8')), 'hex'), $8::text, $9::bigint)
ON CONFLICT (ledger_id, key) DO NOTHING
RETURNING change_id;

-- Who is speaking was said at the start of the program, so it may be somebody new: $2 name, $3
-- folded, $4 now.
-- name: introduce
INSERT INTO ninepence.users (ledger_id, name, folded, created_at)
SELECT $1::bigint, $2::text, $3::text, coalesce($4::timestamptz, now())
WHERE NOT EXISTS (SELECT 1 FROM ninepence.users u WHERE u.ledger_id = $1::bigint AND u.folded = $3::text)
ON CONFLICT (ledger_id, folded) DO NOTHING;

-- The change under key $2, and whether its arguments were $3.
-- name: find
SELECT c.change_id, c.tool,
       c.arguments_hash IS NOT DISTINCT FROM encode(sha256(convert_to($3::text, 'UTF8')), 'hex') AS same
FROM ninepence.changes c
WHERE c.ledger_id = $1::bigint AND c.key = $2::text;

-- Gives out a token: $2 token, $3 tool, $4 canonical arguments, $5 rows, $6 now, $7 how long it is
-- good. Old ones go.
-- name: give_token
WITH old AS (
    DELETE FROM ninepence.confirmations c
    WHERE c.ledger_id = $1::bigint AND c.expires_at <= coalesce($6::timestamptz, now())
)
INSERT INTO ninepence.confirmations
    (ledger_id, token_hash, tool, arguments_hash, row_count, expires_at)
VALUES ($1::bigint, encode(sha256(convert_to($2::text, 'UTF8')), 'hex'), $3::text,
        encode(sha256(convert_to($4::text, 'UTF8')), 'hex'), $5::bigint,
        coalesce($6::timestamptz, now()) + $7::interval);

-- Takes a token: $2 token, $3 tool, $4 canonical arguments, $5 now. Who comes second finds none.
-- name: take_token
DELETE FROM ninepence.confirmations c
WHERE c.ledger_id = $1::bigint AND c.token_hash = encode(sha256(convert_to($2::text, 'UTF8')), 'hex')
    AND c.tool = $3::text AND c.arguments_hash = encode(sha256(convert_to($4::text, 'UTF8')), 'hex')
    AND c.expires_at > coalesce($5::timestamptz, now())
RETURNING c.row_count;

-- Waits a little before the next try: $1 seconds. (There is no ledger in it.)
-- name: pause
SELECT pg_sleep($1::numeric);

-- $2 change, $3 decimals of the ledger's currency, $4 and $5 the entities and their numbers.
-- name: keep_before
INSERT INTO ninepence.change_rows (ledger_id, change_id, position, entity, entity_id, before)
SELECT $1::bigint, $2::bigint,
       k.position + (SELECT count(*) FROM ninepence.change_rows r
                     WHERE r.ledger_id = $1::bigint AND r.change_id = $2::bigint),
       k.entity, k.entity_id,
-- include: snapshot_of
FROM unnest($4::text[], $5::bigint[]) WITH ORDINALITY AS k (entity, entity_id, position);

-- The same for what has just been made.
-- name: keep_new
INSERT INTO ninepence.change_rows (ledger_id, change_id, position, entity, entity_id)
SELECT $1::bigint, $2::bigint, k.position, k.entity, k.entity_id
FROM unnest($3::text[], $4::bigint[]) WITH ORDINALITY AS k (entity, entity_id, position);

-- name: keep_after
UPDATE ninepence.change_rows k
SET after =
-- include: snapshot_of
WHERE k.ledger_id = $1::bigint AND k.change_id = $2::bigint;

-- Whether anything that change $2 keeps is no longer as it was; counters do not count. $3 decimals of the
-- ledger's currency.
-- name: compare
SELECT EXISTS (
    SELECT 1
    FROM ninepence.change_rows k
    CROSS JOIN LATERAL (SELECT
-- include: snapshot_of
        AS now) n
    WHERE k.ledger_id = $1::bigint AND k.change_id = $2::bigint
        AND ((k.before -> 'row') - '{version,updated_at}'::text[]
                 IS DISTINCT FROM (n.now -> 'row') - '{version,updated_at}'::text[]
             OR k.before -> 'tags' IS DISTINCT FROM n.now -> 'tags')) AS differs;

-- What change $2 kept, KEPT_MAX rows at most and how many entities there are. A row that is marked as
-- deleted is not there.
-- name: rows
SELECT
-- include: kept_columns
, (SELECT count(*) FROM ninepence.change_rows c
   WHERE c.ledger_id = $1::bigint AND c.change_id = $2::bigint) AS of
FROM (
    SELECT r.change_id, r.position, r.entity, s.side, s.kept, s.turn
    FROM ninepence.change_rows r
    CROSS JOIN LATERAL (VALUES ('before', r.before, 1), ('after', r.after, 2)) AS s (side, kept, turn)
    WHERE r.ledger_id = $1::bigint AND r.change_id = $2::bigint AND s.kept IS NOT NULL
        AND s.kept -> 'row' ->> 'deleted_at' IS NULL
) x
ORDER BY x.position, x.turn
LIMIT 10001;
