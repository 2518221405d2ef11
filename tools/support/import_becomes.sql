-- What a row `r` of the import `h` (is_own) is to the books: becomes.kind. A row of our own export keeps what
-- it says.
CROSS JOIN LATERAL (
    SELECT CASE WHEN r.found = 'transfer' OR r.partner_id IS NOT NULL THEN 'transfer'
                WHEN r.amount < 0 THEN
                    CASE WHEN h.is_own AND r.found = 'income' THEN 'income' ELSE 'expense' END
                WHEN r.found = 'refund' OR (h.is_own AND r.found <> 'income') THEN 'refund'
                ELSE 'income' END AS kind
) AS becomes
