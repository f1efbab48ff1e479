INSERT INTO literals (c0, c1, c2, c3, c4, c5, c6, c7, c8, c9) VALUES (-5, 'it''s 100% \ :x', 1, 1.500, TO_DATE('2020-02-29', 'YYYY-MM-DD'), TO_DATE('2020-02-29 13:14:15', 'YYYY-MM-DD HH24:MI:SS'), HEXTORAW('0027FF'), '{"a": [1, null]}', 'so so', NULL)
/
