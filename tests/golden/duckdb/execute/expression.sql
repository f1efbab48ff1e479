UPDATE team SET title='new' WHERE team.id = 1;
