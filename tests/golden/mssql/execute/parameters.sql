INSERT INTO team (id, title) VALUES (1, 'it''s');
GO

INSERT INTO team (id, title) VALUES (2, 'b');
GO
