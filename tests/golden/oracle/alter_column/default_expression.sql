ALTER TABLE player MODIFY name DEFAULT ('it' || 's')
/
