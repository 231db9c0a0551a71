"""An explanation on the terminal: the list from certain to never, least changes as sentences, limits, conflicts."""
