ALTER TABLE other.player ADD age INTEGER
/
