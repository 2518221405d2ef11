-- One spelling out of many: of a merchant's folded name `n.name` the `key` without what banks and
-- payment services put around it (numbers, signs, endings of web addresses, forms of companies).
CROSS JOIN LATERAL (
    SELECT coalesce(nullif(btrim(regexp_replace(regexp_replace(regexp_replace(
               regexp_replace(n.name,
                   '^(paypal|sq|sumup|stripe|zettle|iz|tst|pp|sp|klarna) *[*]+ *', ''),
               '[.](com|net|org|io|tv|app|co[.]uk|de|fr|es|it|nl|eu|us|ca|at|ch)([^a-z]|$)', ' ', 'g'),
               '[0-9[:punct:][:space:]]+', ' ', 'g'),
               ' (inc|ltd|llc|plc|gmbh|ag|bv|sa|sarl|srl|corp|co|company)( |$)', ' ', 'g')), ''),
               n.name) COLLATE "C" AS key) k
