CREATE TABLE game (
    id INTEGER
);

COMMENT ON TABLE game IS 'games';

COMMENT ON COLUMN game.id IS 'it''s 100%';
