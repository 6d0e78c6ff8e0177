"""The administration's pages of users and mails, and its way in: a mailed link, as for everybody."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from . import outbox
from .access import access, everybody
from .models import Mail, SuppressedAddress, User
from .read_here import KeptForEver


@access(everybody)
@require_safe
def sign_in_for_administration(request: HttpRequest, extra_context: Any = None) -> HttpResponse:
    """Send whoever comes to the administration's own sign-in to ours: there is one door, with one set of limits."""
    administration = reverse("admin:index")
    if admin.site.has_permission(request):
        return redirect(administration)
    if request.user.is_authenticated:
        # Signing in again as the same user would lead here again.
        raise PermissionDenied
    wanted = urlencode({"next": request.GET.get("next") or administration})
    return redirect(f"{reverse('accounts:sign_in')}?{wanted}")


admin.site.login = sign_in_for_administration  # type: ignore[method-assign, assignment]


@admin.register(User)
class UserAdmin(admin.ModelAdmin):
    list_display = ["email", "name", "is_active", "is_superuser", "last_login"]
    list_filter = ["is_active", "is_superuser"]
    search_fields = ["email", "name"]
    ordering = ["email"]
    # What a user may do comes from their roles in projects; the switches here are for the administration alone.
    fields = ["email", "name", "language", "is_active", "is_staff", "is_superuser", "joined_at", "last_login"]
    readonly_fields = ["joined_at", "last_login"]

    def save_model(self, request: HttpRequest, obj: User, form: ModelForm, change: bool) -> None:
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)


@admin.register(Mail)
class MailAdmin(KeptForEver, admin.ModelAdmin):
    """Read only: a mail is what was sent. One that could not be sent can be queued again."""

    list_display = ["subject", "to", "state", "created_at", "sent_at", "bounced_at", "attempts", "last_error"]
    list_filter = ["state", ("bounced_at", admin.EmptyFieldListFilter), "language"]
    search_fields = ["to", "subject", "about"]
    date_hierarchy = "created_at"
    fields = [
        "subject",
        "to",
        "reply_to",
        "language",
        "text",
        "state",
        "attempts",
        "next_try_at",
        "last_error",
        "created_at",
        "sent_at",
        "bounced_at",
        "bounce",
        "about",
    ]
    actions = ["queue_again"]

    @admin.action(description=_("Send again what could not be sent"), permissions=["view"])
    def queue_again(self, request: HttpRequest, mails: QuerySet[Mail]) -> None:
        queued = outbox.queue_again(mails)
        self.message_user(
            request,
            ngettext("%(queued)s mail is sent again.", "%(queued)s mails are sent again.", queued) % {"queued": queued},
            messages.SUCCESS,
        )


@admin.register(SuppressedAddress)
class SuppressedAddressAdmin(admin.ModelAdmin):
    """To delete a row is to send mails to that address again."""

    list_display = ["address", "since", "reason"]
    search_fields = ["address", "reason"]
    date_hierarchy = "since"
    fields = ["address", "since", "reason"]
    readonly_fields = ["address", "since", "reason"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False
