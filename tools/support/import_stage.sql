-- A bank's file into import_rows, and what each row is to the books. $1 ledger; $2 the import, unless
-- said otherwise. Nothing here touches the books.

-- Many rows take longer than an answer may, and joins of them are no loops.
-- name: prepare
SELECT set_config('statement_timeout', $1::text, true), set_config('enable_nestloop', $2::text, true);

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

-- name: stage
INSERT INTO ninepence.import_rows
    (ledger_id, import_id, n, entry, part, line, spent_on, amount, currency, found, pending, payee,
     payee_folded, original, memo, category, category_folded, tags, tags_folded, number,
     counter, bank_id, reference)
SELECT $1::bigint, $2::bigint, x.n, x.entry, x.part, x.line, x.spent_on, x.amount, x.currency, x.found,
       x.pending, x.payee, x.payee_folded, x.original, x.memo, x.category, x.category_folded, x.tags,
       x.tags_folded, x.number, x.counter, x.bank_id, x.reference
FROM unnest($3::integer[], $4::integer[], $5::integer[], $6::bigint[], $7::date[], $8::numeric[],
            $9::text[], $10::text[], $11::boolean[], $12::text[], $13::text[], $14::text[],
            $15::text[], $16::text[], $17::text[], $18::text[], $19::text[], $20::text[], $21::text[],
            $22::text[], $23::text[])
    AS x (n, entry, part, line, spent_on, amount, currency, found, pending, payee, payee_folded,
          original, memo, category, category_folded, tags, tags_folded, number, counter, bank_id,
          reference);

-- The accounts of the file: $3 the account that was named, $4 the bank, then for each account its
-- number, the folded number, the name it would get (or null) and that folded, currency, rows, opening
-- and closing balance.
-- name: place
INSERT INTO ninepence.import_statements
    (ledger_id, import_id, position, number, folded, currency, account_id, name, row_count, opening,
     closing)
SELECT $1::bigint, $2::bigint, s.position, s.number, coalesce(s.name_folded, ''), s.currency,
       coalesce($3::bigint, known.account_id, same.account_id), s.name, s.row_count, s.opening,
       s.closing
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
    SELECT a.account_id
    FROM ninepence.accounts a
    WHERE a.ledger_id = $1::bigint AND a.folded IN (nullif(s.folded, ''), nullif(s.name_folded, ''))
    ORDER BY a.account_id
    LIMIT 1) AS same ON true;

-- The end of the reading: $3 facts as JSON, $4 rows that could not be read.
-- name: finish
UPDATE ninepence.imports i
SET facts = $3::text, errors = $4::bigint, first_day = d.first_day, last_day = d.last_day
FROM (SELECT min(r.spent_on) AS first_day, max(r.spent_on) AS last_day
      FROM ninepence.import_rows r
      WHERE r.ledger_id = $1::bigint AND r.import_id = $2::bigint) AS d
WHERE i.ledger_id = $1::bigint AND i.import_id = $2::bigint;

