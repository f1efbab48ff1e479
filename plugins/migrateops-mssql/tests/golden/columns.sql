BEGIN TRANSACTION;
GO

ALTER TABLE t ADD p INTEGER NOT NULL DEFAULT '5' CONSTRAINT positive CHECK (p > 0);
GO

ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY(p) REFERENCES parent (id) ON DELETE CASCADE;
GO

CREATE UNIQUE INDEX ix_t_p ON t (p);
GO

DECLARE @schema sysname = OBJECT_SCHEMA_NAME(OBJECT_ID(N't'));
IF EXISTS (SELECT 1 FROM sys.extended_properties WHERE class = 1 AND name = N'MS_Description'
    AND major_id = OBJECT_ID(N't') AND minor_id = COLUMNPROPERTY(OBJECT_ID(N't'), N'p', 'ColumnId'))
    EXEC sp_updateextendedproperty @name = N'MS_Description', @level0type = N'SCHEMA', @level0name = @schema, @level1type = N'TABLE', @level1name = N't', @level2type = N'COLUMN', @level2name = N'p', @value = N'100%';
ELSE
    EXEC sp_addextendedproperty @name = N'MS_Description', @level0type = N'SCHEMA', @level0name = @schema, @level1type = N'TABLE', @level1name = N't', @level2type = N'COLUMN', @level2name = N'p', @value = N'100%';
GO

ALTER TABLE t ADD q INTEGER NULL REFERENCES s.parent (id);
GO

ALTER TABLE s.t ADD id INTEGER NOT NULL IDENTITY PRIMARY KEY;
GO

ALTER TABLE t ADD flag BIT NULL;
GO

ALTER TABLE t ALTER COLUMN a INTEGER NOT NULL;
GO

DECLARE @name sysname, @definition nvarchar(max), @sql nvarchar(max);
SELECT @name = QUOTENAME(name), @definition = definition FROM sys.default_constraints
    WHERE parent_object_id = OBJECT_ID(N't')
    AND parent_column_id = COLUMNPROPERTY(OBJECT_ID(N't'), N'a', 'ColumnId');
SET @sql = N'ALTER TABLE t DROP CONSTRAINT ' + @name;
IF @name IS NOT NULL EXEC sp_executesql @sql;
ALTER TABLE t ALTER COLUMN a BIGINT NOT NULL;
SET @sql = N'ALTER TABLE t ADD CONSTRAINT ' + @name + N' DEFAULT ' + @definition + N' FOR a';
IF @name IS NOT NULL EXEC sp_executesql @sql;
GO

DECLARE @sql nvarchar(max) = N'';
SELECT @sql = @sql + N'ALTER TABLE t DROP CONSTRAINT ' + QUOTENAME(name) + N';' FROM sys.default_constraints
    WHERE parent_object_id = OBJECT_ID(N't')
    AND parent_column_id = COLUMNPROPERTY(OBJECT_ID(N't'), N'a', 'ColumnId');
EXEC sp_executesql @sql;
GO

ALTER TABLE t ALTER COLUMN a BIGINT NULL;
GO

DECLARE @sql nvarchar(max) = N'';
SELECT @sql = @sql + N'ALTER TABLE t DROP CONSTRAINT ' + QUOTENAME(name) + N';' FROM sys.default_constraints
    WHERE parent_object_id = OBJECT_ID(N't')
    AND parent_column_id = COLUMNPROPERTY(OBJECT_ID(N't'), N'a', 'ColumnId');
EXEC sp_executesql @sql;
GO

ALTER TABLE t ADD DEFAULT '5' FOR a;
GO

DECLARE @sql nvarchar(max) = N'';
SELECT @sql = @sql + N'ALTER TABLE t DROP CONSTRAINT ' + QUOTENAME(name) + N';' FROM sys.default_constraints
    WHERE parent_object_id = OBJECT_ID(N't')
    AND parent_column_id = COLUMNPROPERTY(OBJECT_ID(N't'), N'a', 'ColumnId');
EXEC sp_executesql @sql;
GO

ALTER TABLE t ADD DEFAULT getdate() FOR a;
GO

DECLARE @sql nvarchar(max) = N'';
SELECT @sql = @sql + N'ALTER TABLE s.t DROP CONSTRAINT ' + QUOTENAME(name) + N';' FROM sys.default_constraints
    WHERE parent_object_id = OBJECT_ID(N's.t')
    AND parent_column_id = COLUMNPROPERTY(OBJECT_ID(N's.t'), N'odd [c]''s', 'ColumnId');
