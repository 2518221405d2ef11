-- The rows behind the basis, those of `page` (columns of an expense with path, key and id_key) in its
-- order: key, id_key and the columns of enum expense_column; the day as a number, and people and
-- accounts by id (category_lists.sql).
SELECT p.key, p.id_key, p.expense_id, p.spent_on - DATE '1970-01-01', p.amount, p.currency, p.path,
       p.merchant, p.description, p.user_id::text, p.kind,
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
       p.notes, p.account_id::text, p.refund_of::text, p.receipt_id::text,
       CASE WHEN p.pending THEN 't' ELSE 'f' END, p.paid_by::text
FROM page p
