"""统计打印: what is printed for whom, its preview, the printer, and paper back in."""
