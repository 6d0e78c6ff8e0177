"""Attendance reports of online meetings: reading what Zoom, Microsoft Teams, Webex and BigBlueButton write.

A file becomes rows (rows.py), rows become columns with a meaning (headings.py), cells become instants and minutes
(moments.py), and all of it the stays of people (reading.py). products.py says which program wrote a file.
"""

from .reading import MeetingReport, NotAReport, Stay, read

__all__ = ["MeetingReport", "NotAReport", "Stay", "read"]
