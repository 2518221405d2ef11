-- Changes keep whatever can be taken back; what that is, is said once, by the program's list of
-- entities (tools/undo_change.c). Further tables need no further migration of this one.
ALTER TABLE ninepence.change_rows DROP CONSTRAINT change_rows_entity_check;
ALTER TABLE ninepence.change_rows
    ADD CONSTRAINT change_rows_entity_check CHECK (entity ~ '^[a-z_]{1,30}$');
