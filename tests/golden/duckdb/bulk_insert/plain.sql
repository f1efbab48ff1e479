INSERT INTO team (id, title) VALUES (1, 'it''s 100%');

INSERT INTO team (id, title) VALUES (2, NULL);
