-- The columns of enum expense_column (expense.h) out of a snapshot `x.kept`.
x.kept -> 'row' ->> 'expense_id' AS expense_id,
x.kept -> 'row' ->> 'spent_on' AS spent_on,
x.kept -> 'row' ->> 'amount' AS amount,
x.kept -> 'row' ->> 'currency' AS currency,
x.kept -> 'show' ->> 'category' AS category,
x.kept -> 'row' ->> 'merchant' AS merchant,
x.kept -> 'row' ->> 'description' AS description,
x.kept -> 'show' ->> 'user' AS user_name,
x.kept -> 'row' ->> 'kind' AS kind,
(SELECT string_agg(tag.name, chr(31) ORDER BY tag.position)
 FROM jsonb_array_elements_text(x.kept -> 'show' -> 'tags') WITH ORDINALITY AS tag (name, position))
    AS tags,
x.kept -> 'row' ->> 'notes' AS notes,
x.kept -> 'show' ->> 'account' AS account,
x.kept -> 'row' ->> 'refund_of' AS refund_of,
x.kept -> 'row' ->> 'receipt_id' AS receipt_id,
(x.kept -> 'row' ->> 'pending')::boolean AS pending,
x.kept -> 'show' ->> 'paid_by' AS paid_by
