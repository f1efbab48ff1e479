DECLARE @sql nvarchar(max) = N'';
SELECT @sql = @sql + N'ALTER TABLE player DROP CONSTRAINT ' + QUOTENAME(name) + N';' FROM sys.default_constraints
    WHERE parent_object_id = OBJECT_ID(N'player')
    AND parent_column_id = COLUMNPROPERTY(OBJECT_ID(N'player'), N'name', 'ColumnId');
EXEC sp_executesql @sql;
GO

ALTER TABLE player ADD DEFAULT ('it' || 's') FOR name;
GO
