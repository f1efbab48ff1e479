DECLARE @schema sysname = OBJECT_SCHEMA_NAME(OBJECT_ID(N'other.player'));
IF EXISTS (SELECT 1 FROM sys.extended_properties WHERE class = 1 AND name = N'MS_Description'
    AND major_id = OBJECT_ID(N'other.player') AND minor_id = 0)
    EXEC sp_updateextendedproperty @name = N'MS_Description', @level0type = N'SCHEMA', @level0name = @schema, @level1type = N'TABLE', @level1name = N'player', @value = N'it''s 100%';
ELSE
    EXEC sp_addextendedproperty @name = N'MS_Description', @level0type = N'SCHEMA', @level0name = @schema, @level1type = N'TABLE', @level1name = N'player', @value = N'it''s 100%';
GO
