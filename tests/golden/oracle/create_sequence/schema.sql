CREATE SEQUENCE other.numbers
/
