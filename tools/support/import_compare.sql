-- What the rows of a file are to each other and to the books. $1 ledger, $2 import, unless said otherwise.
-- Nothing here touches the books. A file may have a million rows: nothing runs once per row that can run
-- once, and only rows that are not simply new are written again.

-- Rows that may have the key of an earlier row of the file (they have no verdict yet), and those of equal
-- keys. An id that stands for different rows of one file is none. Equal rows without an id are told
-- apart by their order. The hash is that of import_key.c.
-- name: settle
WITH head AS MATERIALIZED (
    SELECT i.format
    FROM ninepence.imports i
    WHERE i.ledger_id = $1::bigint AND i.import_id = $2::bigint
), doubtful AS MATERIALIZED (
    SELECT DISTINCT r.number, r.key, r.bank_id
    FROM ninepence.import_rows r
    WHERE r.ledger_id = $1::bigint AND r.import_id = $2::bigint AND r.verdict IS NULL
), concerned AS MATERIALIZED (
    SELECT r.*
    FROM ninepence.import_rows r
    WHERE r.ledger_id = $1::bigint AND r.import_id = $2::bigint
        AND ((r.number, r.key) IN (SELECT d.number, d.key FROM doubtful d)
             OR (r.bank_id IS NOT NULL
                 AND (r.number, r.bank_id) IN (SELECT d.number, d.bank_id FROM doubtful d
                                               WHERE d.bank_id IS NOT NULL)))
), spoiled AS MATERIALIZED (
    SELECT c.number, c.bank_id
    FROM concerned c
    WHERE c.bank_id IS NOT NULL AND c.part <= 1
    GROUP BY c.number, c.bank_id
    HAVING count(DISTINCT (c.spent_on, c.amount, c.original)) > 1
), hashed AS MATERIALIZED (
    SELECT c.n, c.part, c.number, c.amount, CASE WHEN p.bank_id IS NULL THEN c.bank_id END AS id,
           left(encode(sha256(convert_to(concat_ws(chr(31),
               CASE WHEN c.pending THEN '' ELSE to_char(c.spent_on, 'YYYY-MM-DD') END,
               c.amount::text, c.currency, coalesce(c.original, ''), coalesce(c.memo, ''),
               coalesce(c.reference, ''), coalesce(c.counter, '')), 'UTF8')), 'hex'), 32) AS hash
    FROM concerned c
    LEFT JOIN spoiled p ON p.number = c.number AND p.bank_id = c.bank_id
), keyed AS MATERIALIZED (
    SELECT h.n, h.amount,
           head.format || CASE WHEN h.id IS NOT NULL THEN ':i:' || h.id
               ELSE ':h:' || h.hash || ':'
                    || row_number() OVER (PARTITION BY h.id IS NULL, h.number, h.hash, h.part
                                          ORDER BY h.n) END
               || CASE WHEN h.part > 0 THEN '/' || h.part ELSE '' END AS key,
           CASE WHEN h.id IS NULL THEN 1
                ELSE row_number() OVER (PARTITION BY h.number, h.id, h.part ORDER BY h.n) END AS times
    FROM hashed h
    CROSS JOIN head
)
UPDATE ninepence.import_rows r
SET key = k.key, verdict = CASE WHEN k.amount = 0 THEN 'empty' WHEN k.times > 1 THEN 'same' ELSE 'new' END
FROM keyed k
WHERE r.ledger_id = $1::bigint AND r.import_id = $2::bigint AND r.n = k.n;

-- What there is to compare with, so that nothing is looked for in vain: $3 the key of a change that does
-- not count. `books` changes with every other change.
-- name: around
SELECT i.is_own OR EXISTS (SELECT 1 FROM ninepence.expenses e
                           WHERE e.ledger_id = $1::bigint AND e.external_id IS NOT NULL) AS has_keys,
       EXISTS (SELECT 1 FROM ninepence.expenses e
               WHERE e.ledger_id = $1::bigint AND e.deleted_at IS NULL
                   AND e.spent_on BETWEEN i.first_day - 15 AND i.last_day + 15) AS has_neighbours,
       (SELECT count(*) FROM ninepence.import_statements s
        WHERE s.ledger_id = $1::bigint AND s.import_id = $2::bigint) > 1
       OR EXISTS (SELECT 1 FROM ninepence.expenses e
                  WHERE e.ledger_id = $1::bigint AND e.deleted_at IS NULL AND e.account_id IS NOT NULL
                      AND e.spent_on BETWEEN i.first_day - 4 AND i.last_day + 4) AS has_legs,
       i.compared, b.books,
       (i.tally ->> 'booked')::bigint + (i.tally ->> 'likely')::bigint
       + (i.tally ->> 'partners')::bigint > 0 AS touches,
       -- include: import_has_past
       AS has_past,
       EXISTS (SELECT 1 FROM ninepence.expenses e
               WHERE e.ledger_id = $1::bigint AND e.deleted_at IS NULL AND e.kind = 'expense'
                   AND e.merchant_folded IS NOT NULL
                   AND e.spent_on BETWEEN i.first_day - 180 AND i.last_day) AS has_purchases
