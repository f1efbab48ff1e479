CREATE TABLE game (
    won BIT NULL, 
    mood VARCHAR(5) NULL, 
    CONSTRAINT ck_mood CHECK (mood IN ('fine', 'so so'))
);
GO
