ALTER TABLE player ADD CONSTRAINT ck_player_number CHECK (number > 0);
