CREATE TABLE IF NOT EXISTS game (
    id INTEGER NOT NULL, 
    place VARCHAR(30) NOT NULL DEFAULT 'it''s 100%', 
    won BOOL, 
    at DATETIME, 
    PRIMARY KEY (id)
);
