"""What the tabs and the dialog show: drafts in words, projects, differences, why nothing is possible, other results."""
