CREATE TYPE IF NOT EXISTS mood AS ENUM ('fine', 'so so');

ALTER TABLE player ADD COLUMN mood mood;
