CREATE TYPE mood AS ENUM ('fine', 'it''s');

CREATE TABLE game (
    mood mood
);
