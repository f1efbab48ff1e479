CREATE UNIQUE INDEX ix ON t (a, b DESC, lower(c))
/

CREATE BITMAP INDEX s.bits ON s.t (a, b) COMPRESS 1
/

DROP INDEX ix
/

DROP INDEX s.bits
/

COMMIT
/

