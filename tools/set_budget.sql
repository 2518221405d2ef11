-- What a method makes of the past. $1 ledger, $2 category (0: the whole ledger, otherwise it and those
-- below it), $3 first day of the ledger's months, $4 today, $5 month, $6 how many months.

-- Spending of the whole months before $5, at most $6 of them, how many of these the books cover, and
-- how many expenses are not in it for want of a rate.
-- name: spent_before
SELECT coalesce(sum(e.base_amount), 0) AS spent, (
    SELECT count(*)
    FROM generate_series(0, $6::integer - 1) AS n
    CROSS JOIN (SELECT min(b.spent_on) AS begin FROM ninepence.expenses b
                WHERE b.ledger_id = $1::bigint AND b.deleted_at IS NULL) AS books
    WHERE w.last_month - make_interval(months => n) + make_interval(months => 1)
          + make_interval(days => $3::integer - 1) > books.begin) AS months,
    count(*) FILTER (WHERE e.expense_id IS NOT NULL AND e.base_amount IS NULL) AS without_rate
FROM (
    -- A month that is not over yet says nothing.
    SELECT least($5::date, date_trunc('month', $4::date - ($3::integer - 1))::date)
           - interval '1 month' AS last_month) w
LEFT JOIN ninepence.expenses e ON e.ledger_id = $1::bigint AND e.deleted_at IS NULL
    AND e.kind IN ('expense', 'refund')
    AND e.spent_on >= (w.last_month - make_interval(months => $6::integer - 1))::date + ($3::integer - 1)
    AND e.spent_on < (w.last_month + interval '1 month')::date + ($3::integer - 1)
    AND ($2::bigint = 0 OR e.category_id IN (
        SELECT c.category_id
        FROM ninepence.categories c
        JOIN ninepence.categories p ON p.ledger_id = $1::bigint AND p.category_id = $2::bigint
        WHERE c.ledger_id = $1::bigint
            AND (c.category_id = p.category_id OR starts_with(c.path_folded, p.path_folded || ': '))))
GROUP BY w.last_month;
