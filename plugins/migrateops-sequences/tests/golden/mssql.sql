CREATE SEQUENCE s;
GO

CREATE SEQUENCE [My Shop].[Select's];
GO

CREATE SEQUENCE shop.s START WITH 7 INCREMENT BY -2 MINVALUE -9 MAXVALUE 9 CYCLE CACHE 20;
GO

CREATE SEQUENCE s NO MINVALUE NO MAXVALUE NO CYCLE NO CACHE;
GO

CREATE SEQUENCE s CACHE 1;
GO

CREATE SEQUENCE s AS SMALLINT;
GO

-- refused: create_sequence 's': the option 'order' of CREATE SEQUENCE

-- refused: create_sequence 's': the option 'order' of CREATE SEQUENCE

-- refused: create_sequence 'shop.s': the option 'owned_by' of CREATE SEQUENCE

-- refused: create_sequence 's': the option 'if_not_exists' of CREATE SEQUENCE

ALTER SEQUENCE shop.s INCREMENT BY 5 MINVALUE 1 MAXVALUE 9 CYCLE CACHE 20;
GO

ALTER SEQUENCE s NO MINVALUE NO MAXVALUE NO CYCLE NO CACHE;
GO

-- refused: alter_sequence 's': the option 'start' of ALTER SEQUENCE

ALTER SEQUENCE s RESTART;
GO

ALTER SEQUENCE s RESTART WITH 70 INCREMENT BY 5;
GO

-- refused: alter_sequence 's': the option 'data_type' of ALTER SEQUENCE

-- refused: alter_sequence 's': the option 'order' of ALTER SEQUENCE

-- refused: alter_sequence 's': the option 'owned_by' of ALTER SEQUENCE

-- refused: alter_sequence 's': the option 'if_exists' of ALTER SEQUENCE

ALTER SEQUENCE [It's] INCREMENT BY 2;
GO

EXEC sp_rename N'[It''s]', N'Other''s', N'OBJECT';
GO

EXEC sp_rename N'shop.s', N't', N'OBJECT';
GO

DROP SEQUENCE [My Shop].s;
GO

DROP SEQUENCE IF EXISTS s;
GO
