"""What Session Day is held against: the same durable work, each in its own framework's way."""
