-- Tells those who listen (news.h) that ledger $1 was written to; no word of anybody goes with it. It
-- is heard when this transaction is committed.
-- name: announce
SELECT pg_notify('ninepence_changes', ($1::bigint)::text);
