CREATE SEQUENCE s;

CREATE SEQUENCE "My Shop"."Select's";

-- refused: create_sequence 'shop.s': the option 'cache' of CREATE SEQUENCE

-- refused: create_sequence 's': the option 'cache' of CREATE SEQUENCE

-- refused: create_sequence 's': the option 'cache' of CREATE SEQUENCE

-- refused: create_sequence 's': the option 'data_type' of CREATE SEQUENCE

-- refused: create_sequence 's': the option 'order' of CREATE SEQUENCE

-- refused: create_sequence 's': the option 'order' of CREATE SEQUENCE

-- refused: create_sequence 'shop.s': the option 'owned_by' of CREATE SEQUENCE

CREATE SEQUENCE IF NOT EXISTS s;

-- refused: alter_sequence 'shop.s': the option 'increment' of ALTER SEQUENCE

-- refused: alter_sequence 's': the option 'nominvalue' of ALTER SEQUENCE

-- refused: alter_sequence 's': the option 'start' of ALTER SEQUENCE

-- refused: alter_sequence 's': the option 'restart' of ALTER SEQUENCE

-- refused: alter_sequence 's': the option 'increment' of ALTER SEQUENCE

-- refused: alter_sequence 's': the option 'data_type' of ALTER SEQUENCE

-- refused: alter_sequence 's': the option 'order' of ALTER SEQUENCE

-- refused: alter_sequence 's': the option 'owned_by' of ALTER SEQUENCE

-- refused: alter_sequence 's': the option 'cache' of ALTER SEQUENCE

-- refused: alter_sequence "It's": the option 'increment' of ALTER SEQUENCE

-- refused: alter_sequence 'shop.s': renaming ('new_sequence_name')

DROP SEQUENCE "My Shop".s;

DROP SEQUENCE IF EXISTS s;
