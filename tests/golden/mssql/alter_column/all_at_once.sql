DECLARE @sql nvarchar(max) = N'';
SELECT @sql = @sql + N'ALTER TABLE player DROP CONSTRAINT ' + QUOTENAME(name) + N';' FROM sys.default_constraints
    WHERE parent_object_id = OBJECT_ID(N'player')
    AND parent_column_id = COLUMNPROPERTY(OBJECT_ID(N'player'), N'name', 'ColumnId');
EXEC sp_executesql @sql;
GO

ALTER TABLE player ALTER COLUMN name VARCHAR(40) NOT NULL;
GO

ALTER TABLE player ADD DEFAULT 'new' FOR name;
GO

DECLARE @schema sysname = OBJECT_SCHEMA_NAME(OBJECT_ID(N'player'));
IF EXISTS (SELECT 1 FROM sys.extended_properties WHERE class = 1 AND name = N'MS_Description'
    AND major_id = OBJECT_ID(N'player') AND minor_id = COLUMNPROPERTY(OBJECT_ID(N'player'), N'name', 'ColumnId'))
    EXEC sp_updateextendedproperty @name = N'MS_Description', @level0type = N'SCHEMA', @level0name = @schema, @level1type = N'TABLE', @level1name = N'player', @level2type = N'COLUMN', @level2name = N'name', @value = N'new';
ELSE
    EXEC sp_addextendedproperty @name = N'MS_Description', @level0type = N'SCHEMA', @level0name = @schema, @level1type = N'TABLE', @level1name = N'player', @level2type = N'COLUMN', @level2name = N'name', @value = N'new';
GO

EXEC sp_rename N'player.name', N'nick', N'COLUMN';
GO
