CREATE TABLE game (
    id INTEGER NOT NULL, 
    place VARCHAR(30) NOT NULL DEFAULT 'it''s 100%', 
    won BIT NULL, 
    at DATETIME NULL, 
    PRIMARY KEY (id)
);
GO
