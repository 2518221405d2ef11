-- A bank's file into import_rows, and what is shown of it. $1 ledger; $2 the import, unless said
-- otherwise. Nothing here touches the books.

-- Many rows take longer than an answer may, and joins of them are no loops.
-- name: prepare
SELECT set_config('statement_timeout', $1::text, true), set_config('enable_nestloop', $2::text, true),
       set_config('work_mem', $3::text, true);

-- Gives the loop its turn between two pieces of a large file.
-- name: turn
SELECT 1;

-- What was read and never committed is forgotten after a day: $2 now.
-- name: forget_rows
DELETE FROM ninepence.import_rows r
WHERE r.ledger_id = $1::bigint
    AND r.import_id IN (SELECT i.import_id FROM ninepence.imports i
                        WHERE i.ledger_id = $1::bigint AND i.state = 'read'
                            AND i.created_at < coalesce($2::timestamptz, now()) - interval '1 day');

-- name: forget_statements
DELETE FROM ninepence.import_statements s
WHERE s.ledger_id = $1::bigint
    AND s.import_id IN (SELECT i.import_id FROM ninepence.imports i
                        WHERE i.ledger_id = $1::bigint AND i.state = 'read'
                            AND i.created_at < coalesce($2::timestamptz, now()) - interval '1 day');

-- name: forget
DELETE FROM ninepence.imports i
WHERE i.ledger_id = $1::bigint AND i.state = 'read'
    AND i.created_at < coalesce($2::timestamptz, now()) - interval '1 day';

-- The account that is meant ($2 id, $3 folded name), if there is one.
-- name: account
SELECT o.account_id, o.name, o.currency
FROM ninepence.accounts o
WHERE o.ledger_id = $1::bigint AND (o.account_id = $2::bigint OR o.folded = $3::text);

-- What was answered about files of bank $2 before, for number $3 or account $4.
-- name: remembered
SELECT s.mapping
FROM ninepence.import_sources s
WHERE s.ledger_id = $1::bigint AND s.bank = $2::text AND s.mapping <> ''
    AND (s.account_id = $4::bigint
         OR ($4::bigint IS NULL AND s.number = $3::text AND ($2::text <> '' OR $3::text <> '')))
ORDER BY s.used_at DESC
LIMIT 1;

-- $2 now, $3 name of the file, $4 bank, $5 format, $6 whether it is our own export, $7 answers.
-- name: begin
INSERT INTO ninepence.imports
    (ledger_id, state, name, bank, format, is_own, mapping, facts, created_at)
VALUES ($1::bigint, 'read', left($3::text, 255), $4::text, $5::text, $6::boolean, $7::text, '{}',
        coalesce($2::timestamptz, now()))
RETURNING import_id;

-- Rows of a chunk, $3 to $4: for each column an array and, when that is empty, what all of them say. Entry
-- and line are counted from the number of the row. The arrays are taken apart side by side in the SELECT
-- list: as functions in FROM each of them would be stored first.
-- name: stage
INSERT INTO ninepence.import_rows
    (ledger_id, import_id, n, entry, part, line, spent_on, amount, currency, found, pending, key,
    verdict, payee, payee_folded, original, memo, category, category_folded, tags, tags_folded,
    number, counter, bank_id, reference)
SELECT $1::bigint, $2::bigint, x.n, x.n + coalesce(x.entry, $6::integer), coalesce(x.part, $8::integer),
       x.n + coalesce(x.line, $10::bigint), coalesce(x.spent_on, $12::date),
       coalesce(x.amount, $14::numeric), coalesce(x.currency, $16::text),
       coalesce(x.found, $18::text), coalesce(x.pending, $20::boolean), coalesce(x.key, $22::text),
       coalesce(x.verdict, $24::text), coalesce(x.payee, $26::text),
       coalesce(x.payee_folded, $28::text), coalesce(x.original, $30::text),
       coalesce(x.memo, $32::text), coalesce(x.category, $34::text),
       coalesce(x.category_folded, $36::text), coalesce(x.tags, $38::text),
       coalesce(x.tags_folded, $40::text), coalesce(x.number, $42::text),
       coalesce(x.counter, $44::text), coalesce(x.bank_id, $46::text),
       coalesce(x.reference, $48::text)
