"""Why something is not printed."""


class PaperRefused(Exception):
    """It cannot be printed."""


class TakesTooLong(PaperRefused):
    """Setting the pages took longer than it may, or needed more memory."""


class NotSet(PaperRefused):
    """The setter refused the pages: its words are in the log."""