FROM ninepence.imports i
CROSS JOIN LATERAL (
    SELECT count(*) || ':' || coalesce(max(c.change_id), 0) AS books
    FROM ninepence.changes c
    WHERE c.ledger_id = $1::bigint AND c.key <> $3::text) AS b
WHERE i.ledger_id = $1::bigint AND i.import_id = $2::bigint;

-- Forgets what a former comparison found.
-- name: forget_verdicts
UPDATE ninepence.import_rows r
SET verdict = 'new', match_id = NULL, partner_id = NULL
WHERE r.ledger_id = $1::bigint AND r.import_id = $2::bigint
    AND (r.match_id IS NOT NULL OR r.partner_id IS NOT NULL);

-- The rows have been compared with the books as they were at $3. Whether some replace, join or pair with
-- expenses.
-- name: compared
UPDATE ninepence.imports i
SET compared = $3::text, tally = (
    -- include: import_tally
    )
WHERE i.ledger_id = $1::bigint AND i.import_id = $2::bigint
RETURNING (i.tally ->> 'booked')::bigint + (i.tally ->> 'likely')::bigint
          + (i.tally ->> 'partners')::bigint > 0 AS touches;

-- The same of rows that there was nothing to compare with, none of them in doubt: $4, $5 and $6 how many
-- are new, without an amount, and transfers among the new ones.
-- name: compared_as_read
UPDATE ninepence.imports i
SET compared = $3::text,
    tally = jsonb_build_object('new', $4::bigint, 'same', 0, 'booked', 0, 'likely', 0, 'conflicting', 0,
                               'empty', $5::bigint, 'transfers', $6::bigint, 'partners', 0)
WHERE i.ledger_id = $1::bigint AND i.import_id = $2::bigint;

-- $1 off: plans in which something is sorted cost more than any other.
-- name: sorting
SELECT set_config('enable_sort', $1::text, true);

-- Compares each new row with what has its key already. Keys are looked up in the collation of the index:
-- in that of the rows every expense of the ledger would be read for each of them. So it would by any other
-- index, and where statistics are of a table that was empty all of them seem to cost the same: but one alone
-- gives the order that is asked for, and nothing may be sorted (sorting).
-- name: known
UPDATE ninepence.import_rows r
SET match_id = k.expense_id,
    verdict = CASE WHEN k.deleted_at IS NOT NULL THEN 'same'
                   WHEN k.was_pending AND NOT k.pending THEN 'booked'
                   WHEN k.version = 1 AND NOT k.pending
                        AND (k.known_amount, k.known_currency) <> (k.amount, k.currency)
                   THEN 'conflicting'
                   ELSE 'same' END
FROM (
    SELECT y.n, y.amount, y.currency, y.pending, e.expense_id, e.deleted_at, e.pending AS was_pending,
           e.version, e.currency AS known_currency,
           CASE e.kind WHEN 'income' THEN e.amount ELSE -e.amount END AS known_amount
    FROM (
        SELECT o.n, o.amount, o.currency, o.pending, o.key, s.account_id,
               position(':i:' IN o.key) > 0 AS has_id,
               CASE WHEN i.is_own AND o.key ~ ':i:e[0-9]{1,18}$'
                    THEN substring(o.key FROM '[0-9]+$')::bigint END AS own_id
        FROM ninepence.import_rows o
        JOIN ninepence.imports i ON i.ledger_id = $1::bigint AND i.import_id = $2::bigint
        JOIN ninepence.import_statements s ON s.ledger_id = $1::bigint AND s.import_id = $2::bigint
            AND s.number = o.number
        WHERE o.ledger_id = $1::bigint AND o.import_id = $2::bigint AND o.verdict = 'new'
    ) AS y
    CROSS JOIN LATERAL (
        SELECT x.*
        FROM (SELECT z.*
              FROM ninepence.expenses z
              WHERE z.ledger_id = $1::bigint AND z.external_id >= y.key COLLATE "default"
                  AND z.external_id <= y.key COLLATE "default"
              ORDER BY z.external_id) AS x
        WHERE (x.account_id IS NOT DISTINCT FROM y.account_id OR (x.version > 1 AND y.has_id))
            AND (x.deleted_at IS NULL OR NOT EXISTS (
                SELECT 1
                FROM ninepence.imports i
                JOIN ninepence.changes c ON c.ledger_id = $1::bigint AND c.change_id = i.change_id
                WHERE i.ledger_id = $1::bigint AND i.import_id = x.import_id
                    AND c.undone_by IS NOT NULL))
        UNION ALL
        SELECT x.*
        FROM (SELECT z.*
              FROM ninepence.expenses z
              WHERE z.ledger_id = $1::bigint AND z.expense_id BETWEEN y.own_id AND y.own_id
              ORDER BY z.expense_id) AS x
        WHERE x.currency = y.currency
            AND CASE x.kind WHEN 'income' THEN x.amount ELSE -x.amount END = y.amount
            AND x.deleted_at IS NULL
        ORDER BY deleted_at NULLS FIRST, expense_id
        LIMIT 1) AS e
) AS k
WHERE r.ledger_id = $1::bigint AND r.import_id = $2::bigint AND r.n = k.n;

