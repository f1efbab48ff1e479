IF EXISTS (SELECT 1 FROM sys.identity_columns
    WHERE object_id = OBJECT_ID(N'team') AND name IN (N'id', N'title'))
    SET IDENTITY_INSERT team ON;
GO

INSERT INTO team (id, title) VALUES (1, 'a');
GO

INSERT INTO team (id) VALUES (2);
GO

INSERT INTO team (id, title) VALUES (3, 'c');
GO

IF EXISTS (SELECT 1 FROM sys.identity_columns
    WHERE object_id = OBJECT_ID(N'team') AND name IN (N'id', N'title'))
    SET IDENTITY_INSERT team OFF;
GO
