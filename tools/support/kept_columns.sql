-- The columns of enum kept_column (change.h) out of `x`: change_id, position, entity, side, kept.
x.change_id, x.position, x.entity, x.side,
x.entity = 'expense' AND x.kept -> 'row' ->> 'base_amount' IS NULL AS waits,
CASE WHEN x.entity <> 'expense' THEN (x.kept -> 'show')::text ELSE x.kept -> 'show' ->> 'refunds' END AS show,
-- include: snapshot_columns
