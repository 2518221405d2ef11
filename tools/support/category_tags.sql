-- The tags of `p.expense_id` as one text.
-- Most expenses have no tag, and most ledgers have few that have one: those are listed once.
-- In other ledgers LIMIT makes it one look into the index.
CASE WHEN coalesce(p.expense_id = ANY ((
             SELECT CASE WHEN cardinality(f.ids) <= 100 THEN f.ids END
             FROM (SELECT ARRAY(SELECT et.expense_id FROM ninepence.expense_tags et
                                WHERE et.ledger_id = $1::bigint
                                LIMIT 101) AS ids
                   OFFSET 0) f)::bigint[]), true)
         AND (SELECT et.tag_id FROM ninepence.expense_tags et
              WHERE et.ledger_id = $1::bigint AND et.expense_id = p.expense_id
              LIMIT 1) IS NOT NULL THEN
    (SELECT string_agg(t.name, chr(31) ORDER BY t.folded)
     FROM ninepence.expense_tags et
     CROSS JOIN LATERAL (SELECT a.name, a.folded
                         FROM ninepence.tags a
                         WHERE a.ledger_id = $1::bigint AND a.tag_id = et.tag_id
                         OFFSET 0) t
     WHERE et.ledger_id = $1::bigint AND et.expense_id = p.expense_id) END,
