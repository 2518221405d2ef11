-- Takes the sample ledger away, table by table; nothing that is not a sample ledger goes.

-- name: find_demo
SELECT ledger_id, name FROM ninepence.ledgers WHERE is_demo ORDER BY ledger_id;

-- name: remove_change_rows
DELETE FROM ninepence.change_rows WHERE ledger_id = $1::bigint
    AND EXISTS (SELECT FROM ninepence.ledgers AS l WHERE l.ledger_id = $1 AND l.is_demo);

-- name: remove_changes
DELETE FROM ninepence.changes WHERE ledger_id = $1::bigint
    AND EXISTS (SELECT FROM ninepence.ledgers AS l WHERE l.ledger_id = $1 AND l.is_demo);

-- name: remove_confirmations
DELETE FROM ninepence.confirmations WHERE ledger_id = $1::bigint
    AND EXISTS (SELECT FROM ninepence.ledgers AS l WHERE l.ledger_id = $1 AND l.is_demo);

-- name: remove_reconciliations
DELETE FROM ninepence.reconciliations WHERE ledger_id = $1::bigint
    AND EXISTS (SELECT FROM ninepence.ledgers AS l WHERE l.ledger_id = $1 AND l.is_demo);

-- name: remove_import_rows
DELETE FROM ninepence.import_rows WHERE ledger_id = $1::bigint
    AND EXISTS (SELECT FROM ninepence.ledgers AS l WHERE l.ledger_id = $1 AND l.is_demo);

-- name: remove_import_statements
DELETE FROM ninepence.import_statements WHERE ledger_id = $1::bigint
    AND EXISTS (SELECT FROM ninepence.ledgers AS l WHERE l.ledger_id = $1 AND l.is_demo);

-- name: remove_import_sources
DELETE FROM ninepence.import_sources WHERE ledger_id = $1::bigint
    AND EXISTS (SELECT FROM ninepence.ledgers AS l WHERE l.ledger_id = $1 AND l.is_demo);

-- name: remove_imports
DELETE FROM ninepence.imports WHERE ledger_id = $1::bigint
    AND EXISTS (SELECT FROM ninepence.ledgers AS l WHERE l.ledger_id = $1 AND l.is_demo);

-- name: remove_rules
DELETE FROM ninepence.rules WHERE ledger_id = $1::bigint
    AND EXISTS (SELECT FROM ninepence.ledgers AS l WHERE l.ledger_id = $1 AND l.is_demo);

-- name: remove_budgets
DELETE FROM ninepence.budgets WHERE ledger_id = $1::bigint
    AND EXISTS (SELECT FROM ninepence.ledgers AS l WHERE l.ledger_id = $1 AND l.is_demo);

-- name: remove_expense_tags
DELETE FROM ninepence.expense_tags WHERE ledger_id = $1::bigint
    AND EXISTS (SELECT FROM ninepence.ledgers AS l WHERE l.ledger_id = $1 AND l.is_demo);

-- name: remove_expenses
DELETE FROM ninepence.expenses WHERE ledger_id = $1::bigint
    AND EXISTS (SELECT FROM ninepence.ledgers AS l WHERE l.ledger_id = $1 AND l.is_demo);

-- name: remove_rates
DELETE FROM ninepence.rates WHERE ledger_id = $1::bigint
    AND EXISTS (SELECT FROM ninepence.ledgers AS l WHERE l.ledger_id = $1 AND l.is_demo);

-- name: remove_tags
DELETE FROM ninepence.tags WHERE ledger_id = $1::bigint
    AND EXISTS (SELECT FROM ninepence.ledgers AS l WHERE l.ledger_id = $1 AND l.is_demo);

-- name: remove_categories
DELETE FROM ninepence.categories WHERE ledger_id = $1::bigint
    AND EXISTS (SELECT FROM ninepence.ledgers AS l WHERE l.ledger_id = $1 AND l.is_demo);

-- name: remove_accounts
DELETE FROM ninepence.accounts WHERE ledger_id = $1::bigint
    AND EXISTS (SELECT FROM ninepence.ledgers AS l WHERE l.ledger_id = $1 AND l.is_demo);

-- name: remove_users
DELETE FROM ninepence.users WHERE ledger_id = $1::bigint
    AND EXISTS (SELECT FROM ninepence.ledgers AS l WHERE l.ledger_id = $1 AND l.is_demo);

-- name: remove_ledger
DELETE FROM ninepence.ledgers WHERE ledger_id = $1::bigint AND is_demo;
