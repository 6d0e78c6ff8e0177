"""Places as organisers find, write down, compare and join them, and how people get there."""
