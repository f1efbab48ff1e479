INSERT INTO team (id, title) VALUES (1, 'a')
/

INSERT INTO team (id) VALUES (2)
/

INSERT INTO team (id, title) VALUES (3, 'c')
/
