"""Taking part online: links that record who joined, and the reports that meeting programs write afterwards."""
