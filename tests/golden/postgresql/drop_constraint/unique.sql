ALTER TABLE player DROP CONSTRAINT uq_player_number;
