CREATE SEQUENCE s
/

CREATE SEQUENCE "My Shop"."Select's"
/

CREATE SEQUENCE shop.s START WITH 7 INCREMENT BY -2 MINVALUE -9 MAXVALUE 9 CYCLE CACHE 20
/

CREATE SEQUENCE s NOMINVALUE NOMAXVALUE NOCYCLE NOCACHE
/

CREATE SEQUENCE s NOCACHE
/

-- refused: create_sequence 's': the option 'data_type' of CREATE SEQUENCE

CREATE SEQUENCE s ORDER
/

CREATE SEQUENCE s NOORDER
/

-- refused: create_sequence 'shop.s': the option 'owned_by' of CREATE SEQUENCE

-- refused: create_sequence 's': the option 'if_not_exists' of CREATE SEQUENCE before version 23

ALTER SEQUENCE shop.s INCREMENT BY 5 MINVALUE 1 MAXVALUE 9 CYCLE CACHE 20
/

ALTER SEQUENCE s NOMINVALUE NOMAXVALUE NOCYCLE NOCACHE
/

-- refused: alter_sequence 's': the option 'start' of ALTER SEQUENCE

ALTER SEQUENCE s RESTART
/

ALTER SEQUENCE s RESTART START WITH 70 INCREMENT BY 5
/

-- refused: alter_sequence 's': the option 'data_type' of ALTER SEQUENCE

ALTER SEQUENCE s NOORDER
/

-- refused: alter_sequence 's': the option 'owned_by' of ALTER SEQUENCE

-- refused: alter_sequence 's': the option 'if_exists' of ALTER SEQUENCE before version 23

ALTER SEQUENCE "It's" INCREMENT BY 2
/

RENAME "It's" TO "Other's"
/

-- refused: alter_sequence 'shop.s': 'new_sequence_name' for a sequence of a named schema

DROP SEQUENCE "My Shop".s
/

-- refused: drop_sequence 's': the option 'if_exists' of DROP SEQUENCE before version 23
