"""What a report reads of the records, up to its cut-off."""
