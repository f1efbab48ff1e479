BEGIN TRANSACTION;
GO

CREATE TABLE item (
    id INTEGER NOT NULL IDENTITY, 
    [Name] NVARCHAR(20) NOT NULL DEFAULT 'it''s 100%', 
    state VARCHAR(8) NULL, 
    counted BIGINT NOT NULL, 
    twice AS (id * 2) PERSISTED, 
    day DATE NULL, 
    at DATETIMEOFFSET NULL DEFAULT CURRENT_TIMESTAMP, 
    words VARCHAR(max) NULL, 
    data VARBINARY(max) NULL, 
    flag BIT NULL, 
    PRIMARY KEY (id), 
    CONSTRAINT state CHECK (state IN ('open', '50% done'))
);
GO

CREATE INDEX ix_item_day ON item (day);
GO

DECLARE @schema sysname = OBJECT_SCHEMA_NAME(OBJECT_ID(N'item'));
IF EXISTS (SELECT 1 FROM sys.extended_properties WHERE class = 1 AND name = N'MS_Description'
    AND major_id = OBJECT_ID(N'item') AND minor_id = 0)
    EXEC sp_updateextendedproperty @name = N'MS_Description', @level0type = N'SCHEMA', @level0name = @schema, @level1type = N'TABLE', @level1name = N'item', @value = N'things';
ELSE
    EXEC sp_addextendedproperty @name = N'MS_Description', @level0type = N'SCHEMA', @level0name = @schema, @level1type = N'TABLE', @level1name = N'item', @value = N'things';
GO

DECLARE @schema sysname = OBJECT_SCHEMA_NAME(OBJECT_ID(N'item'));
IF EXISTS (SELECT 1 FROM sys.extended_properties WHERE class = 1 AND name = N'MS_Description'
    AND major_id = OBJECT_ID(N'item') AND minor_id = COLUMNPROPERTY(OBJECT_ID(N'item'), N'Name', 'ColumnId'))
    EXEC sp_updateextendedproperty @name = N'MS_Description', @level0type = N'SCHEMA', @level0name = @schema, @level1type = N'TABLE', @level1name = N'item', @level2type = N'COLUMN', @level2name = N'Name', @value = N'what it''s called';
ELSE
    EXEC sp_addextendedproperty @name = N'MS_Description', @level0type = N'SCHEMA', @level0name = @schema, @level1type = N'TABLE', @level1name = N'item', @level2type = N'COLUMN', @level2name = N'Name', @value = N'what it''s called';
GO

SET IDENTITY_INSERT item ON;
GO

INSERT INTO item (id, [Name], counted, data) VALUES (1, N'a''b', 1, 0x0061);
GO

SET IDENTITY_INSERT item OFF;
GO

INSERT INTO item ([Name], state, counted) VALUES (N'c', NULL, 2);
GO

IF EXISTS (SELECT 1 FROM sys.identity_columns
    WHERE object_id = OBJECT_ID(N'item') AND name IN (N'id', N'words'))
    SET IDENTITY_INSERT item ON;
GO

INSERT INTO item (id, words) VALUES (3, 'it''s');
GO

IF EXISTS (SELECT 1 FROM sys.identity_columns
    WHERE object_id = OBJECT_ID(N'item') AND name IN (N'id', N'words'))
    SET IDENTITY_INSERT item OFF;
GO

IF EXISTS (SELECT 1 FROM sys.identity_columns
    WHERE object_id = OBJECT_ID(N'times') AND name IN (N'at', N'on'))
    SET IDENTITY_INSERT times ON;
GO

INSERT INTO times (at, [on]) VALUES (CAST('2020-02-03 04:05:06.789000' AS DATETIME2), '2020-02-03');
GO

IF EXISTS (SELECT 1 FROM sys.identity_columns
    WHERE object_id = OBJECT_ID(N'times') AND name IN (N'at', N'on'))
    SET IDENTITY_INSERT times OFF;
GO

CREATE TABLE [my schema].plain (
    x INTEGER NULL
);
GO

INSERT INTO plain (x) VALUES (1);
GO

DECLARE @schema sysname = OBJECT_SCHEMA_NAME(OBJECT_ID(N'item'));
IF EXISTS (SELECT 1 FROM sys.extended_properties WHERE class = 1 AND name = N'MS_Description'
    AND major_id = OBJECT_ID(N'item') AND minor_id = 0)
    EXEC sp_updateextendedproperty @name = N'MS_Description', @level0type = N'SCHEMA', @level0name = @schema, @level1type = N'TABLE', @level1name = N'item', @value = N'other things';
ELSE
    EXEC sp_addextendedproperty @name = N'MS_Description', @level0type = N'SCHEMA', @level0name = @schema, @level1type = N'TABLE', @level1name = N'item', @value = N'other things';
GO

DECLARE @schema sysname = OBJECT_SCHEMA_NAME(OBJECT_ID(N'[my schema].plain'));
IF EXISTS (SELECT 1 FROM sys.extended_properties WHERE class = 1 AND name = N'MS_Description'
    AND major_id = OBJECT_ID(N'[my schema].plain') AND minor_id = 0)
    EXEC sp_updateextendedproperty @name = N'MS_Description', @level0type = N'SCHEMA', @level0name = @schema, @level1type = N'TABLE', @level1name = N'plain', @value = N'it''s';
ELSE
    EXEC sp_addextendedproperty @name = N'MS_Description', @level0type = N'SCHEMA', @level0name = @schema, @level1type = N'TABLE', @level1name = N'plain', @value = N'it''s';
GO

DECLARE @schema sysname = OBJECT_SCHEMA_NAME(OBJECT_ID(N'item'));
IF EXISTS (SELECT 1 FROM sys.extended_properties WHERE class = 1 AND name = N'MS_Description'
    AND major_id = OBJECT_ID(N'item') AND minor_id = 0)
    EXEC sp_dropextendedproperty @name = N'MS_Description', @level0type = N'SCHEMA', @level0name = @schema, @level1type = N'TABLE', @level1name = N'item';
GO

EXEC sp_rename N'item', N'Thing''s [new]', N'OBJECT';
GO

EXEC sp_rename N'[my schema].plain', N'simple', N'OBJECT';
GO

SELECT 1;
GO

DROP TABLE IF EXISTS [Thing's [new]]];
GO

DROP TABLE other_database.dbo.simple;
GO

COMMIT;
GO

