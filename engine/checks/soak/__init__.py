"""Days of a session in minutes, watched for leaks."""
