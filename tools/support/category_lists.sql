-- Ids and names of people and of accounts, of which there are few: the rows name them by id.
array_to_string(ARRAY(SELECT u.user_id || ' ' || u.name FROM ninepence.users u
                      WHERE u.ledger_id = $1::bigint), chr(31)),
array_to_string(ARRAY(SELECT o.account_id || ' ' || o.name FROM ninepence.accounts o
                      WHERE o.ledger_id = $1::bigint), chr(31))
