CREATE TABLE other.game (
    id INTEGER
)
/
