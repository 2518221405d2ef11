-- An import of a million rows. What it stored is a run of numbers that expenses got from it, so that
-- its change keeps no copy of each new row (tools/support/created.sql); the account of a row is that
-- of its statement; and a row that waits needs no look at its ledger.
ALTER TABLE ninepence.import_rows DROP CONSTRAINT import_rows_ledger_id_fkey;
ALTER TABLE ninepence.import_rows DROP COLUMN account_id;

-- first_expense, last_expense: expenses of this import in between were made by its change; null when the
-- change keeps them row by row. stored: how many.
-- has_parts: some rows are parts of one entry. compared: what the books were when the rows were last
-- compared with them, tally: how many rows of each verdict there were.
ALTER TABLE ninepence.imports ADD COLUMN first_expense bigint;
ALTER TABLE ninepence.imports ADD COLUMN last_expense bigint;
ALTER TABLE ninepence.imports ADD COLUMN stored bigint;
ALTER TABLE ninepence.imports ADD COLUMN compared text;
ALTER TABLE ninepence.imports ADD COLUMN has_parts boolean NOT NULL DEFAULT true;
ALTER TABLE ninepence.imports ADD COLUMN tally jsonb;
