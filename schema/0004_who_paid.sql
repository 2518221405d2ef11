-- Who paid, where it is known whose share an expense is: with paid_by, user_id is whose share the row
-- is, and no other shares it. Without it, who spent it paid it, and split_balances decides how it is
-- shared. A transfer with paid_by is money that one user gave to another.
ALTER TABLE ninepence.expenses ADD COLUMN paid_by bigint;
ALTER TABLE ninepence.expenses ADD CONSTRAINT expenses_paid_by_fkey
    FOREIGN KEY (ledger_id, paid_by) REFERENCES ninepence.users (ledger_id, user_id);
CREATE INDEX expenses_paid_for ON ninepence.expenses (ledger_id, expense_id) INCLUDE (paid_by)
    WHERE paid_by IS NOT NULL;
