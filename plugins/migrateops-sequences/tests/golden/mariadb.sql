CREATE SEQUENCE s;

CREATE SEQUENCE `My Shop`.`Select's`;

CREATE SEQUENCE shop.s START WITH 7 INCREMENT BY -2 MINVALUE -9 MAXVALUE 9 CYCLE CACHE 20;

CREATE SEQUENCE s NO MINVALUE NO MAXVALUE NOCYCLE NOCACHE;

CREATE SEQUENCE s CACHE 1;

-- refused: create_sequence 's': the option 'data_type' of CREATE SEQUENCE before version 11.5

-- refused: create_sequence 's': the option 'order' of CREATE SEQUENCE

-- refused: create_sequence 's': the option 'order' of CREATE SEQUENCE

-- refused: create_sequence 'shop.s': the option 'owned_by' of CREATE SEQUENCE

CREATE SEQUENCE IF NOT EXISTS s;

ALTER SEQUENCE shop.s INCREMENT BY 5 MINVALUE 1 MAXVALUE 9 CYCLE CACHE 20;

ALTER SEQUENCE s NO MINVALUE NO MAXVALUE NOCYCLE NOCACHE;

ALTER SEQUENCE s START WITH 7;

ALTER SEQUENCE s RESTART;

ALTER SEQUENCE s RESTART WITH 70 INCREMENT BY 5;

-- refused: alter_sequence 's': the option 'data_type' of ALTER SEQUENCE before version 11.5

-- refused: alter_sequence 's': the option 'order' of ALTER SEQUENCE

-- refused: alter_sequence 's': the option 'owned_by' of ALTER SEQUENCE

ALTER SEQUENCE IF EXISTS s CACHE 5;

ALTER SEQUENCE `It's` INCREMENT BY 2;

RENAME TABLE `It's` TO `Other's`;

RENAME TABLE shop.s TO shop.t;

DROP SEQUENCE `My Shop`.s;

DROP SEQUENCE IF EXISTS s;
