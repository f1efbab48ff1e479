"""Looking at a project before it is run: what is covered, and whether both tools make the same of it."""
