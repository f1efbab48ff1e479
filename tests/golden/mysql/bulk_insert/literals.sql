INSERT INTO literals (c0, c1, c2, c3, c4, c5, c6, c7, c8, c9) VALUES (-5, 'it''s 100% \\ :x', true, 1.500, '2020-02-29', '2020-02-29 13:14:15', X'0027ff', '{"a": [1, null]}', 'so so', NULL);
