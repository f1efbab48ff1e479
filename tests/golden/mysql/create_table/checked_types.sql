CREATE TABLE game (
    won BOOL, 
    mood VARCHAR(5), 
    CONSTRAINT ck_won CHECK (won IN (0, 1)), 
    CONSTRAINT ck_mood CHECK (mood IN ('fine', 'so so'))
);
