CREATE TABLE game (
    id INTEGER NOT NULL, 
    number INTEGER NULL, 
    PRIMARY KEY (id), 
    CHECK (number > 0), 
    FOREIGN KEY(id) REFERENCES team (id), 
    UNIQUE (number)
);
GO
