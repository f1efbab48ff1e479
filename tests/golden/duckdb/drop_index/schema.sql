DROP INDEX other.ix;
