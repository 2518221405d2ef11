-- The kinds of expenses that count in category `c`: `kinds`.
CASE c.kind WHEN 'expense' THEN ARRAY['expense', 'refund'] ELSE ARRAY[c.kind] END AS kinds
