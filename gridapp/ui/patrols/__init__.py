"""巡查日志: the route of today, findings, points and past rounds."""
