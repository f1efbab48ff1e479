ALTER TABLE player ADD PRIMARY KEY (id, "number")
/
