-- A budget without an amount says that from then on, or in that month, there is none.
ALTER TABLE ninepence.budgets ALTER COLUMN amount DROP NOT NULL;
