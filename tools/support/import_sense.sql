-- What a row `r` of the import `h` (format, is_own) becomes in the books: `sense` with kind, amount
-- and category_id. Rules decide first, then what the merchant mostly
-- was of late, then the bank's own
-- word; a row of our own export keeps what it says.
CROSS JOIN LATERAL (
    SELECT CASE WHEN r.found = 'transfer' OR r.partner_id IS NOT NULL THEN 'transfer'
                WHEN r.amount < 0 THEN
                    CASE WHEN h.is_own AND r.found = 'income' THEN 'income' ELSE 'expense' END
                WHEN r.found = 'refund' OR (h.is_own AND r.found <> 'income') THEN 'refund'
                ELSE 'income' END AS kind
) AS becomes
CROSS JOIN LATERAL (
    SELECT becomes.kind, CASE becomes.kind WHEN 'income' THEN r.amount ELSE -r.amount END AS amount,
           CASE WHEN h.is_own THEN (
                    SELECT c.category_id FROM ninepence.categories c
                    WHERE c.ledger_id = $1::bigint AND c.path_folded = r.category_folded)
                ELSE coalesce(
                    (SELECT u.category_id
                     FROM ninepence.rules u
                     WHERE u.ledger_id = $1::bigint AND becomes.kind <> 'transfer'
                         AND (u.merchant_folded IS NULL
                              OR position(' ' || u.merchant_folded || ' '
                                          IN ' ' || coalesce(r.payee_folded, '') || ' ') > 0)
                         AND (u.words_folded IS NULL
                              OR position(u.words_folded
                                          IN lower(concat_ws(' ', r.payee_folded, r.original, r.memo))) > 0)
                         AND (u.min_amount IS NULL OR abs(r.amount) >= u.min_amount)
                         AND (u.max_amount IS NULL OR abs(r.amount) <= u.max_amount)
                         AND (u.account_id IS NULL OR u.account_id = r.account_id)
                     ORDER BY u.position, u.rule_id
                     LIMIT 1),
                    (SELECT y.category_id
                     FROM (SELECT x.category_id, x.kind, row_number() OVER () AS turn
                           FROM ninepence.expenses x
                           WHERE x.ledger_id = $1::bigint AND x.merchant_folded = r.payee_folded
                               AND x.deleted_at IS NULL
                           ORDER BY x.spent_on DESC, x.expense_id DESC
                           LIMIT 20) AS y
                     WHERE y.category_id IS NOT NULL
                         AND (y.kind IN ('expense', 'refund')) = (becomes.kind IN ('expense', 'refund'))
                         AND (y.kind = 'transfer') = (becomes.kind = 'transfer')
                     GROUP BY y.category_id
                     ORDER BY count(*) DESC, min(y.turn)
                     LIMIT 1),
                    (SELECT min(c.category_id)
                     FROM ninepence.categories c
                     WHERE c.ledger_id = $1::bigint AND NOT c.archived
                         AND (c.path_folded = r.category_folded OR c.folded = r.category_folded)
                         AND c.kind = CASE becomes.kind WHEN 'refund' THEN 'expense' ELSE becomes.kind END
                     HAVING count(*) = 1),
                    (SELECT min(c.category_id)
                     FROM ninepence.categories c
                     WHERE c.ledger_id = $1::bigint AND c.kind = 'transfer' AND NOT c.archived
                         AND becomes.kind = 'transfer'))
           END AS category_id
) AS sense
