ALTER TABLE player ADD CONSTRAINT fk_player_team FOREIGN KEY(team_id) REFERENCES team (id);
GO
