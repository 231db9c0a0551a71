"""What can be typed: the commands, their options and their help. Nothing heavy is imported here."""
