ALTER TABLE other.player ADD CONSTRAINT pk_player PRIMARY KEY (id);
