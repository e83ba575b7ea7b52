"""What fills the screen: each pane is a pure drawing of the state and a thin widget round it."""
