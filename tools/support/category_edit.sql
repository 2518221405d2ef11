-- The tree of categories. $1 ledger. A path is kept with each category, so who is renamed or moved takes
-- all below along.

-- One after the other.
-- name: lock_tree
SELECT pg_advisory_xact_lock(hashtextextended('categories', $1::bigint));

-- What would become of category $2 (0: a new one) below $3 (0: at the top; -1: where it is) under the
-- name $4, folded $5 (null: its own); and who has that name already.
-- name: plan
SELECT c.kind, c.path, n.path AS new_path, n.path_folded, coalesce(p.category_id, 0) AS parent, p.kind AS parent_kind,
       coalesce(p.category_id = c.category_id OR starts_with(p.path_folded, c.path_folded || ': '),
                false) AS is_cycle,
       t.category_id AS taken, t.path AS taken_path, t.archived AS taken_archived,
       nextval(pg_get_serial_sequence('ninepence.categories', 'category_id')) AS new_id
FROM (SELECT $2::bigint AS id) a
LEFT JOIN ninepence.categories c ON c.ledger_id = $1::bigint AND c.category_id = a.id
LEFT JOIN ninepence.categories p ON p.ledger_id = $1::bigint
    AND p.category_id = CASE WHEN $3::bigint = -1 THEN c.parent_id ELSE nullif($3::bigint, 0) END
CROSS JOIN LATERAL (
    SELECT coalesce(p.path || ': ', '') || coalesce($4::text, c.name) AS path,
           coalesce(p.path_folded || ': ', '') || coalesce($5::text, c.folded) AS path_folded) n
LEFT JOIN ninepence.categories t ON t.ledger_id = $1::bigint AND t.path_folded = n.path_folded
    AND t.category_id IS DISTINCT FROM c.category_id;

-- Category $2 and all below it, locked.
-- name: subtree
SELECT e.category_id, e.archived
FROM ninepence.categories e
JOIN ninepence.categories c ON c.ledger_id = $1::bigint AND c.category_id = $2::bigint
WHERE e.ledger_id = $1::bigint
    AND (e.category_id = c.category_id OR starts_with(e.path_folded, c.path_folded || ': '))
ORDER BY e.category_id
FOR UPDATE OF e;

-- $2 number, $3 parent (0: none), $4 name, $5 folded, $6 path, $7 path folded, $8 colour, $9 kind, $10 now.
-- name: insert_category
INSERT INTO ninepence.categories
    (ledger_id, category_id, parent_id, root_id, name, folded, path, path_folded, color, kind,
     created_at)
SELECT $1::bigint, $2::bigint, nullif($3::bigint, 0), coalesce(p.root_id, $2::bigint), $4::text,
       $5::text, $6::text, $7::text, $8::text, $9::text, coalesce($10::timestamptz, now())
FROM (SELECT $3::bigint AS parent) a
LEFT JOIN ninepence.categories p ON p.ledger_id = $1::bigint AND p.category_id = a.parent;

-- Category $2 goes below $3 (0: to the top) under the name $4, folded $5 (null: as it is); its path is
-- $6, folded $7.
-- name: relocate
UPDATE ninepence.categories e
SET parent_id = CASE WHEN e.category_id = c.category_id THEN nullif($3::bigint, 0) ELSE e.parent_id END,
    root_id = coalesce((SELECT p.root_id FROM ninepence.categories p
                        WHERE p.ledger_id = $1::bigint AND p.category_id = $3::bigint), c.category_id),
    name = CASE WHEN e.category_id = c.category_id THEN coalesce($4::text, e.name) ELSE e.name END,
    folded = CASE WHEN e.category_id = c.category_id THEN coalesce($5::text, e.folded) ELSE e.folded END,
    path = $6::text || substr(e.path, length(c.path) + 1),
    path_folded = $7::text || substr(e.path_folded, length(c.path_folded) + 1)
FROM ninepence.categories c
WHERE c.ledger_id = $1::bigint AND c.category_id = $2::bigint AND e.ledger_id = $1::bigint
    AND (e.category_id = c.category_id OR starts_with(e.path_folded, c.path_folded || ': '));

