CREATE TABLE game (
    id INTEGER NOT NULL, 
    place VARCHAR2(30 CHAR) DEFAULT 'it''s 100%' NOT NULL, 
    won SMALLINT, 
    at DATE, 
    team_id INTEGER, 
    PRIMARY KEY (id), 
    CONSTRAINT uq_game UNIQUE (place, at), 
    CONSTRAINT ck_game CHECK (id > 0), 
    CONSTRAINT fk_game_team FOREIGN KEY(team_id) REFERENCES team (id)
)
/

CREATE INDEX ix_game_at ON game (at)
/
