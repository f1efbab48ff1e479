CREATE SEQUENCE other.numbers;
GO
