DECLARE @name sysname, @definition nvarchar(max), @sql nvarchar(max);
SELECT @name = QUOTENAME(name), @definition = definition FROM sys.default_constraints
    WHERE parent_object_id = OBJECT_ID(N'player')
    AND parent_column_id = COLUMNPROPERTY(OBJECT_ID(N'player'), N'number', 'ColumnId');
SET @sql = N'ALTER TABLE player DROP CONSTRAINT ' + @name;
IF @name IS NOT NULL EXEC sp_executesql @sql;
ALTER TABLE player ALTER COLUMN number BIGINT NULL;
SET @sql = N'ALTER TABLE player ADD CONSTRAINT ' + @name + N' DEFAULT ' + @definition + N' FOR number';
IF @name IS NOT NULL EXEC sp_executesql @sql;
GO
