ALTER TABLE player DROP CONSTRAINT ck_player_number;
