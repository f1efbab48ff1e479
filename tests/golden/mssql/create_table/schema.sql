CREATE TABLE other.game (
    id INTEGER NULL
);
GO
