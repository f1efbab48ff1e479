ALTER TABLE player MODIFY "number" NUMBER(19)
/
