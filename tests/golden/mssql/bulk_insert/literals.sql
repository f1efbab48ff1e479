IF EXISTS (SELECT 1 FROM sys.identity_columns
    WHERE object_id = OBJECT_ID(N'literals') AND name IN (N'c0', N'c1', N'c2', N'c3', N'c4', N'c5', N'c6', N'c7', N'c8', N'c9'))
    SET IDENTITY_INSERT literals ON;
GO

INSERT INTO literals (c0, c1, c2, c3, c4, c5, c6, c7, c8, c9) VALUES (-5, 'it''s 100% \ :x', 1, 1.500, '2020-02-29', CAST('2020-02-29 13:14:15' AS DATETIME2), 0x0027FF, '{"a": [1, null]}', 'so so', NULL);
GO

IF EXISTS (SELECT 1 FROM sys.identity_columns
    WHERE object_id = OBJECT_ID(N'literals') AND name IN (N'c0', N'c1', N'c2', N'c3', N'c4', N'c5', N'c6', N'c7', N'c8', N'c9'))
    SET IDENTITY_INSERT literals OFF;
GO
