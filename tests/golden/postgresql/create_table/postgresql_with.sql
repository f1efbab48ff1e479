CREATE TABLE game (
    id INTEGER
)
 USING heap
 WITH (fillfactor = 50);
