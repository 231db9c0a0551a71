"""What somebody begins with: bundled instances, copies, generated ones, the data dictionary."""
