-- The amount of `d` (spent_on, amount, currency) in the ledger's currency $2 with $3 decimals: at the
-- rate of the day or the newest of the seven days before it, half to even; null without a rate.
CROSS JOIN LATERAL (
    SELECT power(10::numeric, $3::integer) AS unit,
           CASE WHEN d.currency = $2::text THEN d.amount
                ELSE d.amount * (
                    SELECT y.rate
                    -- include: rate_of_day
                    ) END AS exact
) AS exchange
CROSS JOIN LATERAL (
    SELECT CASE WHEN d.currency = $2::text THEN d.amount
                WHEN abs(exchange.exact * exchange.unit - trunc(exchange.exact * exchange.unit)) = 0.5
                THEN 2 * round(exchange.exact * exchange.unit / 2) / exchange.unit
                ELSE round(exchange.exact, $3::integer) END AS base_amount
) AS converted
