"""Rules, what fires, who is silenced, and the messages that go out."""
