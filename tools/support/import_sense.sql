-- What a row `r` of `chunk` (with is_own, account_id and kind) becomes in the books: `sense` with amount
-- and category_id. Rules decide first (one whose category
-- was archived is none), then what the merchant mostly was of late (`past`), then the
-- bank's own word; a row of our own export keeps what it says. What is absent is not looked for.
CROSS JOIN LATERAL (
    SELECT CASE r.kind WHEN 'income' THEN r.amount ELSE -r.amount END AS amount,
           CASE WHEN r.is_own THEN
                    CASE WHEN r.category_folded IS NOT NULL THEN (
                        SELECT c.category_id FROM ninepence.categories c
                        WHERE c.ledger_id = $1::bigint AND c.path_folded = r.category_folded) END
                ELSE coalesce(
                    CASE WHEN r.kind <> 'transfer'
                              AND EXISTS (SELECT 1 FROM ninepence.rules u WHERE u.ledger_id = $1::bigint)
                         THEN (SELECT u.category_id
                               FROM ninepence.rules u
                               WHERE u.ledger_id = $1::bigint
                                   AND (u.merchant_folded IS NULL
                                        OR position(' ' || u.merchant_folded || ' '
                                                    IN ' ' || coalesce(r.payee_folded, '') || ' ') > 0)
                                   AND (u.words_folded IS NULL
                                        OR position(u.words_folded
                                                    IN lower(concat_ws(' ', r.payee_folded, r.original,
                                                                       r.memo))) > 0)
                                   AND (u.min_amount IS NULL OR abs(r.amount) >= u.min_amount)
                                   AND (u.max_amount IS NULL OR abs(r.amount) <= u.max_amount)
                                   AND (u.account_id IS NULL OR u.account_id = r.account_id)
                                   AND u.category_id <> ALL (ARRAY(
                                       SELECT c.category_id FROM ninepence.categories c
                                       WHERE c.ledger_id = $1::bigint AND c.archived))
                               ORDER BY u.position, u.rule_id
                               LIMIT 1) END,
                    CASE WHEN (SELECT past.map FROM past) IS NOT NULL
                         THEN ((SELECT past.map FROM past)
                               ->> (r.payee_folded || chr(31) || r.kind))::bigint END,
                    CASE WHEN r.category_folded IS NOT NULL
                         THEN (SELECT min(c.category_id)
                               FROM ninepence.categories c
                               WHERE c.ledger_id = $1::bigint AND NOT c.archived
                                   AND (c.path_folded = r.category_folded OR c.folded = r.category_folded)
                                   AND c.kind = CASE r.kind WHEN 'refund' THEN 'expense' ELSE r.kind END
                               HAVING count(*) = 1) END,
                    CASE WHEN r.kind = 'transfer'
                         THEN (SELECT min(c.category_id)
                               FROM ninepence.categories c
                               WHERE c.ledger_id = $1::bigint AND c.kind = 'transfer'
                                   AND NOT c.archived) END)
           END AS category_id
) AS sense
