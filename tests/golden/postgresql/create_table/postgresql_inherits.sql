CREATE TABLE game (
    place VARCHAR(5)
)
 INHERITS (team);
