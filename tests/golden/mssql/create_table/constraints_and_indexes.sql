CREATE TABLE game (
    id INTEGER NOT NULL, 
    place VARCHAR(30) NOT NULL DEFAULT 'it''s 100%', 
    won BIT NULL, 
    at DATETIME NULL, 
    team_id INTEGER NULL, 
    PRIMARY KEY (id), 
    CONSTRAINT uq_game UNIQUE (place, at), 
    CONSTRAINT ck_game CHECK (id > 0), 
    CONSTRAINT fk_game_team FOREIGN KEY(team_id) REFERENCES team (id)
);
GO

CREATE INDEX ix_game_at ON game (at);
GO
