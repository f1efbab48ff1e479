INSERT INTO team (id) VALUES (1);

INSERT INTO team (id) VALUES ((1 + 1));
