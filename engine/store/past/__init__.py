"""Reading what was: views of journals and parts."""
