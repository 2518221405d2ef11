-- The same columns once more, out of `listed l`.
l.expense_id, l.spent_on, l.amount, l.currency, l.category, l.merchant, l.description, l.user_name,
l.kind, l.tags, l.notes, l.account, l.refund_of, l.receipt_id, l.pending, l.paid_by
