"""Damaged media: made by number, read in processes of their own, judged."""
