-- The rate `y` that `d` (spent_on, currency) is converted at: of its day, or the newest of the seven
-- days before it.
FROM ninepence.rates y
WHERE y.ledger_id = $1::bigint AND y.currency = d.currency
    AND y.on_day BETWEEN d.spent_on - 7 AND d.spent_on
ORDER BY y.on_day DESC
LIMIT 1
