"""Results for other programs: CSV, Parquet, and a workbook."""
