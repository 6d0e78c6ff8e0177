"""Pages of the administration on which something is read: it is written elsewhere, or never."""

from typing import Any

from django.http import HttpRequest


class ReadHere:
    """For a page or an inline of the administration: rows are neither added nor changed in it."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class KeptForEver(ReadHere):
    """The same for what is not deleted either."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
