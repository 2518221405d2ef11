-- The answer about one category: the first row is the basis, and the rows behind it are those of
-- `page` (expenses with path, key and id_key, in order), as text: the columns of enum basis_column
-- and, for each expense, key, id_key and those of enum expense_column. Names of people and accounts,
-- of which there are few, are looked up in lists that are made once.
names AS MATERIALIZED (
    SELECT u.ids AS user_ids, u.names AS user_names, o.ids AS account_ids, o.names AS account_names
    FROM (SELECT array_agg(u.user_id) AS ids, array_agg(u.name) AS names
          FROM ninepence.users u
          WHERE u.ledger_id = $1::bigint) u
    CROSS JOIN (SELECT array_agg(o.account_id) AS ids, array_agg(o.name) AS names
                FROM ninepence.accounts o
                WHERE o.ledger_id = $1::bigint) o
)
SELECT b.total::text, b.counted::text, b.listed::text, b.refunds::text, b.income::text,
       b.transfers::text, b.transfers_excluded::text, b.income_excluded::text, b.pending::text,
       b.deleted_excluded::text, b.first_day, b.last_day, b.rates_missing, w.unknown, w.labels,
       b.books, NULL, NULL
FROM basis b
CROSS JOIN wanted w
UNION ALL
SELECT p.key::text, p.id_key::text, p.expense_id::text, to_char(p.spent_on, 'YYYY-MM-DD'),
       p.amount::text, p.currency, p.path, p.merchant, p.description,
       n.user_names[array_position(n.user_ids, p.user_id)], p.kind,
       -- Most expenses have no tag: LIMIT makes that one look into the index.
       CASE WHEN (SELECT et.tag_id FROM ninepence.expense_tags et
                  WHERE et.ledger_id = $1::bigint AND et.expense_id = p.expense_id
                  LIMIT 1) IS NOT NULL THEN
           (SELECT string_agg(t.name, chr(31) ORDER BY t.folded)
            FROM ninepence.expense_tags et
            CROSS JOIN LATERAL (SELECT a.name, a.folded
                                FROM ninepence.tags a
                                WHERE a.ledger_id = $1::bigint AND a.tag_id = et.tag_id
                                OFFSET 0) t
            WHERE et.ledger_id = $1::bigint AND et.expense_id = p.expense_id) END,
       p.notes, n.account_names[array_position(n.account_ids, p.account_id)], p.refund_of::text,
       p.receipt_id::text, CASE WHEN p.pending THEN 't' ELSE 'f' END,
       n.user_names[array_position(n.user_ids, p.paid_by)]
FROM names n
CROSS JOIN page p
