-- Whether a rule fits the expense `e`: $2 merchant folded, $3 words folded, $4 and $5 sizes, $6 account.
AND ($2::text IS NULL
     OR position(' ' || $2::text || ' ' IN ' ' || coalesce(e.merchant_folded, '') || ' ') > 0)
AND ($3::text IS NULL
     OR position($3::text IN lower(concat_ws(' ', e.merchant_folded, e.merchant, e.description))) > 0)
AND ($4::numeric IS NULL OR abs(e.amount) >= $4::numeric)
AND ($5::numeric IS NULL OR abs(e.amount) <= $5::numeric)
AND ($6::bigint IS NULL OR e.account_id = $6::bigint)
