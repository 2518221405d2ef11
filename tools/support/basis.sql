-- Totals over all of `hit` that is included, and what was left out of them; the names come from
-- `wanted`. The columns are those of enum basis_column in answer.h.
basis AS (
    SELECT coalesce(sum(h.value) FILTER (WHERE h.included), 0) AS total,
           count(h.value) FILTER (WHERE h.included) AS counted,
           count(*) FILTER (WHERE h.included) AS listed,
           coalesce(sum(h.value) FILTER (WHERE h.included AND h.kind = 'refund'), 0) AS refunds,
           coalesce(sum(h.value) FILTER (WHERE h.included AND h.kind = 'income'), 0) AS income,
           coalesce(sum(h.value) FILTER (WHERE h.included AND h.kind = 'transfer'), 0) AS transfers,
           count(*) FILTER (WHERE NOT h.deleted AND NOT h.included AND h.kind = 'transfer')
               AS transfers_excluded,
           count(*) FILTER (WHERE NOT h.deleted AND NOT h.included AND h.kind = 'income')
               AS income_excluded,
           count(h.value) FILTER (WHERE h.included AND h.pending) AS pending,
           count(*) FILTER (WHERE h.deleted AND NOT h.included AND h.kind_counts)
               AS deleted_excluded,
           to_char(min(h.spent_on) FILTER (WHERE h.included), 'YYYY-MM-DD') AS first_day,
           to_char(max(h.spent_on) FILTER (WHERE h.included), 'YYYY-MM-DD') AS last_day,
           (SELECT string_agg(concat_ws(' ', r.currency, r.amount, r.rows), ';' ORDER BY r.currency)
            FROM (SELECT m.currency, sum(m.amount) AS amount, count(*) AS rows
                  FROM hit m
                  WHERE m.slot = 1 AND m.included AND m.value IS NULL
                  GROUP BY m.currency) r) AS rates_missing,
           (SELECT w.unknown FROM wanted w) AS unknown,
           (SELECT w.labels FROM wanted w) AS labels
    FROM hit h
    WHERE h.slot = 1
)
