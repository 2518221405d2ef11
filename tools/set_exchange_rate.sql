-- The rate of a day. $1 ledger, $2 currency, $3 day.

-- Its number, or one for it; and what it was.
-- name: find_rate
SELECT coalesce(r.rate_id, nextval(pg_get_serial_sequence('ninepence.rates', 'rate_id'))) AS id, r.rate
FROM (SELECT $2::text AS currency, $3::date AS on_day) a
LEFT JOIN ninepence.rates r ON r.ledger_id = $1::bigint AND r.currency = a.currency
    AND r.on_day = a.on_day;

-- $4 rate, $5 number. What a person says outlives what is imported.
-- name: set_rate
INSERT INTO ninepence.rates (ledger_id, currency, on_day, rate, source, rate_id)
VALUES ($1::bigint, $2::text, $3::date, $4::numeric, 'user', $5::bigint)
ON CONFLICT (ledger_id, currency, on_day) DO UPDATE SET rate = excluded.rate, source = excluded.source;
