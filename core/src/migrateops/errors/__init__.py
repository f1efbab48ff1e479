"""One class per fact, with a code and its values; the modules are the families."""
