"""The committee's page: a session in a browser on this machine, with the views and charts of the report."""
