ALTER TABLE player ADD CONSTRAINT uq_player_number UNIQUE ("number")
/