-- Gives each row its key and compares it with what has that key already. An id that stands for
-- different rows of one file is none. Equal rows without an id are told apart by their order.
-- name: classify
WITH head AS MATERIALIZED (
    SELECT i.format, i.is_own
    FROM ninepence.imports i
    WHERE i.ledger_id = $1::bigint AND i.import_id = $2::bigint
), spoiled AS MATERIALIZED (
    SELECT r.number, r.bank_id
    FROM ninepence.import_rows r
    WHERE r.ledger_id = $1::bigint AND r.import_id = $2::bigint AND r.bank_id IS NOT NULL
        AND r.part <= 1
    GROUP BY r.number, r.bank_id
    HAVING count(DISTINCT (r.spent_on, r.amount, r.original)) > 1
), hashed AS MATERIALIZED (
    SELECT r.n, r.part, r.number, r.amount, r.currency, r.pending, s.account_id,
           CASE WHEN p.bank_id IS NULL THEN r.bank_id END AS id,
           left(encode(sha256(convert_to(concat_ws(chr(31),
               CASE WHEN r.pending THEN '' ELSE to_char(r.spent_on, 'YYYY-MM-DD') END,
               r.amount::text, r.currency, coalesce(r.original, ''), coalesce(r.memo, ''),
               coalesce(r.reference, ''), coalesce(r.counter, '')), 'UTF8')), 'hex'), 32) AS hash
    FROM ninepence.import_rows r
    LEFT JOIN ninepence.import_statements s ON s.ledger_id = $1::bigint
        AND s.import_id = $2::bigint AND s.number = r.number
    LEFT JOIN spoiled p ON p.number = r.number AND p.bank_id = r.bank_id
    WHERE r.ledger_id = $1::bigint AND r.import_id = $2::bigint
), keyed AS MATERIALIZED (
    SELECT h.n, h.amount, h.currency, h.pending, h.account_id, h.id,
           head.format || CASE WHEN h.id IS NOT NULL THEN ':i:' || h.id
               ELSE ':h:' || h.hash || ':'
                    || row_number() OVER (PARTITION BY h.number, h.hash, h.part ORDER BY h.n) END
               || CASE WHEN h.part > 0 THEN '/' || h.part ELSE '' END AS key,
           CASE WHEN h.id IS NULL THEN 1
                ELSE row_number() OVER (PARTITION BY h.number, h.id, h.part ORDER BY h.n) END AS times,
           CASE WHEN head.is_own AND h.id ~ '^e[0-9]{1,18}$' THEN substr(h.id, 2)::bigint END AS own_id
    FROM hashed h
    CROSS JOIN head
)
UPDATE ninepence.import_rows r
SET account_id = k.account_id, key = k.key, match_id = k.expense_id, partner_id = NULL,
    verdict = CASE WHEN k.amount = 0 THEN 'empty'
                   WHEN k.times > 1 THEN 'same'
                   WHEN k.expense_id IS NULL THEN 'new'
                   WHEN k.deleted_at IS NOT NULL THEN 'same'
                   WHEN k.was_pending AND NOT k.pending THEN 'booked'
                   WHEN k.version = 1 AND NOT k.pending
                        AND (k.known_amount, k.known_currency) <> (k.amount, k.currency)
                   THEN 'conflicting'
                   ELSE 'same' END
FROM (
    SELECT y.*, e.expense_id, e.deleted_at, e.pending AS was_pending, e.version,
           e.currency AS known_currency,
           CASE e.kind WHEN 'income' THEN e.amount ELSE -e.amount END AS known_amount
    FROM keyed y
    LEFT JOIN LATERAL (
        SELECT x.*
        FROM ninepence.expenses x
        WHERE x.ledger_id = $1::bigint AND x.external_id = y.key
            AND (x.account_id IS NOT DISTINCT FROM y.account_id
                 OR (x.version > 1 AND y.id IS NOT NULL))
            AND (x.deleted_at IS NULL OR NOT EXISTS (
                SELECT 1
                FROM ninepence.imports i
                JOIN ninepence.changes c ON c.ledger_id = $1::bigint AND c.change_id = i.change_id
                WHERE i.ledger_id = $1::bigint AND i.import_id = x.import_id
                    AND c.undone_by IS NOT NULL))
        UNION ALL
        SELECT x.*
        FROM ninepence.expenses x
        WHERE x.ledger_id = $1::bigint AND x.expense_id = y.own_id AND x.currency = y.currency
            AND CASE x.kind WHEN 'income' THEN x.amount ELSE -x.amount END = y.amount
            AND x.deleted_at IS NULL
        ORDER BY deleted_at NULLS FIRST, expense_id
        LIMIT 1) AS e ON true
) AS k
WHERE r.ledger_id = $1::bigint AND r.import_id = $2::bigint AND r.n = k.n;

