"""From words to an answer: router, plan, executor, and the tools that do the work."""
