"""The commands, each module imported when one of its verbs is typed."""
