"""Tables as people keep them: from bytes to typed cells, or a sentence that says where not."""
