ALTER TABLE player DROP INDEX uq_player_number;
