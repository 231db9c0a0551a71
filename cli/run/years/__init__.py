"""Commands that take a plan from one year to the next, and set one year beside another."""