-- New rows that stand in the books already without this key: entered by hand, out of a file of another
-- kind, or pending. One expense answers for one row; k equal ones for k equal rows. Runs twice: what
-- lost its best match to another row may have a second one.
-- name: match
WITH fresh AS NOT MATERIALIZED (
    SELECT r.n, s.account_id, r.spent_on, r.amount, r.currency, r.pending, r.payee_folded,
           split_part(r.key, ':', 1) || split_part(r.key, ':', 2) AS scheme
    FROM ninepence.import_rows r
    JOIN ninepence.import_statements s ON s.ledger_id = $1::bigint AND s.import_id = $2::bigint
        AND s.number = r.number
    WHERE r.ledger_id = $1::bigint AND r.import_id = $2::bigint AND r.verdict = 'new'
), span AS MATERIALIZED (
    SELECT i.first_day - 15 AS first_day, i.last_day + 15 AS last_day
    FROM ninepence.imports i
    WHERE i.ledger_id = $1::bigint AND i.import_id = $2::bigint
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
                    WHEN NOT string_to_array(f.payee_folded, ' ')
                             && string_to_array(o.merchant_folded, ' ') THEN 3
                    WHEN split_part(f.payee_folded, ' ', 1) = split_part(o.merchant_folded, ' ', 1)
                        -- A flea market is not Whole Foods Market: one word of two says little.
                        OR 2 * (SELECT count(*) FROM unnest(string_to_array(f.payee_folded, ' ')) AS w
                                WHERE w = ANY (string_to_array(o.merchant_folded, ' ')))
                           > least(cardinality(string_to_array(f.payee_folded, ' ')),
                                   cardinality(string_to_array(o.merchant_folded, ' '))) THEN 0
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
), purchases AS MATERIALIZED (
    SELECT o.payee_folded, o.currency, o.spent_on, (o.spent_on - '1900-01-01'::date) / 181 AS half_year,
           max(-o.amount) AS most
    FROM ninepence.import_rows o
    WHERE o.ledger_id = $1::bigint AND o.import_id = $2::bigint AND o.found = 'purchase'
        AND o.payee_folded IN (SELECT b.payee_folded FROM back b)
    GROUP BY o.payee_folded, o.currency, o.spent_on
), bought AS (
    SELECT b.n
    FROM (SELECT x.*, (x.spent_on - '1900-01-01'::date) / 181 - h.before AS half_year
          FROM back x
          CROSS JOIN (VALUES (0), (1)) AS h (before)) AS b
    JOIN purchases p ON p.payee_folded = b.payee_folded AND p.currency = b.currency
        AND p.half_year = b.half_year AND p.most >= b.amount
        AND p.spent_on BETWEEN b.spent_on - 180 AND b.spent_on
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
-- other account's name, or "online transfer" on the one side and "deposit" on the other, neither of which
-- says it alone). Other legs are rows of this file or expenses.
-- name: transfers
WITH fresh AS NOT MATERIALIZED (
    SELECT r.n, s.account_id, r.spent_on, r.amount, r.currency, r.found, r.counter,
           lower(concat_ws(' ', r.payee_folded, r.original, r.memo)) AS text
    FROM ninepence.import_rows r
    JOIN ninepence.imports i ON i.ledger_id = $1::bigint AND i.import_id = $2::bigint
    JOIN ninepence.import_statements s ON s.ledger_id = $1::bigint AND s.import_id = $2::bigint
        AND s.number = r.number
    WHERE r.ledger_id = $1::bigint AND r.import_id = $2::bigint AND r.verdict = 'new'
        AND s.account_id IS NOT NULL AND NOT i.is_own
), span AS MATERIALIZED (
    SELECT i.first_day - 4 AS first_day, i.last_day + 4 AS last_day
    FROM ninepence.imports i
    WHERE i.ledger_id = $1::bigint AND i.import_id = $2::bigint
), legs AS MATERIALIZED (
    SELECT f.n, NULL::bigint AS expense_id, f.account_id, f.spent_on, f.amount, f.currency, f.found,
           f.counter, f.text
    FROM fresh f
    WHERE (SELECT count(*) FROM ninepence.import_statements s
           WHERE s.ledger_id = $1::bigint AND s.import_id = $2::bigint) > 1
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
                      THEN 3 ELSE 0 END
               + CASE WHEN string_to_array(f.text || ' ' || l.text, ' ')
                               && '{transfer,uberweisung,virement,transferencia,bonifico,overboeking,przelew}'
                           AND string_to_array(CASE WHEN f.amount > 0 THEN f.text ELSE l.text END, ' ')
                               && '{transfer,deposit,incoming,received,eingang,gutschrift,einzahlung,versement,ingreso,accredito,storting,wplata}'
                      THEN 2 ELSE 0 END AS score
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
