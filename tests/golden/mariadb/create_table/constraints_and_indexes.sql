CREATE TABLE game (
    id INTEGER NOT NULL, 
    place VARCHAR(30) NOT NULL DEFAULT 'it''s 100%', 
    won BOOL, 
    at DATETIME, 
    team_id INTEGER, 
    PRIMARY KEY (id), 
    CONSTRAINT uq_game UNIQUE (place, at), 
    CONSTRAINT ck_game CHECK (id > 0), 
    CONSTRAINT fk_game_team FOREIGN KEY(team_id) REFERENCES team (id)
);

CREATE INDEX ix_game_at ON game (at);
