-- The columns of one expense `e` as people see it, in the order of enum expense_column in
-- expense.h; needs the joins of expense_joins.sql.
e.expense_id,
to_char(e.spent_on, 'YYYY-MM-DD') AS spent_on,
e.amount,
e.currency,
c.path AS category,
e.merchant,
e.description,
u.name AS user_name,
e.kind,
-- OFFSET 0: an expense without tags looks at none of them.
(SELECT string_agg(t.name, chr(31) ORDER BY t.folded)
 FROM ninepence.expense_tags et
 CROSS JOIN LATERAL (SELECT n.name, n.folded
                     FROM ninepence.tags n
                     WHERE n.ledger_id = $1::bigint AND n.tag_id = et.tag_id
                     OFFSET 0) t
 WHERE et.ledger_id = $1::bigint AND et.expense_id = e.expense_id) AS tags,
e.notes,
o.name AS account,
e.refund_of,
e.receipt_id,
e.pending,
(SELECT p.name FROM ninepence.users p
 WHERE p.ledger_id = $1::bigint AND p.user_id = e.paid_by) AS paid_by
