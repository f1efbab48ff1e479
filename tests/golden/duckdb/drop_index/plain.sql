DROP INDEX ix_player_name;
