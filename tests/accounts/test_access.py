"""The rule of a view, and the door that is shut where there is none."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.test import RequestFactory

from accounts.access import DenyByDefaultMiddleware, access, administrators, everybody, holder_of_the_link, signed_in
from accounts.models import User


def page(request):
    return HttpResponse("inside")


def ask(rule, user, address="/en/reports/?x=1&y=2"):
    request = RequestFactory().get(address)
    request.user = user
    return access(rule)(page)(request)


NOBODY = AnonymousUser()
BOB = User(email="bob@example.org")
ADA = User(email="ada@example.org", is_superuser=True)
RETIRED = User(email="retired@example.org", is_superuser=True, is_active=False)


@pytest.mark.parametrize(
    ("rule", "let_in"),
    [
        (everybody, [NOBODY, BOB, ADA]),
        (holder_of_the_link, [NOBODY, BOB, ADA]),
        (signed_in, [BOB, ADA]),
        (administrators, [ADA]),
    ],
)
def test_rule_lets_in_those_it_names(rule, let_in):
    for user in (NOBODY, BOB, ADA):
        try:
            inside = ask(rule, user).content == b"inside"
        except PermissionDenied:
            inside = False
        assert inside == (user in let_in)


def test_retired_administrator_is_no_administrator():
    with pytest.raises(PermissionDenied):
        ask(administrators, RETIRED)


def test_stranger_is_asked_to_sign_in_and_comes_back():
    response = ask(signed_in, NOBODY)

    assert (response.status_code, response["Location"]) == (302, "/en/sign-in/?next=/en/reports/%3Fx%3D1%26y%3D2")


def test_user_without_the_right_is_told_so_and_not_asked_to_sign_in_again():
    with pytest.raises(PermissionDenied):
        ask(administrators, BOB)


def test_view_that_names_no_rule_is_closed(caplog):
    middleware = DenyByDefaultMiddleware(page)

    with pytest.raises(Http404):
        middleware.process_view(RequestFactory().get("/"), page, (), {})

    assert "names no access rule" in caplog.text
    assert middleware.process_view(RequestFactory().get("/"), access(everybody)(page), (), {}) is None
