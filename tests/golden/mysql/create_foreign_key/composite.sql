ALTER TABLE player ADD CONSTRAINT fk FOREIGN KEY(id, number) REFERENCES player (team_id, id);
