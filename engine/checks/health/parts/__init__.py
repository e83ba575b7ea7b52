"""What a look at everything looks at: one function a check, each blocking, none remembering."""
