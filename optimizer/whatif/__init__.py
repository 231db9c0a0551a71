"""A what-if session: drafts, a queue of solves that can be stopped, and the record of it all in a folder."""
