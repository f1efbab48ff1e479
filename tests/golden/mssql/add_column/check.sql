ALTER TABLE player ADD added INTEGER NULL CONSTRAINT ck_added CHECK (added > 0);
GO