-- New rows that stand in the books already without this key: entered by hand, out of a file of another
-- kind, or pending. One expense answers for one row; k equal ones for k equal rows. Runs twice: what
-- lost its best match to another row may have a second one.
-- name: match
WITH fresh AS MATERIALIZED (
    SELECT r.n, r.account_id, r.spent_on, r.amount, r.currency, r.pending, r.payee_folded,
           split_part(r.key, ':', 1) || split_part(r.key, ':', 2) AS scheme
    FROM ninepence.import_rows r
    WHERE r.ledger_id = $1::bigint AND r.import_id = $2::bigint AND r.verdict = 'new'
), span AS MATERIALIZED (
    SELECT min(f.spent_on) - 15 AS first_day, max(f.spent_on) + 15 AS last_day FROM fresh f
), old AS MATERIALIZED (
    SELECT e.expense_id, e.account_id, e.spent_on, e.currency, e.pending, e.merchant_folded,
           CASE e.kind WHEN 'income' THEN e.amount ELSE -e.amount END AS amount,
           CASE WHEN e.external_id IS NOT NULL
                THEN split_part(e.external_id, ':', 1) || split_part(e.external_id, ':', 2) END AS scheme
    FROM ninepence.expenses e
    WHERE e.ledger_id = $1::bigint AND e.deleted_at IS NULL
        AND e.spent_on BETWEEN (SELECT first_day FROM span) AND (SELECT last_day FROM span)
        AND NOT EXISTS (SELECT 1 FROM ninepence.import_rows t
                        WHERE t.ledger_id = $1::bigint AND t.import_id = $2::bigint
                            AND t.match_id = e.expense_id)
), pairs AS (
    SELECT f.n, o.expense_id, o.pending AND NOT f.pending AS books,
           row_number() OVER (PARTITION BY f.n ORDER BY near.distance, o.expense_id) AS of_row,
           row_number() OVER (PARTITION BY o.expense_id ORDER BY near.distance, f.n) AS of_old
    FROM fresh f
    JOIN old o ON o.amount = f.amount AND o.currency = f.currency
        AND (o.account_id = f.account_id OR o.account_id IS NULL)
    CROSS JOIN LATERAL (
        SELECT f.spent_on - o.spent_on AS days,
               CASE WHEN f.payee_folded IS NULL OR o.merchant_folded IS NULL THEN 1
                    WHEN string_to_array(f.payee_folded, ' ')
                         && string_to_array(o.merchant_folded, ' ') THEN 0
                    ELSE 3 END AS strange
    ) AS seen
    CROSS JOIN LATERAL (SELECT 2 * abs(seen.days) + seen.strange AS distance) AS near
    WHERE CASE WHEN o.pending AND NOT f.pending
               THEN seen.days BETWEEN -3 AND 14 AND seen.strange < 3
               WHEN o.scheme IS NULL
               THEN abs(seen.days) <= CASE seen.strange WHEN 0 THEN 5 WHEN 1 THEN 3 ELSE 0 END
               WHEN o.scheme = f.scheme
               THEN seen.days = 0 AND seen.strange < 3 AND f.scheme LIKE '%h'
               ELSE seen.days = 0 OR (abs(seen.days) <= 3 AND seen.strange < 3) END
), of_rows AS (
    SELECT DISTINCT ON (p.n) p.n, p.expense_id, p.books, p.of_row
    FROM pairs p
    WHERE p.of_row = p.of_old
    ORDER BY p.n, p.of_row
), chosen AS (
    SELECT DISTINCT ON (c.expense_id) c.n, c.expense_id, c.books
    FROM of_rows c
    ORDER BY c.expense_id, c.of_row
)
UPDATE ninepence.import_rows r
SET verdict = CASE WHEN c.books THEN 'booked' ELSE 'likely' END, match_id = c.expense_id
FROM chosen c
WHERE r.ledger_id = $1::bigint AND r.import_id = $2::bigint AND r.n = c.n;

-- Money that came from where money went: a refund, though the bank did not say so.
-- name: refunds
WITH back AS MATERIALIZED (
    SELECT r.n, r.payee_folded, r.amount, r.currency, r.spent_on
    FROM ninepence.import_rows r
    JOIN ninepence.imports i ON i.ledger_id = $1::bigint AND i.import_id = $2::bigint
    WHERE r.ledger_id = $1::bigint AND r.import_id = $2::bigint AND r.verdict = 'new'
        AND r.amount > 0 AND r.found = 'income' AND r.payee_folded IS NOT NULL AND NOT i.is_own
), bought AS (
    SELECT b.n
    FROM back b
    JOIN ninepence.import_rows o ON o.ledger_id = $1::bigint AND o.import_id = $2::bigint
        AND o.payee_folded = b.payee_folded AND o.found = 'purchase' AND -o.amount >= b.amount
        AND o.currency = b.currency AND o.spent_on BETWEEN b.spent_on - 180 AND b.spent_on
    UNION
    SELECT b.n
    FROM back b
    CROSS JOIN LATERAL (
        SELECT 1
        FROM ninepence.expenses e
        WHERE e.ledger_id = $1::bigint AND e.merchant_folded = b.payee_folded
            AND e.deleted_at IS NULL AND e.kind = 'expense' AND e.amount >= b.amount
            AND e.currency = b.currency AND e.spent_on BETWEEN b.spent_on - 180 AND b.spent_on
        LIMIT 1) AS e
)
UPDATE ninepence.import_rows r
SET found = 'refund'
FROM bought b
WHERE r.ledger_id = $1::bigint AND r.import_id = $2::bigint AND r.n = b.n;

