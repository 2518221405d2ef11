-- Rates of the European Central Bank, what one euro costs, as rates of the ledger. $1 is the ledger.

-- $2 today. An empty ledger is thought to begin a year ago.
-- name: first_needed
SELECT to_char(coalesce(min(e.spent_on), $2::date - 365) - 7, 'YYYY-MM-DD') AS first
FROM ninepence.expenses e
WHERE e.ledger_id = $1::bigint AND e.deleted_at IS NULL;

-- $2 change; $3 days, $4 currencies, $5 what a euro costs in them: whole days; $6 the ledger's
-- currency; $7 whether rates that a person gave are replaced too. A rate is what the ledger's currency
-- costs, divided by what the other one costs, with twelve decimals. Days on which either has none are
-- left out. Comes back: how many were stored, and their span.
-- name: import_rates
WITH cell AS MATERIALIZED (
    SELECT c.on_day, c.currency, c.per_euro
    FROM unnest($3::date[], $4::text[], $5::numeric[]) AS c (on_day, currency, per_euro)
    UNION ALL
    SELECT DISTINCT c.on_day, 'EUR', 1::numeric FROM unnest($3::date[]) AS c (on_day)
), crossed AS MATERIALIZED (
    SELECT c.on_day, c.currency, round(own.per_euro::numeric(48, 24) / c.per_euro, 12) AS rate
    FROM cell c
    JOIN cell own ON own.on_day = c.on_day AND own.currency = $6::text
    WHERE c.currency <> $6::text
), fresh AS MATERIALIZED (
    SELECT c.on_day, c.currency, c.rate,
           CASE WHEN r.rate_id IS NOT NULL THEN jsonb_build_object(
               'row', to_jsonb(r), 'show', jsonb_build_object(
                   'currency', r.currency, 'date', r.on_day, 'rate', trim_scale(r.rate)::text))
           END AS before
    FROM crossed c
    LEFT JOIN ninepence.rates r ON r.ledger_id = $1::bigint AND r.currency = c.currency
        AND r.on_day = c.on_day
    WHERE c.rate > 0 AND c.rate < power(10::numeric, 12) AND r.rate IS DISTINCT FROM c.rate
        AND (r.source IS DISTINCT FROM 'user' OR $7::boolean)
), stored AS (
    INSERT INTO ninepence.rates (ledger_id, currency, on_day, rate, source)
    SELECT $1::bigint, f.currency, f.on_day, f.rate, 'ecb'
    FROM fresh f
    ORDER BY f.on_day, f.currency
    ON CONFLICT (ledger_id, currency, on_day)
        DO UPDATE SET rate = excluded.rate, source = excluded.source
    RETURNING rate_id, currency, on_day
), kept AS (
    INSERT INTO ninepence.change_rows (ledger_id, change_id, position, entity, entity_id, before)
    SELECT $1::bigint, $2::bigint, row_number() OVER (ORDER BY s.on_day, s.currency), 'rate',
           s.rate_id, f.before
    FROM stored s
    JOIN fresh f ON f.on_day = s.on_day AND f.currency = s.currency
    RETURNING entity_id
)
SELECT (SELECT count(*) FROM kept) AS stored, to_char(min(s.on_day), 'YYYY-MM-DD') AS first,
       to_char(least(max(s.on_day) + 7, '2999-12-31'), 'YYYY-MM-DD') AS last,
       coalesce(array_agg(DISTINCT s.currency), '{}')::text AS currencies
FROM stored s;
