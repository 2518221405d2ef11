-- What the merchants of `chunk` (with has_past: whether anything in the books has a category) mostly were of
-- late, looked up once for each of them and kind: a map, null when there are none.
SELECT jsonb_object_agg(m.payee_folded || chr(31) || m.kind, m.category_id) AS map
FROM (
    SELECT d.payee_folded, d.kind,
           (SELECT y.category_id
            FROM (SELECT x.category_id, x.kind, row_number() OVER () AS turn
                  FROM ninepence.expenses x
                  WHERE x.ledger_id = $1::bigint AND x.merchant_folded = d.payee_folded
                      AND x.deleted_at IS NULL
                  ORDER BY x.spent_on DESC, x.expense_id DESC
                  LIMIT 20) AS y
            WHERE y.category_id IS NOT NULL AND y.category_id <> ALL (ARRAY(
                    SELECT a.category_id FROM ninepence.categories a
                    WHERE a.ledger_id = $1::bigint AND a.archived))
                AND (y.kind IN ('expense', 'refund')) = (d.kind IN ('expense', 'refund'))
                AND (y.kind = 'transfer') = (d.kind = 'transfer')
            GROUP BY y.category_id
            ORDER BY count(*) DESC, min(y.turn)
            LIMIT 1) AS category_id
    FROM (SELECT DISTINCT c.payee_folded, c.kind
          FROM chunk c
          WHERE c.payee_folded IS NOT NULL AND NOT c.is_own AND c.has_past) AS d
) AS m
WHERE m.category_id IS NOT NULL
