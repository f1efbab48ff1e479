CREATE SEQUENCE s;

CREATE SEQUENCE [My Shop].[Select's];

CREATE SEQUENCE shop.s START WITH 7 INCREMENT BY -2 MINVALUE -9 MAXVALUE 9 CYCLE CACHE 20;

CREATE SEQUENCE s NO MINVALUE NO MAXVALUE NO CYCLE NO CACHE;

CREATE SEQUENCE s CACHE 1;

CREATE SEQUENCE s AS SMALLINT;

-- refused: create_sequence 's': the option 'order' of CREATE SEQUENCE

-- refused: create_sequence 's': the option 'order' of CREATE SEQUENCE

-- refused: create_sequence 's': the option 'owned_by' of CREATE SEQUENCE

-- refused: create_sequence 's': the option 'if_not_exists' of CREATE SEQUENCE

ALTER SEQUENCE shop.s INCREMENT BY 5 MINVALUE 1 MAXVALUE 9 CYCLE CACHE 20;

ALTER SEQUENCE s NO MINVALUE NO MAXVALUE NO CYCLE NO CACHE;

-- refused: alter_sequence 's': the option 'start' of ALTER SEQUENCE

ALTER SEQUENCE s RESTART;

ALTER SEQUENCE s RESTART WITH 70 INCREMENT BY 5;

-- refused: alter_sequence 's': the option 'data_type' of ALTER SEQUENCE

-- refused: alter_sequence 's': the option 'order' of ALTER SEQUENCE

-- refused: alter_sequence 's': the option 'owned_by' of ALTER SEQUENCE

-- refused: alter_sequence 's': the option 'if_exists' of ALTER SEQUENCE

ALTER SEQUENCE [It's] INCREMENT BY 2;

EXEC sp_rename N'[It''s]', N'Other''s', N'OBJECT';

EXEC sp_rename N'shop.s', N't', N'OBJECT';

DROP SEQUENCE [My Shop].s;

DROP SEQUENCE IF EXISTS s;
