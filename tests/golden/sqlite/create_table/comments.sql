CREATE TABLE game (
    id INTEGER
);
