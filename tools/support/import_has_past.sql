-- Whether anything in the books has a category, out of which those of the rows of a file could come.
(SELECT min(c.category_id)
 FROM ninepence.expenses c
 WHERE c.ledger_id = $1::bigint AND c.deleted_at IS NULL) IS NOT NULL
