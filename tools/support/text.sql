-- All words of the text somewhere in merchant, description or notes, without case and accents.
AND ($7::text[] IS NULL OR (
    SELECT CASE WHEN octet_length(w.text) = char_length(w.text) THEN lower(w.text)
                ELSE replace(lower(regexp_replace(normalize(w.text, NFKD), '[\u0300-\u036f]', '', 'g')),
                             'ß', 'ss') END
    FROM (SELECT concat_ws(' ', e.merchant, e.description, e.notes) AS text OFFSET 0) w
) LIKE ALL ($7::text[]))
