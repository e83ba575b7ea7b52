"""What `bolt-tui COMMAND` does: a module for each command that opens no engine by itself."""
