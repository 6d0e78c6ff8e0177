"""The stakeholder groups of a partner, for its coordinators. Those of other partners are not found."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import access
from projects.access import people_with_a_role
from projects.models import Partner, StakeholderGroup

from ..group_forms import GroupForm, MembersForm
from ..groups import deleted_on, groups_of, put_on_list

PAGE_SIZE = 50


@access(people_with_a_role)
@never_cache
@require_safe
def groups(request: HttpRequest) -> HttpResponse:
    """List the groups of the partners that this user coordinates."""
    if not Partner.objects.coordinated_by(request.user).exists():
        raise Http404
    listed = groups_of(request.user).annotate(number=Count("members", distinct=True))
    page = Paginator(listed, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "registrations/groups.html", {"page": page})


@access(people_with_a_role)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """Make a new group."""
    if not Partner.objects.coordinated_by(request.user).exists():
        raise Http404
    form = GroupForm(request.POST if request.method == "POST" else None, user=request.user)
    if request.method == "POST" and form.is_valid():
        group = form.save()
        messages.success(request, gettext("The group is made. Enter its members."))
        return redirect("registrations:group", group.pk)
    return render(request, "registrations/add_group.html", {"form": form}, status=422 if form.errors else 200)


@access(people_with_a_role)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def group(request: HttpRequest, key: int) -> HttpResponse:
    """Show a group with its members; a POST adds members, or changes the group itself."""
    group = _group(request, key)
    members_form, group_form = MembersForm(), _form_of(request, group)
    if request.method == "POST" and "people" in request.POST:
        members_form = MembersForm(request.POST)
        if members_form.is_valid():
            return _added(request, group, members_form)
    elif request.method == "POST":
        group_form = GroupForm(request.POST, user=request.user, group=group)
        if group_form.is_valid():
            group_form.save()
            messages.success(request, gettext("Saved."))
            return redirect("registrations:group", key)
        group.refresh_from_db()
    return _page(request, group, members_form, group_form)


def _form_of(request: HttpRequest, group: StakeholderGroup) -> GroupForm:
    initial = {"name": group.name, "policy_instrument": group.policy_instrument}
    return GroupForm(initial=initial, user=request.user, group=group)


def _added(request: HttpRequest, group: StakeholderGroup, form: MembersForm) -> HttpResponse:
    new, changed = put_on_list(group, form.members)
    words = ngettext("%(number)s member is new.", "%(number)s members are new.", new) % {"number": new}
    if changed:
        more = ngettext("%(number)s is changed.", "%(number)s are changed.", changed) % {"number": changed}
        words = f"{words} {more}"
    messages.success(request, words)
    if not form.wrong:
        return redirect("registrations:group", group.pk)
    # What would not do comes back to be mended.
    rest = request.POST.copy()
    rest["people"] = form.text_of_wrong()
    again = MembersForm(rest)
    again.is_valid()
    return _page(request, group, again, _form_of(request, group), wrong=form.wrong)


def _page(
    request: HttpRequest, group: StakeholderGroup, members_form: MembersForm, group_form: GroupForm, *, wrong=()
) -> HttpResponse:
    members = group.members.select_related("organisation").order_by("name", "email", "pk")
    context = {
        "group": group,
        "deleted_on": deleted_on(group),
        "page": Paginator(members, PAGE_SIZE).get_page(request.GET.get("page")),
        "members_form": members_form,
        "group_form": group_form,
        "form": members_form if members_form.is_bound else group_form,
        "wrong": wrong,
    }
    is_wrong = any(form.is_bound and form.errors for form in (members_form, group_form))
    return render(request, "registrations/group.html", context, status=422 if is_wrong else 200)


@access(people_with_a_role)
@require_POST
def remove_member(request: HttpRequest, key: int, member: int) -> HttpResponse:
    """Take somebody off the list of a group. What they registered for stays."""
    found = _group(request, key).members.filter(pk=member).first()
    if found is None:
        messages.info(request, gettext("This person is not on the list any more."))
    else:
        found.delete()
        messages.success(request, gettext("%(who)s is off the list.") % {"who": found.name or found.email})
    return redirect("registrations:group", key)


@access(people_with_a_role)
@require_POST
def remove(request: HttpRequest, key: int) -> HttpResponse:
    """Delete a group that has no members any more."""
    group = _group(request, key)
    if group.members.exists():
        messages.error(request, gettext("The group has members. Take them off the list first."))
        return redirect("registrations:group", key)
    group.delete()
    messages.success(request, gettext("The group is deleted."))
    return redirect("registrations:groups")


def _group(request: HttpRequest, key: int) -> StakeholderGroup:
    return get_object_or_404(groups_of(request.user), pk=key)