FROM (
    SELECT generate_series($3::integer, $4::integer) AS n, unnest($5::integer[]) AS entry,
           unnest($7::integer[]) AS part, unnest($9::bigint[]) AS line,
           unnest($11::date[]) AS spent_on, unnest($13::numeric[]) AS amount,
           unnest($15::text[]) AS currency, unnest($17::text[]) AS found,
           unnest($19::boolean[]) AS pending, unnest($21::text[]) AS key,
           unnest($23::text[]) AS verdict, unnest($25::text[]) AS payee,
           unnest($27::text[]) AS payee_folded, unnest($29::text[]) AS original,
           unnest($31::text[]) AS memo, unnest($33::text[]) AS category,
           unnest($35::text[]) AS category_folded, unnest($37::text[]) AS tags,
           unnest($39::text[]) AS tags_folded, unnest($41::text[]) AS number,
           unnest($43::text[]) AS counter, unnest($45::text[]) AS bank_id,
           unnest($47::text[]) AS reference) AS x;

-- The accounts of the file: $3 the account that was named, $4 the bank, then for each account its
-- number, the folded number, the name it would get (or null) and that folded, currency, rows, opening
-- and closing balance. An account of that name that is known by another number is another one: then the
-- new one is called by its number. Two forms of one number (IBAN and not, masked and not) end alike.
-- name: place
INSERT INTO ninepence.import_statements
    (ledger_id, import_id, position, number, folded, currency, account_id, name, row_count, opening,
     closing)
SELECT $1::bigint, $2::bigint, s.position, s.number,
       CASE WHEN same.is_other THEN s.folded ELSE coalesce(s.name_folded, '') END, s.currency,
       coalesce($3::bigint, known.account_id, CASE WHEN NOT same.is_other THEN same.account_id END),
       CASE WHEN same.is_other THEN s.number ELSE s.name END, s.row_count, s.opening, s.closing
FROM unnest($5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::bigint[], $11::numeric[],
            $12::numeric[]) WITH ORDINALITY
    AS s (number, folded, name, name_folded, currency, row_count, opening, closing, position)
LEFT JOIN LATERAL (
    SELECT min(o.account_id) AS account_id
    FROM ninepence.import_sources o
    JOIN ninepence.accounts a ON a.ledger_id = $1::bigint AND a.account_id = o.account_id
    WHERE o.ledger_id = $1::bigint AND o.bank = $4::text AND o.number = s.number
        AND (o.bank <> '' OR o.number <> '')
    HAVING count(DISTINCT o.account_id) = 1) AS known ON true
LEFT JOIN LATERAL (
    SELECT a.account_id, a.folded <> s.folded AND EXISTS (
               SELECT 1
               FROM ninepence.import_sources o
               CROSS JOIN LATERAL (SELECT coalesce(substring(o.number FROM '[0-9]+$'), ''),
                                          coalesce(substring(s.number FROM '[0-9]+$'), ''))
                   AS e (old, new)
               WHERE o.ledger_id = $1::bigint AND o.account_id = a.account_id
                   AND right(e.old, length(e.new)) <> e.new
                   AND right(e.new, length(e.old)) <> e.old) AS is_other
    FROM ninepence.accounts a
    WHERE a.ledger_id = $1::bigint AND a.folded IN (nullif(s.folded, ''), nullif(s.name_folded, ''))
    ORDER BY is_other, a.account_id
    LIMIT 1) AS same ON true;

-- The end of the reading: $3 facts as JSON, $4 rows that could not be read, $5 whether rows are parts of
-- one entry, $6 and $7 the first and last day of the rows.
-- name: finish
UPDATE ninepence.imports i
SET facts = $3::text, errors = $4::bigint, has_parts = $5::boolean, first_day = $6::date, last_day = $7::date
WHERE i.ledger_id = $1::bigint AND i.import_id = $2::bigint;

