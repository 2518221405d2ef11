-- What is to be created, with everything that it names looked up: `complete`. $1 ledger, $2 and $3 its
-- currency and decimals, $4 the drafts as JSON (see create_expenses.sql), $5, $6 and $7 the names:
-- kind, id, folded text; the first one is who is speaking.
draft AS MATERIALIZED (
    SELECT * FROM jsonb_to_recordset($4::jsonb) AS d (
        n integer, receipt integer, spent_on date, amount numeric, currency text, merchant text,
        merchant_folded text, description text, notes text, kind text, refund_of bigint,
        category bigint, "user" bigint, account bigint, paid_by bigint, tags jsonb)
), asked AS MATERIALIZED (
    SELECT a.kind, a.id, a.name, a.item
    FROM unnest($5::text[], $6::bigint[], $7::text[]) WITH ORDINALITY AS a (kind, id, name, item)
), found AS MATERIALIZED (
    -- include: names
), known AS MATERIALIZED (
    SELECT f.item, nullif(min(f.id), 0) AS id
    FROM found f
    GROUP BY f.item
    HAVING count(*) = 1
), complete AS MATERIALIZED (
    -- A refund takes what it does not say from its purchase (its category even when that was archived),
    -- and never exceeds what is left of it.
    SELECT d.n, d.receipt, d.spent_on, d.amount, d.currency, d.kind, d.refund_of, d.description,
           d.notes, d.tags, converted.base_amount,
           coalesce(d.merchant, p.merchant) AS merchant,
           coalesce(d.merchant_folded, p.merchant_folded) AS merchant_folded,
           CASE WHEN d.category IS NULL THEN p.category_id ELSE kc.id END AS category_id,
           CASE WHEN d."user" IS NULL THEN coalesce(p.user_id, speaker.id) ELSE ku.id END AS user_id,
           CASE WHEN d.account IS NULL THEN p.account_id ELSE ka.id END AS account_id,
           CASE WHEN d.paid_by IS NULL THEN p.paid_by ELSE kp.id END AS paid_by,
           CASE WHEN d.category IS NOT NULL AND EXISTS (
                    SELECT 1 FROM ninepence.categories a
                    WHERE a.ledger_id = $1::bigint AND a.category_id = kc.id AND a.archived) THEN 'archived'
                -- A category of income or transfers takes nothing else.
                WHEN d.category IS NOT NULL AND EXISTS (
                    SELECT 1 FROM ninepence.categories a
                    WHERE a.ledger_id = $1::bigint AND a.category_id = kc.id
                        AND a.kind NOT IN ('expense', d.kind)) THEN 'kind'
                -- From one user to the same one, who may be who is speaking.
                WHEN d.kind = 'transfer' AND kp.id = CASE WHEN d."user" IS NULL THEN speaker.id ELSE ku.id END
                THEN 'self'
                WHEN d.refund_of IS NOT NULL THEN
                -- include: refund_misfit
                END AS misfit
    -- Refunds of one purchase count together.
    FROM (SELECT o.*, sum(o.amount) OVER (PARTITION BY o.refund_of, o.currency) AS coming FROM draft o) d
    LEFT JOIN known kc ON kc.item = d.category
    LEFT JOIN known ku ON ku.item = d."user"
    LEFT JOIN known ka ON ka.item = d.account
    LEFT JOIN known kp ON kp.item = d.paid_by
    LEFT JOIN known speaker ON speaker.item = 1
    -- LIMIT: one look by number for a refund, none for a purchase; never all of the ledger's rows.
    LEFT JOIN LATERAL (SELECT * FROM ninepence.expenses e
                       WHERE e.ledger_id = $1::bigint AND e.expense_id = d.refund_of
                       LIMIT 1) p ON true
    -- include: converted
)
