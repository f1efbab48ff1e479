DROP INDEX other.ix
/