-- $2 number, $3 colour (null: none).
-- name: paint
UPDATE ninepence.categories c SET color = $3::text
WHERE c.ledger_id = $1::bigint AND c.category_id = $2::bigint;

-- $2 number, $3 whether it is archived from now on, $4 whether with all below.
-- name: archive
UPDATE ninepence.categories e
SET archived = $3::boolean
FROM ninepence.categories c
WHERE c.ledger_id = $1::bigint AND c.category_id = $2::bigint AND e.ledger_id = $1::bigint
    AND (e.category_id = c.category_id
         OR ($4::boolean AND starts_with(e.path_folded, c.path_folded || ': ')));

-- Category $2 into $3: whether that makes sense, and the first category below it that there is below
-- the other one as well.
-- name: merge_plan
SELECT s.kind, s.path, t.kind AS into_kind, t.path AS into_path,
       starts_with(t.path_folded, s.path_folded || ': ') AS is_cycle,
       starts_with(s.path_folded, t.path_folded || ': ') AS is_below,
       (SELECT k.path
        FROM ninepence.categories k
        JOIN ninepence.categories o ON o.ledger_id = $1::bigint AND o.parent_id = t.category_id
            AND o.folded = k.folded
        WHERE k.ledger_id = $1::bigint AND k.parent_id = s.category_id
        ORDER BY k.path
        LIMIT 1) AS clash,
       t.archived AS into_archived
FROM ninepence.categories s
JOIN ninepence.categories t ON t.ledger_id = $1::bigint AND t.category_id = $3::bigint
WHERE s.ledger_id = $1::bigint AND s.category_id = $2::bigint;

-- Everything of category $2, deleted expenses too, locked.
-- name: lock_expenses
SELECT e.expense_id
FROM ninepence.expenses e
WHERE e.ledger_id = $1::bigint AND e.category_id = $2::bigint
ORDER BY e.expense_id
FOR UPDATE;

-- name: lock_budgets_of
SELECT b.budget_id
FROM ninepence.budgets b
WHERE b.ledger_id = $1::bigint AND b.category_id IN ($2::bigint, $3::bigint)
ORDER BY b.budget_id
FOR UPDATE;

-- name: lock_recurring_of
SELECT r.recurring_id
FROM ninepence.recurring r
WHERE r.ledger_id = $1::bigint AND r.category_id = $2::bigint
ORDER BY r.recurring_id
FOR UPDATE;

-- $2 change, $3 decimals of the ledger's currency, $4 category.
-- name: keep_expenses
INSERT INTO ninepence.change_rows (ledger_id, change_id, position, entity, entity_id, before)
SELECT $1::bigint, $2::bigint,
       row_number() OVER (ORDER BY e.expense_id) + (
           SELECT count(*) FROM ninepence.change_rows r
           WHERE r.ledger_id = $1::bigint AND r.change_id = $2::bigint),
       'expense', e.expense_id,
       -- include: snapshot
FROM ninepence.expenses e
WHERE e.ledger_id = $1::bigint AND e.category_id = $4::bigint AND $3::integer IS NOT NULL;

-- Everything of category $2 goes to $3; $4 now.
-- name: move_expenses
UPDATE ninepence.expenses e
SET category_id = $3::bigint, version = e.version + 1, updated_at = coalesce($4::timestamptz, now())
WHERE e.ledger_id = $1::bigint AND e.category_id = $2::bigint;

-- Rules for category $4 are for the other one from now on; arguments as of keep_expenses.
-- name: keep_rules
INSERT INTO ninepence.change_rows (ledger_id, change_id, position, entity, entity_id, before)
SELECT $1::bigint, $2::bigint,
       row_number() OVER (ORDER BY u.rule_id) + (
           SELECT count(*) FROM ninepence.change_rows r
           WHERE r.ledger_id = $1::bigint AND r.change_id = $2::bigint),
       'rule', u.rule_id,
       -- include: snapshot_rule
FROM ninepence.rules u
WHERE u.ledger_id = $1::bigint AND u.category_id = $4::bigint AND $3::integer IS NOT NULL;

-- name: move_rules
UPDATE ninepence.rules u
SET category_id = $3::bigint, updated_at = coalesce($4::timestamptz, now())
WHERE u.ledger_id = $1::bigint AND u.category_id = $2::bigint;

