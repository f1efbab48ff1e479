DECLARE @sql nvarchar(max) = N'';
SELECT @sql = @sql + N'ALTER TABLE other.player DROP CONSTRAINT ' + QUOTENAME(name) + N';' FROM sys.default_constraints
    WHERE parent_object_id = OBJECT_ID(N'other.player')
    AND parent_column_id = COLUMNPROPERTY(OBJECT_ID(N'other.player'), N'name', 'ColumnId');
EXEC sp_executesql @sql;
GO

ALTER TABLE other.player DROP COLUMN name;
GO
