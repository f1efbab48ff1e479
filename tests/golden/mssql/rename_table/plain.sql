EXEC sp_rename N'team', N'Club 100%', N'OBJECT';
GO
