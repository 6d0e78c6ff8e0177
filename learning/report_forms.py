"""What is typed to hand in a report."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from events.editing.fields import LineField

from .models import FrozenReport, Indicator, IndicatorTarget
from .reports.subject import Subject

# What a whole number in the database may be, and a programme in euro would ask for.
MOST = 2_000_000_000
WHOLE_NUMBER = _("Enter a whole number from 0 to 2,000,000,000 in digits alone, or leave it empty for no target.")


class FreezeForm(forms.Form):
    """Why there is another version; nothing at all for the first."""

    because = LineField(
        label=_("Why another version is needed"),
        max_length=300,
        error_messages={"required": _("Write why another version is needed.")},
        help_text=_("It stays with the version for ever: whoever compares the two reads it."),
    )

    def __init__(self, *args: Any, previous: FrozenReport | None, **options: Any) -> None:
        super().__init__(*args, **options)
        if previous is None:
            self.fields["because"].required = False
            self.fields["because"].widget = forms.HiddenInput()


class TargetsForm(forms.Form):
    """What a project promised to reach of each indicator, in one semester or by its end; empty is no target."""

    def __init__(self, *args: Any, subject: Subject, **options: Any) -> None:
        super().__init__(*args, **options)
        self.subject = subject
        self.targets = {target.indicator_id: target for target in self._stored()}
        self.indicators = list(self._indicators())
        for indicator in self.indicators:
            self.fields[self._name(indicator)] = forms.IntegerField(
                label=str(indicator),
                required=False,
                min_value=0,
                max_value=MOST,
                error_messages={"invalid": WHOLE_NUMBER, "min_value": WHOLE_NUMBER, "max_value": WHOLE_NUMBER},
                help_text=indicator.unit,
                initial=self.targets[indicator.pk].value if indicator.pk in self.targets else None,
            )

    @transaction.atomic
    def save(self) -> None:
        """Store what changed; a target that was emptied goes."""
        for indicator in self.indicators:
            value = self.cleaned_data[self._name(indicator)]
            target = self.targets.get(indicator.pk)
            if value is None:
                if target is not None:
                    target.delete()
            else:
                IndicatorTarget.objects.update_or_create(
                    indicator=indicator,
                    project=self.subject.project,
                    semester=self.subject.semester,
                    defaults={"value": value},
                )

    def _stored(self) -> Iterable[IndicatorTarget]:
        return IndicatorTarget.objects.filter(project=self.subject.project, semester=self.subject.semester)

    def _indicators(self) -> Iterable[Indicator]:
        asked = Indicator.objects.filter(programme=self.subject.project.programme_id, is_used=True)
        return asked.order_by("position", "code")

    @staticmethod
    def _name(indicator: Indicator) -> str:
        return f"target-{indicator.code}"
