ALTER TABLE player ADD CONSTRAINT ex_player EXCLUDE USING btree (number WITH =) WHERE (id > 0);
