CREATE TABLE game (
    id INTEGER NOT NULL, 
    place VARCHAR2(30 CHAR) DEFAULT 'it''s 100%' NOT NULL, 
    won SMALLINT, 
    at DATE, 
    PRIMARY KEY (id)
)
/
