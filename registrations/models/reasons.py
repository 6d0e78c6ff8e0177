"""Reasons that the program gives: stored as a code with its values, said in the language of whoever reads them."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


class Because(models.TextChoices):
    """Why something happened to a registration, in words that no person typed. The words may hold %(values)s."""

    AT_THE_DOOR = "at_the_door", _("Came to the door, and was told how their data is used.")
    OVER_THE_LIMIT = (
        "over_the_limit",
        _("Came to the door, was told how their data is used, and was let in over the limit by the host’s PIN."),
    )
    PASSED_OVER = (
        "passed_over",
        _(
            "Waits for a seat of their delegation, and all of those are taken. The place that was given was one for "
            "everybody."
        ),
    )
    WRITTEN_IN_BY_MISTAKE = (
        "written_in_by_mistake",
        _("Written in at the door by mistake, and taken back there."),
    )
    REPLACED = "replaced", _("The coordinator of %(partner)s named somebody else in your place.")
    TAKEN_OUT = "taken_out", _("The coordinator of %(partner)s took you out of the delegation.")

    def of(self, **values: str) -> dict[str, str]:
        """Return what is stored: the code, and the values of its words."""
        return {"code": self.value, **values}


def reason_in_words(because: dict[str, Any], typed: str) -> str:
    """Return a reason in the current language: what the program says, then what a person typed; "" for none."""
    said = str(Because(because["code"]).label) % because if because else ""
    return f"{said} {typed}".strip()
