"""Forms with which organisers change an event: what is typed is kept, and compared."""
