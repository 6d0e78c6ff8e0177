"""What coordinators type about a stakeholder group and its members."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from events.editing.fields import LineField
from projects.models import Organisation, Partner, StakeholderGroup

from . import pasted
from .forms import known_organisations
from .groups import Member
from .pasted import PastedRow
from .pasted_people import EMAIL_CELL, CheckedPerson, PeopleField, name_cell

_NAME = name_cell(required=False)


class PartnerChoice(forms.ModelChoiceField):
    def label_from_instance(self, partner: Any) -> str:
        return f"{partner.organisation} ({partner.project})"


class GroupForm(forms.Form):
    """A group: whose it is, its name, and the policy instrument around which it stands."""

    use_required_attribute = False

    partner = PartnerChoice(
        label=_("Partner"),
        queryset=Partner.objects.none(),
        empty_label=None,
        error_messages={"required": _("Choose the partner."), "invalid_choice": _("Choose one of your partners.")},
    )
    name = LineField(
        label=_("Name of the group"), max_length=200, error_messages={"required": _("Enter a name for the group.")}
    )
    policy_instrument = LineField(
        label=_("Policy instrument"),
        max_length=300,
        required=False,
        help_text=_("The plan or programme that the group is about, as it is called officially."),
    )

    def __init__(self, *args: Any, user, group: StakeholderGroup | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.group = group
        partners = Partner.objects.coordinated_by(user).select_related("organisation", "project").distinct()
        self.fields["partner"].queryset = partners  # type: ignore[attr-defined]
        if group is not None:
            del self.fields["partner"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        partner = self.group.partner if self.group else cleaned.get("partner")
        same = StakeholderGroup.objects.filter(partner=partner, name=cleaned.get("name", ""))
        if self.group:
            same = same.exclude(pk=self.group.pk)
        if partner and same.exists():
            self.add_error("name", gettext("This partner has a group of that name. Choose another one."))
        return cleaned

    def save(self) -> StakeholderGroup:
        group = self.group or StakeholderGroup(partner=self.cleaned_data["partner"])
        group.name = self.cleaned_data["name"]
        group.policy_instrument = self.cleaned_data["policy_instrument"]
        group.save()
        return group


class MembersForm(forms.Form):
    """Members, typed or pasted. A row that will not do is explained, and keeps no other from being stored."""

    use_required_attribute = False

    people = PeopleField(
        label=_("Members"),
        max_length=100_000,
        help_text=_(
            "One person in each line: name, email, organisation. Or paste rows of a sheet, or the addresses of a mail."
        ),
    )

    def clean_people(self) -> list[CheckedPerson[Member]]:
        rows = self.cleaned_data["people"]
        organisations = known_organisations(row.cells.get(pasted.ORGANISATION, "") for row in rows)
        return [_checked(row, organisations) for row in rows]

    @property
    def members(self) -> list[Member]:
        return [row.somebody for row in self.cleaned_data["people"] if row.somebody is not None]

    @property
    def wrong(self) -> list[CheckedPerson[Member]]:
        return [row for row in self.cleaned_data["people"] if row.somebody is None]

    def text_of_wrong(self) -> str:
        """The rows that would not do, to be mended: cells between tabs, under headings that are understood."""
        return pasted.as_text([row.row for row in self.wrong])


def _checked(row: PastedRow, organisations: Mapping[str, Organisation | None]) -> CheckedPerson[Member]:
    if row.problem:
        return CheckedPerson(row, problem=row.problem)
    try:
        name, email = _NAME.clean(row.cells.get(pasted.NAME, "")), EMAIL_CELL.clean(row.cells.get(pasted.EMAIL, ""))
    except ValidationError as error:
        return CheckedPerson(row, problem=" ".join(error.messages))
    return CheckedPerson(row, Member(name, email, organisations[row.cells.get(pasted.ORGANISATION, "")]))
