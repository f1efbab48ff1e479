ALTER TABLE other.player ADD CONSTRAINT uq UNIQUE (number);
GO
