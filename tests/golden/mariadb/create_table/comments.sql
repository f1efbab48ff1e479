CREATE TABLE game (
    id INTEGER COMMENT 'it''s 100%'
)COMMENT='games';
