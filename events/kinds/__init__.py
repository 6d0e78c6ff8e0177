"""Kinds of events as their administrators decide on them, and what each asks of an event."""
