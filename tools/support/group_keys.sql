-- The keys of the groups that cells belong to: `keyed`. $13 group_by, $14 then_by, $15 first day of the
-- week, $16 first day of the month. `cells` has slot, total, counted, newest, merchant_folded and, as
-- far as the groupings need them, the ids, kind, currency, expense_id and day; `days` all days of
-- interest. Keys of time sort as time; a weekday's key has a digit in front for that.
units AS (
    SELECT unit, level FROM unnest(ARRAY[$13::text, $14::text]) WITH ORDINALITY AS u (unit, level)
    WHERE unit IN ('day', 'week', 'month', 'quarter', 'year', 'weekday')
), day_keys AS MATERIALIZED (
    -- A week belongs to the ISO week of its fourth day.
    SELECT u.level, d.day,
           CASE u.unit
           WHEN 'day' THEN to_char(d.day, 'YYYY-MM-DD')
           WHEN 'week' THEN to_char(d.day - (extract(isodow FROM d.day)::integer
                                             - $15::integer + 7) % 7 + 3, 'IYYY-"W"IW')
           WHEN 'month' THEN to_char(d.day - ($16::integer - 1), 'YYYY-MM')
           WHEN 'quarter' THEN to_char(d.day - ($16::integer - 1), 'YYYY-"Q"Q')
           WHEN 'year' THEN to_char(d.day - ($16::integer - 1), 'YYYY')
           ELSE ((extract(isodow FROM d.day)::integer - $15::integer + 7) % 7)::text
               || to_char(d.day, 'FMDay')
           END AS key
    FROM units u
    CROSS JOIN days d
), tagged AS MATERIALIZED (
    -- Several tags together are a group of their own, so that nothing counts twice.
    SELECT et.expense_id, string_agg(t.name, ' + ' ORDER BY t.folded) AS key
    FROM (SELECT DISTINCT c.expense_id FROM cells c WHERE c.expense_id IS NOT NULL) h
    JOIN ninepence.expense_tags et ON et.ledger_id = $1::bigint AND et.expense_id = h.expense_id
    JOIN ninepence.tags t ON t.ledger_id = $1::bigint AND t.tag_id = et.tag_id
    GROUP BY et.expense_id
), keyed AS (
    SELECT h.slot, h.total, h.counted, h.merchant_folded, h.newest,
           CASE $13::text
           WHEN 'none' THEN ''
           WHEN 'category' THEN coalesce(c.path, 'Uncategorized')
           WHEN 'parent_category' THEN coalesce(r.path, 'Uncategorized')
           WHEN 'merchant' THEN coalesce(h.merchant_folded, '(none)')
           WHEN 'user' THEN coalesce(u.name, '(none)')
           WHEN 'tag' THEN coalesce(t.key, '(none)')
           WHEN 'account' THEN coalesce(o.name, '(none)')
           WHEN 'currency' THEN h.currency
           WHEN 'kind' THEN h.kind
           ELSE d1.key END AS key1,
           CASE $14::text
           WHEN 'none' THEN ''
           WHEN 'category' THEN coalesce(c.path, 'Uncategorized')
           WHEN 'parent_category' THEN coalesce(r.path, 'Uncategorized')
           WHEN 'merchant' THEN coalesce(h.merchant_folded, '(none)')
           WHEN 'user' THEN coalesce(u.name, '(none)')
           WHEN 'tag' THEN coalesce(t.key, '(none)')
           WHEN 'account' THEN coalesce(o.name, '(none)')
           WHEN 'currency' THEN h.currency
           WHEN 'kind' THEN h.kind
           ELSE d2.key END AS key2
    FROM cells h
    LEFT JOIN ninepence.categories c
        ON c.ledger_id = $1::bigint AND c.category_id = h.category_id
    LEFT JOIN ninepence.categories r ON r.ledger_id = $1::bigint AND r.category_id = c.root_id
    LEFT JOIN ninepence.users u ON u.ledger_id = $1::bigint AND u.user_id = h.user_id
    LEFT JOIN ninepence.accounts o ON o.ledger_id = $1::bigint AND o.account_id = h.account_id
    LEFT JOIN tagged t ON t.expense_id = h.expense_id
    LEFT JOIN day_keys d1 ON d1.level = 1 AND d1.day = h.day
    LEFT JOIN day_keys d2 ON d2.level = 2 AND d2.day = h.day
)
