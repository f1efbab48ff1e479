EXEC sp_rename N'player.name', N'nick', N'COLUMN';
GO
