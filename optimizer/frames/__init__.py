"""An answer's tables as pandas wants them: computed when asked for, one type a column, periods, units."""
