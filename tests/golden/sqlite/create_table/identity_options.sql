CREATE TABLE game (
    id INTEGER NOT NULL, 
    PRIMARY KEY (id)
);
