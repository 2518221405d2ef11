-- Totals over all of `hit` that is included, and what was left out of them; the names come from
-- `wanted`. The columns are those of enum basis_column in answer.h.
-- Rows are added up once, into a few cells.
basis AS (
    SELECT coalesce(sum(k.total) FILTER (WHERE k.included), 0) AS total,
           coalesce(sum(k.counted) FILTER (WHERE k.included), 0)::bigint AS counted,
           coalesce(sum(k.listed) FILTER (WHERE k.included), 0)::bigint AS listed,
           coalesce(sum(k.total) FILTER (WHERE k.included AND k.kind = 'refund'), 0) AS refunds,
           coalesce(sum(k.total) FILTER (WHERE k.included AND k.kind = 'income'), 0) AS income,
           coalesce(sum(k.total) FILTER (WHERE k.included AND k.kind = 'transfer'), 0) AS transfers,
           coalesce(sum(k.listed) FILTER (WHERE NOT k.deleted AND NOT k.included
                                          AND k.kind = 'transfer'), 0)::bigint AS transfers_excluded,
           coalesce(sum(k.listed) FILTER (WHERE NOT k.deleted AND NOT k.included
                                          AND k.kind = 'income'), 0)::bigint AS income_excluded,
           coalesce(sum(k.pending) FILTER (WHERE k.included), 0)::bigint AS pending,
           coalesce(sum(k.listed) FILTER (WHERE k.deleted AND NOT k.included AND k.kind_counts), 0)
               ::bigint AS deleted_excluded,
           to_char(min(k.first_day) FILTER (WHERE k.included), 'YYYY-MM-DD') AS first_day,
           to_char(max(k.last_day) FILTER (WHERE k.included), 'YYYY-MM-DD') AS last_day,
           CASE WHEN sum(k.listed - k.counted) FILTER (WHERE k.included) > 0 THEN
               (SELECT string_agg(concat_ws(' ', r.currency, r.amount, r.rows), ';'
                                  ORDER BY r.currency)
                FROM (SELECT m.currency, sum(m.amount) AS amount, count(*) AS rows
                      FROM hit m
                      WHERE m.slot = 1 AND m.included AND m.value IS NULL
                      GROUP BY m.currency) r) END AS rates_missing,
           (SELECT w.unknown FROM wanted w) AS unknown,
           (SELECT w.labels FROM wanted w) AS labels,
           -- Where nothing matches: which days the books have.
           CASE WHEN coalesce(sum(k.listed) FILTER (WHERE k.included), 0) = 0 THEN
               (SELECT to_char(min(e.spent_on), 'YYYY-MM-DD') || ' to '
                       || to_char(max(e.spent_on), 'YYYY-MM-DD')
                FROM ninepence.expenses e
                WHERE e.ledger_id = $1::bigint AND e.deleted_at IS NULL) END AS books
    FROM (SELECT h.kind, h.included, h.deleted, h.kind_counts, sum(h.value) AS total,
                 count(h.value) AS counted, count(*) AS listed,
                 count(h.value) FILTER (WHERE h.pending) AS pending, min(h.spent_on) AS first_day,
                 max(h.spent_on) AS last_day
          FROM hit h
          WHERE h.slot = 1
          GROUP BY h.kind, h.included, h.deleted, h.kind_counts) k
)
