CREATE TABLE game (
    id INTEGER NOT NULL, 
    number INTEGER, 
    PRIMARY KEY (id), 
    CHECK (number > 0), 
    FOREIGN KEY(id) REFERENCES team (id), 
    UNIQUE (number)
);
