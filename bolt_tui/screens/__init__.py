"""The screens: the console itself, its help, and the word for a terminal that is too small."""
