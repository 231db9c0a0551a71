"""The supply chain as a graph."""
