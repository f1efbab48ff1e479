CREATE TABLE game (
    mood ENUM('fine','it''s')
);
