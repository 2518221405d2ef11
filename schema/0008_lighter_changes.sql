-- A write is one row here and one or more in change_rows, so what each of them costs is paid always.
--
-- PostgreSQL reads a table's constraints anew from their text for every statement that inserts, which was
-- a tenth of what a write costs. These said how long texts may be that nobody can give too long: the
-- key and the reason are measured when they come (mcp and tools/support/limits.h), the name of the client
-- is cut, and the entities are the program's own words. The list of changes counts all that it lists,
-- so that an index by time beside the primary key saved nothing.
ALTER TABLE ninepence.changes DROP CONSTRAINT changes_client_check;
ALTER TABLE ninepence.changes DROP CONSTRAINT changes_key_check;
ALTER TABLE ninepence.changes DROP CONSTRAINT changes_reason_check;
ALTER TABLE ninepence.change_rows DROP CONSTRAINT change_rows_entity_check;
DROP INDEX ninepence.changes_by_time;
