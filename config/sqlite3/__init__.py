"""SQLite for many who write at once; see base.py."""
