-- The shared filter as common table expressions; filter.c fills its parameters:
--   $1 ledger        $2, $3 first and last days of the periods; the first pair is the one asked for
--   $4 kind, $5 id, $6 folded text of each name that was asked
--   $7 patterns that the text must match, all of them        $8, $9 least and largest size
--   $10 currency     $11 how to get at the rows: day, row or merchant     $12 kinds that count
-- A tool's own parameters begin at $13. It goes on with `hit`, made from `matched`.
asked AS MATERIALIZED (
    SELECT a.kind, a.id, a.name, a.item
    FROM unnest($4::text[], $5::bigint[], $6::text[]) WITH ORDINALITY AS a (kind, id, name, item)
), found AS MATERIALIZED (
    -- include: names
), wanted AS MATERIALIZED (
    SELECT CASE WHEN EXISTS (SELECT 1 FROM asked WHERE kind = 'c') THEN ARRAY(
               SELECT c.category_id
               FROM found f
               JOIN ninepence.categories c ON c.ledger_id = $1::bigint
                   AND (c.category_id = f.id OR starts_with(c.path_folded, f.key || ': '))
               WHERE f.kind = 'c'
               UNION ALL
               SELECT 0 FROM found f WHERE f.kind = 'c' AND f.id = 0) END AS categories,
           (SELECT array_agg(f.key) FROM found f WHERE f.kind = 'm') AS merchants,
           (SELECT array_agg(f.id) FROM found f WHERE f.kind = 'u') AS users,
           (SELECT array_agg(f.id) FROM found f WHERE f.kind = 't') AS tags,
           (SELECT array_agg(f.id) FROM found f WHERE f.kind = 'a') AS accounts,
           -- Names that mean nothing, or more than one thing: C looks for candidates.
           (SELECT string_agg(u.item::text, ',' ORDER BY u.item)
            FROM (SELECT a.item FROM asked a LEFT JOIN found f ON f.item = a.item
                  GROUP BY a.item HAVING count(f.item) <> 1) u) AS unknown,
           (SELECT string_agg(f.kind || f.label, chr(31) ORDER BY f.item) FROM found f) AS labels
), matched AS (
    SELECT x.slot, x.expense_id, x.spent_on, x.category_id, x.user_id, x.account_id, x.kind,
           x.currency, x.amount, x.base_amount, x.pending, x.merchant_folded, x.deleted,
           CASE WHEN $10::text IS NULL THEN x.base_amount ELSE x.amount END AS value,
           x.kind = ANY ($12::text[]) AS kind_counts
    FROM (
        -- From the covering index alone. OFFSET 0 keeps each period a range of the index.
        SELECT s.slot, r.expense_id, r.spent_on, r.category_id, r.user_id, r.account_id, r.kind,
               r.currency, r.amount, r.base_amount, r.pending, NULL::text AS merchant_folded,
               false AS deleted
        FROM unnest($2::date[], $3::date[]) WITH ORDINALITY AS s (first, last, slot)
        CROSS JOIN LATERAL (
            SELECT e.expense_id, e.spent_on, e.category_id, e.user_id, e.account_id, e.kind,
                   e.currency, e.amount, e.base_amount, e.pending
            FROM ninepence.expenses e
            WHERE e.ledger_id = $1::bigint AND e.deleted_at IS NULL
                AND e.spent_on BETWEEN s.first AND s.last
            OFFSET 0) r
        WHERE $11::text = 'day'
        UNION ALL
        SELECT s.slot, r.expense_id, r.spent_on, r.category_id, r.user_id, r.account_id, r.kind,
               r.currency, r.amount, r.base_amount, r.pending, r.merchant_folded, false
        FROM unnest($2::date[], $3::date[]) WITH ORDINALITY AS s (first, last, slot)
        CROSS JOIN LATERAL (
            SELECT e.expense_id, e.spent_on, e.category_id, e.user_id, e.account_id, e.kind,
                   e.currency, e.amount, e.base_amount, e.pending, e.merchant_folded
            FROM ninepence.expenses e
            WHERE e.ledger_id = $1::bigint AND e.deleted_at IS NULL
                AND e.spent_on BETWEEN s.first AND s.last
                -- include: text
            OFFSET 0) r
        WHERE $11::text = 'row'
        UNION ALL
        SELECT s.slot, r.expense_id, r.spent_on, r.category_id, r.user_id, r.account_id, r.kind,
               r.currency, r.amount, r.base_amount, r.pending, r.merchant_folded, false
        FROM unnest($2::date[], $3::date[]) WITH ORDINALITY AS s (first, last, slot)
        CROSS JOIN (SELECT DISTINCT f.key FROM found f WHERE f.kind = 'm') m
        CROSS JOIN LATERAL (
            SELECT e.expense_id, e.spent_on, e.category_id, e.user_id, e.account_id, e.kind,
                   e.currency, e.amount, e.base_amount, e.pending, e.merchant_folded
            FROM ninepence.expenses e
            WHERE e.ledger_id = $1::bigint AND e.deleted_at IS NULL
                AND e.merchant_folded = m.key AND e.spent_on BETWEEN s.first AND s.last
                -- include: text
            OFFSET 0) r
        WHERE $11::text = 'merchant'
        UNION ALL
        SELECT 1, e.expense_id, e.spent_on, e.category_id, e.user_id, e.account_id, e.kind,
               e.currency, e.amount, e.base_amount, e.pending, e.merchant_folded, true
        FROM ninepence.expenses e
        WHERE e.ledger_id = $1::bigint AND e.deleted_at IS NOT NULL
            AND e.spent_on BETWEEN ($2::date[])[1] AND ($3::date[])[1]
            -- include: text
    ) x
    WHERE (SELECT unknown FROM wanted) IS NULL
        AND ((SELECT categories FROM wanted) IS NULL
             OR coalesce(x.category_id, 0) = ANY ((SELECT categories FROM wanted)::bigint[]))
        AND ((SELECT users FROM wanted) IS NULL
             OR coalesce(x.user_id, 0) = ANY ((SELECT users FROM wanted)::bigint[]))
        AND ((SELECT accounts FROM wanted) IS NULL
             OR coalesce(x.account_id, 0) = ANY ((SELECT accounts FROM wanted)::bigint[]))
        AND ((SELECT merchants FROM wanted) IS NULL
             OR coalesce(x.merchant_folded, '(none)') = ANY ((SELECT merchants FROM wanted)::text[]))
        AND ((SELECT tags FROM wanted) IS NULL
             OR EXISTS (SELECT 1 FROM ninepence.expense_tags t
                        WHERE t.ledger_id = $1::bigint AND t.expense_id = x.expense_id
                            AND t.tag_id = ANY ((SELECT tags FROM wanted)::bigint[]))
             OR (0 = ANY ((SELECT tags FROM wanted)::bigint[])
                 AND NOT EXISTS (SELECT 1 FROM ninepence.expense_tags t
                                 WHERE t.ledger_id = $1::bigint AND t.expense_id = x.expense_id)))
        AND ($8::numeric IS NULL OR abs(x.amount) >= $8::numeric)
        AND ($9::numeric IS NULL OR abs(x.amount) <= $9::numeric)
        AND ($10::text IS NULL OR x.currency = $10::text)
)
