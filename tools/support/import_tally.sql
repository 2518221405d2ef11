-- How many rows of each verdict import $2 has.
SELECT jsonb_build_object(
    'new', count(*) FILTER (WHERE r.verdict = 'new'), 'same', count(*) FILTER (WHERE r.verdict = 'same'),
    'booked', count(*) FILTER (WHERE r.verdict = 'booked'),
    'likely', count(*) FILTER (WHERE r.verdict = 'likely'),
    'conflicting', count(*) FILTER (WHERE r.verdict = 'conflicting'),
    'empty', count(*) FILTER (WHERE r.verdict = 'empty'),
    'transfers', count(*) FILTER (WHERE r.verdict = 'new'
                                  AND (r.found = 'transfer' OR r.partner_id IS NOT NULL)),
    'partners', count(r.partner_id))
FROM ninepence.import_rows r
WHERE r.ledger_id = $1::bigint AND r.import_id = $2::bigint
