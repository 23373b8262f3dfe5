"""Gallring: what is kept for how long, and what is destroyed by whose decision."""
