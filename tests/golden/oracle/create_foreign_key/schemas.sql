ALTER TABLE other.player ADD CONSTRAINT fk FOREIGN KEY(team_id) REFERENCES third.team (id)
/
