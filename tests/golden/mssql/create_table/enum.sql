CREATE TABLE game (
    mood VARCHAR(4) NULL
);
GO
