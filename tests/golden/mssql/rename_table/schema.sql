EXEC sp_rename N'other.team', N'club', N'OBJECT';
GO
