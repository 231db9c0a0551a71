"""Arrays that everything else is computed with: columns, rows, ragged joins, discount factors."""
