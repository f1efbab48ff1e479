INSERT INTO team (id, title) VALUES (1, 'it''s');

INSERT INTO team (id, title) VALUES (2, 'b');
