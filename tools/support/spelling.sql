-- One spelling out of many: of a merchant's folded name `n.name` the `key` without what banks and
-- payment services put around it (numbers, signs, endings of web addresses, forms of companies). One or
-- two digits beside a letter are part of a name: Gym3 is not Gym, but Gym 3 and Gym0042 are.
CROSS JOIN LATERAL (
    SELECT coalesce(nullif(btrim(regexp_replace(regexp_replace(regexp_replace(regexp_replace(
               regexp_replace(n.name,
                   '^(paypal|sq|sumup|stripe|zettle|iz|tst|pp|sp|klarna) *[*]+ *', ''),
               '[.](com|net|org|io|tv|app|co[.]uk|de|fr|es|it|nl|eu|us|ca|at|ch)([^a-z]|$)', ' ', 'g'),
               '[0-9]{3,}|[[:punct:][:space:]]+', ' ', 'g'),
               ' *\m[0-9]+\M *|  +', ' ', 'g'),
               ' (inc|ltd|llc|plc|gmbh|ag|bv|sa|sarl|srl|corp|co|company)( |$)', ' ', 'g')), ''),
               n.name) COLLATE "C" AS key) k
