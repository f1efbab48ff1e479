ALTER TABLE player DROP FOREIGN KEY fk_player_team;
