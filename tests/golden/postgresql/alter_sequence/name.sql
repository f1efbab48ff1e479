ALTER SEQUENCE numbers RENAME TO "Other's";
