-- What needs the rows to be there: refunds, receipts, tags, amounts in the ledger's currency.
-- $1 ledger, $2 today.

-- name: add_refunds
-- The boots came back whole; one Amazon purchase in nine above 40 was returned nine days later.
INSERT INTO ninepence.expenses (ledger_id, user_id, category_id, account_id, spent_on, amount,
    currency, merchant, merchant_folded, description, kind, refund_of, created_at, updated_at)
SELECT $1::bigint, e.user_id, e.category_id, e.account_id, e.spent_on + r.days, -e.amount,
       e.currency, e.merchant, e.merchant_folded, 'refund', 'refund', e.expense_id,
       (e.spent_on + r.days + time '09:00') AT TIME ZONE 'UTC',
       (e.spent_on + r.days + time '09:00') AT TIME ZONE 'UTC'
FROM ninepence.expenses AS e
CROSS JOIN LATERAL (SELECT CASE e.merchant_folded WHEN 'zappos' THEN 12 ELSE 9 END AS days) AS r
WHERE e.ledger_id = $1 AND e.kind = 'expense' AND e.spent_on + r.days <= $2::date
      AND (e.merchant_folded = 'zappos' AND e.amount = 120
           OR e.merchant_folded = 'amazon' AND e.amount > 40
              AND ('x' || substr(md5('refund' || e.spent_on || e.amount), 1, 7))::bit(28)::int % 9 = 0)
ORDER BY e.spent_on, e.expense_id;

-- name: link_receipts
UPDATE ninepence.expenses AS e
SET receipt_id = r.first_id
FROM (SELECT spent_on, merchant_folded, min(expense_id) AS first_id
      FROM ninepence.expenses
      WHERE ledger_id = $1::bigint AND merchant_folded IN ('costco', 'ikea')
      GROUP BY spent_on, merchant_folded
      HAVING count(*) > 1) AS r
WHERE e.ledger_id = $1 AND e.spent_on = r.spent_on AND e.merchant_folded = r.merchant_folded;

-- name: tag_expenses
INSERT INTO ninepence.expense_tags (ledger_id, expense_id, tag_id)
SELECT $1::bigint, e.expense_id, t.tag_id
FROM ninepence.expenses AS e
JOIN ninepence.tags AS t ON t.ledger_id = $1 AND t.folded = CASE
    WHEN e.currency = 'CLP' OR e.merchant_folded = 'latam' THEN 'chile trip'
    WHEN e.currency = 'EUR' AND e.merchant_folded <> 'hetzner'
         OR e.merchant_folded = 'tap air portugal' THEN 'lisbon'
    WHEN e.description = 'presents' OR e.description = 'Christmas dinner' THEN 'family'
    WHEN e.receipt_id IS NOT NULL AND e.merchant_folded = 'ikea' THEN 'shared'
    WHEN e.merchant_folded = 'uber'
         AND ('x' || substr(md5('work' || e.spent_on), 1, 7))::bit(28)::int % 4 = 0 THEN 'work'
    END
WHERE e.ledger_id = $1;

-- name: convert_amounts
-- The amount in dollars at the rate of the day (or the newest of the seven days before it), rounded
-- half to even.
UPDATE ninepence.expenses AS e
SET base_amount = CASE
        WHEN abs(b.exact * 100 - trunc(b.exact * 100)) = 0.5 THEN 2 * round(b.exact * 50) / 100
        ELSE round(b.exact, 2)
    END
FROM (SELECT x.expense_id, x.amount * CASE x.currency WHEN 'USD' THEN 1 ELSE r.rate END AS exact
      FROM ninepence.expenses AS x
      LEFT JOIN LATERAL (
          SELECT y.rate FROM ninepence.rates AS y
          WHERE y.ledger_id = $1 AND y.currency = x.currency
                AND y.on_day BETWEEN x.spent_on - 7 AND x.spent_on
          ORDER BY y.on_day DESC LIMIT 1) AS r ON true
      WHERE x.ledger_id = $1::bigint) AS b
WHERE e.ledger_id = $1 AND e.expense_id = b.expense_id;

-- name: count_expenses
SELECT count(*), count(*) FILTER (WHERE base_amount IS NULL), min(spent_on), max(spent_on)
FROM ninepence.expenses
WHERE ledger_id = $1::bigint;
