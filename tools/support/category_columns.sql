-- What category_rows.sql and category_known_rows.sql want of an expense `e`.
e.expense_id, e.spent_on - DATE '1970-01-01' AS day, e.amount, e.currency, e.merchant, e.description, e.user_id,
e.kind, e.notes, e.account_id, e.refund_of, e.receipt_id, e.pending, e.paid_by
