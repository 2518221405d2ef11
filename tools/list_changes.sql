-- The newest changes with the first entity of each, or one change with all of them. $1 ledger, $2 and
-- $3 first and last day (or null), $4 and $5 id and folded name of who made them (or null), $6 the
-- change (or null), $7 time zone of the ledger, $8 how many.
-- name: changes
WITH asked AS MATERIALIZED (
    SELECT 'u'::text AS kind, $4::bigint AS id, $5::text AS name, 1::bigint AS item
    WHERE $5::text IS NOT NULL
), found AS MATERIALIZED (
    -- include: names
), wanted AS MATERIALIZED (
    SELECT CASE WHEN $5::text IS NOT NULL AND (SELECT count(*) FROM found) <> 1 THEN '1' ELSE '' END
               AS unknown,
           (SELECT min(f.id) FROM found f) AS user_id
), listed AS MATERIALIZED (
    SELECT c.*, count(*) OVER () AS of
    FROM ninepence.changes c
    CROSS JOIN wanted w
    WHERE c.ledger_id = $1::bigint AND w.unknown = ''
        AND ($6::bigint IS NULL OR c.change_id = $6::bigint)
        AND ($5::text IS NULL OR coalesce(c.user_id, 0) = w.user_id)
        AND ($2::date IS NULL
             OR (c.made_at >= ($2::date)::timestamp AT TIME ZONE $7::text
                 AND c.made_at < ($3::date + 1)::timestamp AT TIME ZONE $7::text))
    ORDER BY c.made_at DESC, c.change_id DESC
    LIMIT $8::bigint
)
SELECT w.unknown, l.of, to_char(l.made_at AT TIME ZONE $7::text, 'YYYY-MM-DD HH24:MI:SS') AS at, l.tool,
       u.name AS user_name, l.client, l.reason, l.undoes, l.undone_by,
       (SELECT count(*) FROM ninepence.change_rows r
        WHERE r.ledger_id = $1::bigint AND r.change_id = l.change_id)
       + coalesce((SELECT i.stored FROM ninepence.imports i
                   WHERE i.ledger_id = $1::bigint AND i.change_id = l.change_id
                       AND i.first_expense IS NOT NULL), 0) AS entities,
-- include: kept_columns
FROM wanted w
LEFT JOIN listed l ON true
LEFT JOIN ninepence.users u ON u.ledger_id = $1::bigint AND u.user_id = l.user_id
LEFT JOIN LATERAL (
    SELECT r.change_id, r.position, r.entity, s.side, s.kept, s.turn
    FROM (
        SELECT k.change_id, k.position, k.entity, k.before, k.after
        FROM ninepence.change_rows k
        WHERE k.ledger_id = $1::bigint AND k.change_id = l.change_id
            AND ($6::bigint IS NOT NULL OR k.position = (
                SELECT o.position FROM ninepence.change_rows o
                WHERE o.ledger_id = $1::bigint AND o.change_id = l.change_id
                ORDER BY o.entity <> 'expense', o.position
                LIMIT 1))
            AND ($6::bigint IS NOT NULL OR NOT EXISTS (
                SELECT 1 FROM ninepence.imports i
                WHERE i.ledger_id = $1::bigint AND i.change_id = l.change_id AND i.stored > 0
                    AND i.first_expense IS NOT NULL))
        UNION ALL
        (SELECT c.change_id, c.position, c.entity, c.before, c.after
         FROM (SELECT l.change_id) AS of
         CROSS JOIN LATERAL (
             -- include: created_rows
             LIMIT CASE WHEN $6::bigint IS NULL THEN 1 ELSE 200 END) AS c)
    ) r
    CROSS JOIN LATERAL (VALUES ('before', r.before, 1), ('after', r.after, 2)) AS s (side, kept, turn)
    WHERE s.kept IS NOT NULL AND s.kept -> 'row' ->> 'deleted_at' IS NULL
) x ON true
ORDER BY l.made_at DESC, l.change_id DESC, x.position, x.turn;