EXEC sp_executesql @sql;
GO

ALTER TABLE s.t ALTER COLUMN [odd [c]]'s] NVARCHAR(30) COLLATE Latin1_General_BIN NOT NULL;
GO

ALTER TABLE s.t ADD DEFAULT 'it''s 5%' FOR [odd [c]]'s];
GO

DECLARE @schema sysname = OBJECT_SCHEMA_NAME(OBJECT_ID(N's.t'));
IF EXISTS (SELECT 1 FROM sys.extended_properties WHERE class = 1 AND name = N'MS_Description'
    AND major_id = OBJECT_ID(N's.t') AND minor_id = COLUMNPROPERTY(OBJECT_ID(N's.t'), N'odd [c]''s', 'ColumnId'))
    EXEC sp_updateextendedproperty @name = N'MS_Description', @level0type = N'SCHEMA', @level0name = @schema, @level1type = N'TABLE', @level1name = N't', @level2type = N'COLUMN', @level2name = N'odd [c]''s', @value = N'new';
ELSE
    EXEC sp_addextendedproperty @name = N'MS_Description', @level0type = N'SCHEMA', @level0name = @schema, @level1type = N'TABLE', @level1name = N't', @level2type = N'COLUMN', @level2name = N'odd [c]''s', @value = N'new';
GO

EXEC sp_rename N's.t.[odd [c]]''s]', N'd', N'COLUMN';
GO

DECLARE @schema sysname = OBJECT_SCHEMA_NAME(OBJECT_ID(N't'));
IF EXISTS (SELECT 1 FROM sys.extended_properties WHERE class = 1 AND name = N'MS_Description'
    AND major_id = OBJECT_ID(N't') AND minor_id = COLUMNPROPERTY(OBJECT_ID(N't'), N'd', 'ColumnId'))
    EXEC sp_dropextendedproperty @name = N'MS_Description', @level0type = N'SCHEMA', @level0name = @schema, @level1type = N'TABLE', @level1name = N't', @level2type = N'COLUMN', @level2name = N'd';
GO

DECLARE @sql nvarchar(max) = N'';
SELECT @sql = @sql + N'ALTER TABLE t DROP CONSTRAINT ' + QUOTENAME(name) + N';' FROM sys.default_constraints
    WHERE parent_object_id = OBJECT_ID(N't')
    AND parent_column_id = COLUMNPROPERTY(OBJECT_ID(N't'), N'p', 'ColumnId');
EXEC sp_executesql @sql;
GO

ALTER TABLE t DROP COLUMN p;
GO

ALTER TABLE t DROP COLUMN IF EXISTS q;
GO

DECLARE @sql nvarchar(max) = N'';
SELECT @sql = @sql + N'ALTER TABLE s.t DROP CONSTRAINT ' + QUOTENAME(name) + N';' FROM sys.check_constraints
    WHERE parent_object_id = OBJECT_ID(N's.t')
    AND parent_column_id = COLUMNPROPERTY(OBJECT_ID(N's.t'), N'r', 'ColumnId');
EXEC sp_executesql @sql;
GO

DECLARE @sql nvarchar(max) = N'';
SELECT @sql = @sql + N'ALTER TABLE s.t DROP CONSTRAINT ' + QUOTENAME(name) + N';' FROM sys.default_constraints
    WHERE parent_object_id = OBJECT_ID(N's.t')
    AND parent_column_id = COLUMNPROPERTY(OBJECT_ID(N's.t'), N'r', 'ColumnId');
EXEC sp_executesql @sql;
GO

DECLARE @sql nvarchar(max) = N'';
SELECT @sql = @sql + N'ALTER TABLE s.t DROP CONSTRAINT ' + QUOTENAME(name) + N';' FROM sys.foreign_keys
    WHERE parent_object_id = OBJECT_ID(N's.t')
    AND object_id IN (SELECT constraint_object_id FROM sys.foreign_key_columns WHERE parent_object_id = OBJECT_ID(N's.t') AND parent_column_id = COLUMNPROPERTY(OBJECT_ID(N's.t'), N'r', 'ColumnId'));
EXEC sp_executesql @sql;
GO

ALTER TABLE s.t DROP COLUMN r;
GO

COMMIT;
GO

