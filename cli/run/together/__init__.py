"""One plan for several scenarios, one list for several levels."""
