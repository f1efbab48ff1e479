IF EXISTS (SELECT 1 FROM sys.identity_columns
    WHERE object_id = OBJECT_ID(N'team') AND name IN (N'id'))
    SET IDENTITY_INSERT team ON;
GO

INSERT INTO team (id) VALUES (1);
GO

INSERT INTO team (id) VALUES ((1 + 1));
GO

IF EXISTS (SELECT 1 FROM sys.identity_columns
    WHERE object_id = OBJECT_ID(N'team') AND name IN (N'id'))
    SET IDENTITY_INSERT team OFF;
GO
