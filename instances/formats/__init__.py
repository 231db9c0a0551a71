"""Files and documents, read and written."""
