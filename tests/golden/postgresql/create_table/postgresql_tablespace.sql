CREATE TABLE game (
    id INTEGER
)
 TABLESPACE pg_default;
