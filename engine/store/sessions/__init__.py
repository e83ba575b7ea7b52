"""Who is there, who was, and what they left."""
