INSERT INTO team (id, title) VALUES (1, '100%');
