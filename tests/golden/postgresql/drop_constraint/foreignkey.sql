ALTER TABLE player DROP CONSTRAINT fk_player_team;
