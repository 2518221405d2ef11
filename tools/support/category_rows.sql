-- The rows behind the basis, those of `page` (columns of an expense with path, key and id_key) in its
-- order: key, id_key and the columns of enum expense_column; the day as a number, and people and
-- accounts by id (category_lists.sql).
SELECT p.key, p.id_key, p.expense_id, p.day, p.amount, p.currency, p.path,
       p.merchant, p.description, p.user_id::text, p.kind,
       -- include: category_tags
       p.notes, p.account_id::text, p.refund_of::text, p.receipt_id::text,
       CASE WHEN p.pending THEN 't' ELSE 'f' END, p.paid_by::text
FROM page p
