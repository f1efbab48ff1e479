ALTER TABLE player ADD twice AS (number * 2) PERSISTED;
GO
