"""Whether a list or certificate is genuine: for everybody who has one before them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.access import access, everybody

from ..paper.heads import in_groups
from ..proof.canonical import CODE_LENGTH, typed_code
from ..proof.verifying import Verdict, verify
from ..proof.words import told


@access(everybody)
@never_cache
@require_safe
def enter(request: HttpRequest) -> HttpResponse:
    """Ask for the code of a paper, and lead to its page."""
    typed = request.GET.get("code", "")[:100]
    if len(code := typed_code(typed)) == CODE_LENGTH:
        return redirect("verifying:verify", code)
    context = {"typed": typed, "is_wrong": bool(typed), "length": CODE_LENGTH}
    return render(request, "registrations/paper/verify_enter.html", context, status=422 if typed else 200)


@access(everybody)
@never_cache
@require_safe
def check(request: HttpRequest, code: str) -> HttpResponse:
    """Say whether the paper with a code is genuine: when it was made and for how many, and no name."""
    verdict: Verdict = verify(code)
    context = {"verdict": verdict, "told": told(verdict), "code": in_groups(verdict.code)}
    return render(request, "registrations/paper/verify.html", context, status=200 if verdict.paper else 404)
