"""What an event refuses."""


class PlanRefused(Exception):
    """The event cannot change in this way."""


class NotPublished(PlanRefused):
    """A draft has promised nothing yet: it is deleted or changed, not postponed or cancelled."""


class AlreadyHeld(PlanRefused):
    """What took place stays as it was."""
