-- The rows of `page` behind category_known_totals.sql: key, id_key and the columns of enum expense_column;
-- the day as a number, and people and accounts by id (category_lists.sql).
SELECT p.key, p.id_key, p.expense_id, p.day, p.amount, p.currency, p.path, p.merchant, p.description,
       p.user_id, p.kind,
       -- include: category_tags
       p.notes, p.account_id, p.refund_of, p.receipt_id, p.pending, p.paid_by
FROM page p
