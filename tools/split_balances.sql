-- Who paid, whose share it was, and what users gave each other. The names of the users are those of
-- the filter; $13 is whether any were named, otherwise everybody shares.
-- name: balances
WITH
-- include: filter
, sharers AS MATERIALIZED (
    SELECT u.user_id, u.name, coalesce(f.item, 0) AS item
    FROM ninepence.users u
    LEFT JOIN found f ON f.kind = 'u' AND f.id = u.user_id
    WHERE u.ledger_id = $1::bigint AND (f.item IS NOT NULL OR NOT $13::boolean)
), hit AS (
    -- With paid_by it is known whose share a row is; what nobody of these paid is not theirs.
    SELECT m.slot, m.spent_on, m.kind, m.currency, m.amount, m.value, m.pending, m.deleted,
           m.kind_counts, m.user_id, coalesce(p.paid_by, m.user_id) AS payer,
           p.paid_by IS NOT NULL AS is_said,
           NOT m.deleted AND m.kind_counts AND y.user_id IS NOT NULL AND s.user_id IS NOT NULL
               AS included,
           NOT m.deleted AND m.kind = 'transfer' AND p.paid_by <> m.user_id
               AND y.user_id IS NOT NULL AND s.user_id IS NOT NULL AS is_settlement
    FROM matched m
    LEFT JOIN ninepence.expenses p ON p.ledger_id = $1::bigint AND p.expense_id = m.expense_id
        AND p.paid_by IS NOT NULL
    LEFT JOIN (SELECT DISTINCT user_id FROM sharers) y ON y.user_id = coalesce(p.paid_by, m.user_id)
    LEFT JOIN (SELECT DISTINCT user_id FROM sharers) s ON s.user_id = m.user_id
),
-- include: basis
, flows AS (
    SELECT h.payer AS user_id, h.value AS paid, CASE WHEN NOT h.is_said THEN h.value END AS shared,
           NULL::numeric AS share, NULL::numeric AS given, NULL::numeric AS received
    FROM hit h WHERE h.included
    UNION ALL
    SELECT h.user_id, NULL, NULL, h.value, NULL, NULL FROM hit h WHERE h.included AND h.is_said
    UNION ALL
    SELECT h.payer, NULL, NULL, NULL, abs(h.value), NULL FROM hit h WHERE h.is_settlement
    UNION ALL
    SELECT h.user_id, NULL, NULL, NULL, NULL, abs(h.value) FROM hit h WHERE h.is_settlement
), sums AS (
    SELECT f.user_id, sum(f.paid) AS paid, sum(f.shared) AS shared, sum(f.share) AS share,
           sum(f.given) AS given, sum(f.received) AS received
    FROM flows f
    GROUP BY f.user_id
)
SELECT
-- include: basis_columns
, b.settlements, b.others, b.settlements_missing,
s.user_id, s.name, coalesce(x.paid, 0) AS paid, coalesce(x.shared, 0) AS shared,
coalesce(x.share, 0) AS share, coalesce(x.given, 0) AS given, coalesce(x.received, 0) AS received
FROM (SELECT basis.*,
             (SELECT count(h.value) FROM hit h WHERE h.is_settlement) AS settlements,
             (SELECT count(*) FROM hit h
              WHERE NOT h.deleted AND h.kind_counts AND NOT h.included) AS others,
             (SELECT count(*) FROM hit h WHERE h.is_settlement AND h.value IS NULL)
                 AS settlements_missing
      FROM basis) b
LEFT JOIN sharers s ON true
LEFT JOIN sums x ON x.user_id = s.user_id
ORDER BY s.item, s.user_id;
