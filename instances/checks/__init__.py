"""What the tables must satisfy together; every fault at once."""
