ALTER TABLE player VALIDATE CONSTRAINT ck_player_number;