-- name: move_recurring
UPDATE ninepence.recurring r
SET category_id = $3::bigint, updated_at = coalesce($4::timestamptz, now())
WHERE r.ledger_id = $1::bigint AND r.category_id = $2::bigint;

-- The budgets of category $2 and those of $3 become one: in each month what both had. When $2 lies below
-- $3 ($4), its budget was a part of the other one, if there was any. $5 now.
-- name: merge_budgets
WITH held AS MATERIALIZED (
    SELECT k.month, k.applies, min(k.budget_id) FILTER (WHERE k.category_id = $3::bigint) AS into_id,
           min(k.budget_id) FILTER (WHERE k.category_id = $2::bigint) AS from_id
    FROM ninepence.budgets k
    WHERE k.ledger_id = $1::bigint AND k.category_id IN ($2::bigint, $3::bigint)
    GROUP BY k.month, k.applies
), summed AS MATERIALIZED (
    SELECT h.*, f.amount AS from_amount, i.amount AS into_amount,
           coalesce(f.rollover, false) OR coalesce(i.rollover, false) AS rollover
    FROM held h
    LEFT JOIN LATERAL (
        SELECT b.amount, b.rollover FROM ninepence.budgets b
        WHERE b.ledger_id = $1::bigint AND b.category_id = $2::bigint
            AND ((b.applies = 'forward' AND b.month <= h.month)
                 OR (h.applies = 'this' AND b.applies = 'this' AND b.month = h.month))
        ORDER BY b.month DESC, b.applies DESC LIMIT 1) f ON true
    LEFT JOIN LATERAL (
        SELECT b.amount, b.rollover FROM ninepence.budgets b
        WHERE b.ledger_id = $1::bigint AND b.category_id = $3::bigint
            AND ((b.applies = 'forward' AND b.month <= h.month)
                 OR (h.applies = 'this' AND b.applies = 'this' AND b.month = h.month))
        ORDER BY b.month DESC, b.applies DESC LIMIT 1) i ON true
), dropped AS (
    DELETE FROM ninepence.budgets b
    USING summed s
    WHERE b.ledger_id = $1::bigint AND b.budget_id = s.from_id AND s.into_id IS NOT NULL
)
UPDATE ninepence.budgets b
SET category_id = $3::bigint, rollover = s.rollover, updated_at = coalesce($5::timestamptz, now()),
    amount = CASE WHEN $4::boolean THEN coalesce(s.into_amount, s.from_amount)
                  WHEN s.into_amount IS NULL AND s.from_amount IS NULL THEN NULL
                  ELSE coalesce(s.into_amount, 0) + coalesce(s.from_amount, 0) END
FROM summed s
WHERE b.ledger_id = $1::bigint AND b.budget_id = coalesce(s.into_id, s.from_id);

-- What is below category $2 goes below $3.
-- name: move_children
UPDATE ninepence.categories e
SET parent_id = CASE WHEN e.parent_id = s.category_id THEN t.category_id ELSE e.parent_id END,
    root_id = t.root_id,
    path = t.path || substr(e.path, length(s.path) + 1),
    path_folded = t.path_folded || substr(e.path_folded, length(s.path_folded) + 1)
FROM ninepence.categories s
JOIN ninepence.categories t ON t.ledger_id = $1::bigint AND t.category_id = $3::bigint
WHERE s.ledger_id = $1::bigint AND s.category_id = $2::bigint AND e.ledger_id = $1::bigint
    AND starts_with(e.path_folded, s.path_folded || ': ');

-- An emptied category stays for the history, out of the way of its old name.
-- name: retire
UPDATE ninepence.categories c
SET archived = true, name = left(c.name, 90) || n.mark, folded = left(c.folded, 90) || n.mark,
    path = substr(c.path, 1, length(c.path) - length(c.name)) || left(c.name, 90) || n.mark,
    path_folded = substr(c.path_folded, 1, length(c.path_folded) - length(c.folded))
                  || left(c.folded, 90) || n.mark
FROM (SELECT ' (merged, c' || $2::bigint || ')' AS mark) n
WHERE c.ledger_id = $1::bigint AND c.category_id = $2::bigint;
