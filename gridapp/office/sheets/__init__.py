"""Sheets printed as PDF."""
