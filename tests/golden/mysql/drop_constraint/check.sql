ALTER TABLE player DROP CHECK ck_player_number;
