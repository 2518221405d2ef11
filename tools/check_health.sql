-- What the database is and how far its schema has come. Asks no ledger.
-- name: probe
SELECT current_setting('server_version') AS server_version,
       (SELECT max(m.version) FROM ninepence.schema_migrations m) AS schema_version,
       (SELECT count(*) FROM ninepence.ledgers) AS ledgers,
       pg_database_size(current_database()) / 1048576 AS size_mb;
