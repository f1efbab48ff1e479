CREATE TABLE game (
    won SMALLINT, 
    mood VARCHAR(5 CHAR), 
    CONSTRAINT ck_won CHECK (won IN (0, 1)), 
    CONSTRAINT ck_mood CHECK (mood IN ('fine', 'so so'))
)
/
