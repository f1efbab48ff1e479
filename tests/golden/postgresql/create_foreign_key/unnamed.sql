ALTER TABLE player ADD FOREIGN KEY(team_id) REFERENCES team (id);
