import base64
import logging
from datetime import timedelta

from allauth.account.adapter import get_adapter
from allauth.account.utils import perform_login
from django.conf import settings
from django.contrib import messages
from django.db import DatabaseError, connection, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.templatetags.static import static
from django.utils.http import content_disposition_header, url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from . import limits, sign_in_mails
from .access import access, everybody, holder_of_the_link
from .forms import SignInForm
from .limits import Act, Limit, client_address
from .models import Mail
from .sign_in_links import LINK_LASTS, DeadLink, holder_of

logger = logging.getLogger(__name__)

LIMIT_LASTS = timedelta(minutes=15)
# Enough for somebody who mistypes and waits badly, too little to fill somebody else's mailbox.
PER_ADDRESS = Limit("sign-in-address", 5, LIMIT_LASTS)
# An office shares one network address.
PER_CLIENT = Limit("sign-in-client", 50, LIMIT_LASTS)

LATEST_MAILS = 200

# See also config/context.py, which reads the cookie.
APPEARANCES = ("system", "light", "dark")


# --- Signing in and out ------------------------------------------------------------------------------------------


@access(everybody)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    next_address = _next_address(request)
    if request.method != "POST":
        if request.user.is_authenticated:
            # Not sent on by itself: whoever was sent here because they lack a right would go round in circles.
            return render(request, "accounts/signed_in.html", {"next": next_address})
        return render(request, "accounts/sign_in.html", {"form": SignInForm(), "next": next_address})
    form = SignInForm(request.POST)
    if not form.is_valid():
        return render(request, "accounts/sign_in.html", {"form": form, "next": next_address}, status=422)
    email = form.cleaned_data["email"]
    if not _may_ask_for_a_link(request, email):
        form.add_error("email", _("Too many links were asked for. Wait 15 minutes, then ask again"))
        response = render(request, "accounts/sign_in.html", {"form": form, "next": next_address}, status=429)
        response["Retry-After"] = str(int(LIMIT_LASTS.total_seconds()))
        return response
    sign_in_mails.send_link(email, next_address=next_address)
    minutes = int(LINK_LASTS.total_seconds() // 60)
    return render(request, "accounts/link_sent.html", {"email": email, "minutes": minutes, "next": next_address})


@access(holder_of_the_link)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in_by_link(request: HttpRequest, token: str) -> HttpResponse:
    """GET and HEAD change nothing, because mail scanners open links; the button signs in."""
    next_address = _next_address(request)
    try:
        if request.method != "POST":
            return render(request, "accounts/sign_in_by_link.html", {"holder": holder_of(token)})
        with transaction.atomic():
            user = holder_of(token, lock=True)
            return perform_login(request, user, email=user.email, redirect_url=next_address or None)
    except DeadLink:
        context = {"form": SignInForm(), "next": next_address}
        return render(request, "accounts/dead_link.html", context, status=410)


@access(everybody)
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    get_adapter(request).logout(request)
    messages.success(request, _("You are signed out."))
    return redirect(settings.LOGOUT_REDIRECT_URL)


def _may_ask_for_a_link(request: HttpRequest, email: str) -> bool:
    # Counted for every address alike, so that a limit that is reached says nothing about who is known.
    return limits.allow([Act(PER_CLIENT, client_address(request)), Act(PER_ADDRESS, email.casefold())])


def _next_address(request: HttpRequest) -> str:
    """Return where to go afterwards, or "" unless it is a page of ours: a link of ours must not lead elsewhere."""
    address = request.POST.get("next") or request.GET.get("next", "")
    return address if _is_ours(request, address) else ""


def _is_ours(request: HttpRequest, address: str) -> bool:
    return len(address) <= 2000 and url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )


# --- How pages look ----------------------------------------------------------------------------------------------


@access(everybody)
@require_POST
def appearance(request: HttpRequest) -> HttpResponse:
    """Keep the choice between light, dark and the device's own for a year, and go back to where it was made."""
    came_from = request.POST.get("next") or request.META.get("HTTP_REFERER", "")
    response = redirect(came_from if _is_ours(request, came_from) else "events:home")
    wanted = request.POST.get("appearance")
    if wanted in APPEARANCES:
        response.set_cookie(
            "appearance",
            wanted,
            max_age=timedelta(days=365),
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    return response


# --- The mails of a demonstration --------------------------------------------------------------------------------


@access(everybody)
@never_cache
@require_safe
def mails(request: HttpRequest) -> HttpResponse:
    _only_in_a_demonstration()
    # The bodies are read on the page of one mail only.
    latest = Mail.objects.defer("text", "html", "attachments")[:LATEST_MAILS]
    return render(request, "accounts/mails.html", {"mails": latest, "total": Mail.objects.count()})


@access(everybody)
@require_safe
def mail(request: HttpRequest, pk: int) -> HttpResponse:
    _only_in_a_demonstration()
    return render(request, "accounts/mail.html", {"mail": get_object_or_404(Mail, pk=pk)})


@access(everybody)
@require_safe
def mail_attachment(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    _only_in_a_demonstration()
    attachments = get_object_or_404(Mail, pk=pk).attachments
    if not 1 <= number <= len(attachments):
        raise Http404
    attachment = attachments[number - 1]
    response = HttpResponse(base64.b64decode(attachment["content"]), content_type=attachment["mimetype"])
    response["Content-Disposition"] = content_disposition_header(True, attachment["name"])
    return response


def _only_in_a_demonstration() -> None:
    # Mails carry links that open registrations and sign people in.
    if not settings.DEMONSTRATION:
        raise Http404


# --- Is it alive -------------------------------------------------------------------------------------------------


@access(everybody)
@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """Browsers ask for this address on pages that name no icon, such as calendars and pictures."""
    return redirect(static("icon.svg"), permanent=False)


@access(everybody)
@never_cache
@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """Answer "ok" when the database answers, else 503."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        logger.exception("The database does not answer.")
        return HttpResponse("the database does not answer", content_type="text/plain; charset=utf-8", status=503)
    return HttpResponse("ok", content_type="text/plain; charset=utf-8")
