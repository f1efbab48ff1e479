DROP SEQUENCE numbers
/