-- What there is to say about an import: the file, its accounts, how many rows of each verdict.
-- name: head
SELECT i.state, i.bank, i.facts, i.errors, i.first_day::text, i.last_day::text,
       v.tally -> 'new' AS fresh, v.tally -> 'same' AS same, v.tally -> 'booked' AS booked,
       v.tally -> 'likely' AS likely, v.tally -> 'conflicting' AS conflicting, v.tally -> 'empty' AS empty,
       v.tally -> 'transfers' AS transfers, o.accounts, o.nameless, b.purchase, b.purchases
FROM ninepence.imports i
CROSS JOIN LATERAL (
    SELECT coalesce(i.tally, (
        -- include: import_tally
        )) AS tally) AS v
CROSS JOIN LATERAL (
    SELECT string_agg(coalesce(a.name, s.name || ' (new)'), chr(31) ORDER BY s.position) AS accounts,
           count(*) FILTER (WHERE a.account_id IS NULL AND s.name IS NULL AND NOT i.is_own) AS nameless
    FROM ninepence.import_statements s
    LEFT JOIN ninepence.accounts a ON a.ledger_id = $1::bigint AND a.account_id = s.account_id
    WHERE s.ledger_id = $1::bigint AND s.import_id = $2::bigint) AS o
CROSS JOIN LATERAL (
    -- What it booked although more of it came back.
    SELECT min(p.expense_id) AS purchase, count(DISTINCT p.expense_id) AS purchases
    FROM ninepence.import_rows r
    JOIN ninepence.expenses p ON p.ledger_id = $1::bigint AND p.expense_id = r.match_id
    CROSS JOIN LATERAL (
        SELECT x.currency, 0 AS coming FROM ninepence.expenses x
        WHERE x.ledger_id = $1::bigint AND x.refund_of = p.expense_id AND x.deleted_at IS NULL) AS d
    WHERE i.state = 'committed' AND (v.tally ->> 'booked')::bigint > 0
        AND r.ledger_id = $1::bigint AND r.import_id = $2::bigint AND r.verdict = 'booked' AND (
            -- include: refund_misfit
            ) IN ('other', 'exceeded')) AS b
WHERE i.ledger_id = $1::bigint AND i.import_id = $2::bigint;

-- The rows that people should look at, what is in doubt first: $3 most, of the verdicts
-- $4 in their order.
-- name: rows
WITH chunk AS MATERIALIZED (
    SELECT r.*, s.account_id, s.name AS account_name, h.is_own, becomes.kind,
           -- include: import_has_past
           AS has_past
    FROM (
        SELECT x.*, v.turn
        FROM unnest($4::text[]) WITH ORDINALITY AS v (verdict, turn)
        CROSS JOIN LATERAL (
            SELECT o.*
            FROM ninepence.import_rows o
            WHERE o.ledger_id = $1::bigint AND o.import_id = $2::bigint AND o.verdict = v.verdict
            ORDER BY o.n
            LIMIT $3::integer) AS x
        ORDER BY v.turn, x.n
        LIMIT $3::integer) AS r
    JOIN ninepence.imports h ON h.ledger_id = $1::bigint AND h.import_id = $2::bigint
    JOIN ninepence.import_statements s ON s.ledger_id = $1::bigint AND s.import_id = $2::bigint
        AND s.number = r.number
    -- include: import_becomes
), past AS MATERIALIZED (
    -- include: import_past
)
SELECT r.n, r.line, r.verdict, r.spent_on::text, trim_scale(sense.amount)::text AS amount, r.currency,
       CASE WHEN r.found IN ('fee', 'cash') THEN r.found ELSE r.kind END AS kind, r.payee,
       CASE WHEN r.original IS DISTINCT FROM r.payee THEN left(r.original, 120) END AS original,
       (SELECT c.path FROM ninepence.categories c
        WHERE c.ledger_id = $1::bigint AND c.category_id = sense.category_id) AS category,
       coalesce(a.name, r.account_name) AS account, r.pending, coalesce(r.match_id, r.partner_id) AS match_id,
       r.match_id IS NULL AND r.partner_id IS NOT NULL AS is_partner
FROM chunk r
LEFT JOIN ninepence.accounts a ON a.ledger_id = $1::bigint AND a.account_id = r.account_id
-- include: import_sense
ORDER BY r.turn, r.n;
