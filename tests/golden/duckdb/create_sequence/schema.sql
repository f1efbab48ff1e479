CREATE SEQUENCE other.numbers;
