CREATE TABLE game (
    won BOOLEAN, 
    mood VARCHAR(5), 
    CONSTRAINT ck_mood CHECK (mood IN ('fine', 'so so'))
);
