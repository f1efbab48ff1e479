CREATE TABLE game (
    id INTEGER NOT NULL, 
    place VARCHAR(30) DEFAULT 'it''s 100%' NOT NULL, 
    won BOOLEAN, 
    at DATETIME, 
    PRIMARY KEY (id)
);
