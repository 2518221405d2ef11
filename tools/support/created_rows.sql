-- What import change of.change_id made and does not keep row by row: rows as change_rows has them. `after`
-- is what a row was before somebody changed it for the first time, or what it is.
SELECT i.change_id, (1000000000 + (e.expense_id - i.first_expense) % 1000000000)::integer AS position,
       'expense'::text AS entity, e.expense_id AS entity_id, NULL::jsonb AS before,
       coalesce(CASE WHEN e.version > 1 THEN (
           SELECT k.before
           FROM ninepence.change_rows k
           WHERE k.ledger_id = $1::bigint AND k.entity = 'expense' AND k.entity_id = e.expense_id
               AND k.change_id > i.change_id AND k.before IS NOT NULL
           ORDER BY k.change_id
           LIMIT 1) END,
-- include: snapshot
       ) AS after
FROM ninepence.imports i
JOIN ninepence.expenses e ON e.ledger_id = $1::bigint AND e.import_id = i.import_id
    AND e.expense_id > i.first_expense AND e.expense_id <= i.last_expense
WHERE i.ledger_id = $1::bigint AND i.change_id = of.change_id AND i.first_expense IS NOT NULL
ORDER BY e.expense_id
