RENAME numbers TO "Other's"
/