-- Both legs of a transfer between own accounts: equal amounts of opposite signs in two accounts within
-- four days, and something that says so (the bank's word for it, the other account's number, the
-- other account's name). Other legs are rows of this file or expenses.
-- name: transfers
WITH fresh AS MATERIALIZED (
    SELECT r.n, r.account_id, r.spent_on, r.amount, r.currency, r.found, r.counter,
           lower(concat_ws(' ', r.payee_folded, r.original, r.memo)) AS text
    FROM ninepence.import_rows r
    JOIN ninepence.imports i ON i.ledger_id = $1::bigint AND i.import_id = $2::bigint
    WHERE r.ledger_id = $1::bigint AND r.import_id = $2::bigint AND r.verdict = 'new'
        AND r.account_id IS NOT NULL AND NOT i.is_own
), span AS MATERIALIZED (
    SELECT min(f.spent_on) - 4 AS first_day, max(f.spent_on) + 4 AS last_day FROM fresh f
), legs AS MATERIALIZED (
    SELECT f.n, NULL::bigint AS expense_id, f.account_id, f.spent_on, f.amount, f.currency, f.found,
           f.counter, f.text
    FROM fresh f
    UNION ALL
    SELECT NULL, e.expense_id, e.account_id, e.spent_on,
           CASE e.kind WHEN 'income' THEN e.amount ELSE -e.amount END, e.currency, e.kind, NULL,
           lower(concat_ws(' ', e.merchant_folded, e.description))
    FROM ninepence.expenses e
    WHERE e.ledger_id = $1::bigint AND e.deleted_at IS NULL AND e.account_id IS NOT NULL
        AND e.spent_on BETWEEN (SELECT first_day FROM span) AND (SELECT last_day FROM span)
), pairs AS (
    SELECT f.n, l.n AS other_n, l.expense_id,
           row_number() OVER (PARTITION BY f.n
                              ORDER BY says.score DESC, abs(f.spent_on - l.spent_on), l.n, l.expense_id)
               AS of_row,
           row_number() OVER (PARTITION BY l.n, l.expense_id
                              ORDER BY says.score DESC, abs(f.spent_on - l.spent_on), f.n) AS of_leg
    FROM fresh f
    JOIN legs l ON l.amount = -f.amount AND l.currency = f.currency AND l.account_id <> f.account_id
        AND abs(f.spent_on - l.spent_on) <= 4
    JOIN ninepence.accounts mine ON mine.ledger_id = $1::bigint AND mine.account_id = f.account_id
    JOIN ninepence.accounts theirs ON theirs.ledger_id = $1::bigint AND theirs.account_id = l.account_id
    CROSS JOIN LATERAL (
        SELECT CASE WHEN f.found = 'transfer' THEN 2 ELSE 0 END
               + CASE WHEN l.found = 'transfer' THEN 2 ELSE 0 END
               + CASE WHEN length(theirs.folded) > 3 AND position(theirs.folded IN f.text) > 0
                      THEN 2 ELSE 0 END
               + CASE WHEN length(mine.folded) > 3 AND position(mine.folded IN l.text) > 0
                      THEN 2 ELSE 0 END
               + CASE WHEN EXISTS (
                          SELECT 1 FROM ninepence.import_sources s
                          WHERE s.ledger_id = $1::bigint AND s.number <> ''
                              AND ((s.account_id = theirs.account_id
                                    AND replace(s.number, ' ', '') = replace(f.counter, ' ', ''))
                                   OR (s.account_id = mine.account_id
                                       AND replace(s.number, ' ', '') = replace(l.counter, ' ', ''))))
                      THEN 3 ELSE 0 END AS score
    ) AS says
    WHERE says.score >= 2
), chosen AS (
    SELECT DISTINCT ON (p.n) p.n, p.expense_id
    FROM pairs p
    WHERE p.of_row = p.of_leg
    ORDER BY p.n, p.of_row
)
UPDATE ninepence.import_rows r
SET found = 'transfer', partner_id = c.expense_id
FROM chosen c
WHERE r.ledger_id = $1::bigint AND r.import_id = $2::bigint AND r.n = c.n;

-- What there is to say about an import: the file, its accounts, how many rows of each verdict.
-- name: head
SELECT i.state, i.bank, i.facts, i.errors, v.first_day::text, v.last_day::text, v.fresh, v.same, v.booked,
       v.likely, v.conflicting, v.empty, v.transfers, o.accounts, o.nameless
FROM ninepence.imports i
CROSS JOIN LATERAL (
    SELECT min(r.spent_on) AS first_day, max(r.spent_on) AS last_day,
           count(*) FILTER (WHERE r.verdict = 'new') AS fresh,
           count(*) FILTER (WHERE r.verdict = 'same') AS same,
           count(*) FILTER (WHERE r.verdict = 'booked') AS booked,
           count(*) FILTER (WHERE r.verdict = 'likely') AS likely,
           count(*) FILTER (WHERE r.verdict = 'conflicting') AS conflicting,
           count(*) FILTER (WHERE r.verdict = 'empty') AS empty,
           count(*) FILTER (WHERE r.verdict = 'new'
                            AND (r.found = 'transfer' OR r.partner_id IS NOT NULL)) AS transfers
    FROM ninepence.import_rows r
    WHERE r.ledger_id = $1::bigint AND r.import_id = $2::bigint) AS v
CROSS JOIN LATERAL (
    SELECT string_agg(coalesce(a.name, s.name || ' (new)'), chr(31) ORDER BY s.position) AS accounts,
           count(*) FILTER (WHERE a.account_id IS NULL AND s.name IS NULL AND NOT i.is_own) AS nameless
    FROM ninepence.import_statements s
    LEFT JOIN ninepence.accounts a ON a.ledger_id = $1::bigint AND a.account_id = s.account_id
    WHERE s.ledger_id = $1::bigint AND s.import_id = $2::bigint) AS o
WHERE i.ledger_id = $1::bigint AND i.import_id = $2::bigint;

-- The rows that people should look at, what is in doubt first: $3 most.
-- name: rows
SELECT r.n, r.line, r.verdict, r.spent_on::text, trim_scale(sense.amount)::text AS amount, r.currency,
       CASE WHEN r.found IN ('fee', 'cash') THEN r.found ELSE sense.kind END AS kind, r.payee,
       CASE WHEN r.original IS DISTINCT FROM r.payee THEN left(r.original, 120) END AS original,
       (SELECT c.path FROM ninepence.categories c
        WHERE c.ledger_id = $1::bigint AND c.category_id = sense.category_id) AS category,
       coalesce(a.name, s.name) AS account, r.pending, coalesce(r.match_id, r.partner_id) AS match_id,
       r.match_id IS NULL AND r.partner_id IS NOT NULL AS is_partner
FROM (
    SELECT x.*
    FROM ninepence.import_rows x
    WHERE x.ledger_id = $1::bigint AND x.import_id = $2::bigint
    ORDER BY array_position(ARRAY['conflicting', 'likely', 'booked', 'new', 'empty', 'same'], x.verdict), x.n
    LIMIT $3::integer) AS r
JOIN ninepence.imports h ON h.ledger_id = $1::bigint AND h.import_id = $2::bigint
LEFT JOIN ninepence.import_statements s ON s.ledger_id = $1::bigint AND s.import_id = $2::bigint
    AND s.number = r.number
LEFT JOIN ninepence.accounts a ON a.ledger_id = $1::bigint AND a.account_id = s.account_id
-- include: import_sense
ORDER BY array_position(ARRAY['conflicting', 'likely', 'booked', 'new', 'empty', 'same'], r.verdict), r.n;
