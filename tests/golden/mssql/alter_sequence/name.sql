EXEC sp_rename N'numbers', N'Other''s', N'OBJECT';
GO
