"""What was traded: actions, amounts, and their order."""
