CREATE TABLE game (
    id INTEGER NULL, 
    twice AS (id * 2) PERSISTED
);
GO
