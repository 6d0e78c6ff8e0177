"""The fields of a form for what an event asks beside the core: sessions to choose, and the host's questions.

Both forms have them, that of registering and that of changing what was answered. docs/decisions/questions.md says why
the fields that need no answer are there all the same and are then passed over.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, ngettext

from events.models import ChoiceGroup, Event, Session
from events.times import day_in_words, hours_in_words

from . import places
from .asking import IN_THE_ROOM_ONLY, NOTHING, Asking, SessionGroup
from .exceptions import ChoicesClash
from .models import Option, Question, Registration
from .questions import files
from .questions.answering import is_empty
from .questions.asked import asked_of, for_the_script, only_if, why_and_until
from .questions.conditions import EQUALS, HAS, applying, comparisons
from .questions.fields import OneOfField, SeveralOfField, field_name, field_of, phone_number
from .questions.files import UploadField, UploadWidget

Rule = ChoiceGroup.Rule
# Answers that somebody wrote: they are never dropped without a word.
WORDS = (Question.Kind.TEXT, Question.Kind.LONG_TEXT)


@dataclass(frozen=True, slots=True)
class ShownQuestion:
    """A question on a page: its field, and for the script when it is shown, "" for always."""

    question: Question
    field: forms.BoundField
    condition: str


def left_in_words(left: places.Left | None) -> str:
    """Return how many places something has left: “3 of 50 places left”, “full – waiting list”; "" without a limit."""
    if left is None or left.places is None:
        return ""
    if left.is_full:
        return gettext("full – waiting list")
    words = ngettext("%(free)s of %(places)s place left", "%(free)s of %(places)s places left", left.places)
    return words % {"free": left.free, "places": left.places}


def session_in_words(session: Session, *, language: str) -> str:
    """Return a session as one line: title, when and where."""
    when = ", ".join(
        part
        for part in (
            day_in_words(session.held_on) if session.held_on else "",
            hours_in_words(session.start_time, session.end_time),
        )
        if part
    )
    where = session.room.name if session.room else str(session.place) if session.place else ""
    title = session.in_language("title", language).text
    return " · ".join(part for part in (title, when, where) if part)


def rule_in_words(group: ChoiceGroup) -> str:
    """Return how many sessions of a group one person chooses; "" where that is not said."""
    if not group.pick:
        return ""
    words = {
        Rule.EXACTLY: ngettext("Choose %(pick)s of these", "Choose exactly %(pick)s of these", group.pick),
        Rule.AT_LEAST: ngettext("Choose at least %(pick)s of these", "Choose at least %(pick)s of these", group.pick),
        Rule.AT_MOST: ngettext("Choose at most %(pick)s of these", "Choose at most %(pick)s of these", group.pick),
    }
    return words[Rule(group.rule)] % {"pick": group.pick}


def _what_to_choose(group: ChoiceGroup) -> str:
    """The same as an error, which is also read away from the group: in the list at the top of the page."""
    # A group that does not say how many can never be wrong.
    pick = group.pick or 1
    words = {
        Rule.EXACTLY: ngettext("Choose %(pick)s of “%(group)s”", "Choose exactly %(pick)s of “%(group)s”", pick),
        Rule.AT_LEAST: ngettext(
            "Choose at least %(pick)s of “%(group)s”", "Choose at least %(pick)s of “%(group)s”", pick
        ),
        Rule.AT_MOST: ngettext(
            "Choose at most %(pick)s of “%(group)s”", "Choose at most %(pick)s of “%(group)s”", pick
        ),
    }
    return words[Rule(group.rule)] % {"pick": pick, "group": group.name}


class OneSession(forms.RadioSelect):
    """One session of a group, as a list of one key."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        return data.getlist(name) if hasattr(data, "getlist") else data.get(name)


class SessionsField(forms.MultipleChoiceField):
    """Sessions of one group, as their keys."""

    widget = forms.CheckboxSelectMultiple

    def clean(self, value: Any) -> list[int]:
        return [int(key) for key in super().clean(value)]


class TakingPartForm(forms.Form):
    """A form with a field for each group of sessions and for each question, as `asking` has them.

    `answered` are stored answers by the keys of their questions, and `chosen` the keys of sessions that were chosen
    before. After validation `values` and `sessions` hold what counts: what need not be answered is passed over.
    """

    def __init__(
        self,
        *args: Any,
        event: Event,
        asking: Asking = NOTHING,
        participant_kind: str = Registration.ParticipantKind.PARTICIPANT,
        answered: Mapping[int, Any] | None = None,
        chosen: Iterable[int] = (),
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.event, self.asking, self.asked_as = event, asking, participant_kind
        self.values: dict[int, Any] = {}
        self.sessions: list[Session] = []
        # How things stood when the form was made; None where nothing limited is picked.
        self.counted: places.Counted | None = None
        self.questions: list[Question] = []
        # The names of fields whose text and another answer exclude each other.
        self._contradictions: set[str] = set()
        self.is_preview = False
        if not asking.is_nothing:
            self._language = get_language() or "en"
            if asking.has_limits:
                self.counted = places.count_all(event)
            self._add_sessions(set(chosen))
            self._add_questions(answered or {})

    def _add_sessions(self, chosen: set[int]) -> None:
        if not self.asking.groups:
            return
        left = self.counted.sessions if self.counted else {}
        is_online = self._mode_that_is_certain() == Registration.Mode.ONLINE
        for group in self.asking.groups:
            there = group.for_mode(is_online=is_online)
            if there:
                self.fields[group.field] = self._sessions_field(group, there, left)
                self.initial.setdefault(group.field, [str(one.pk) for one in there if one.pk in chosen])

    def _sessions_field(
        self, group: SessionGroup, there: Iterable[Session], left: Mapping[int, places.Left]
    ) -> SessionsField:
        choices = []
        for session in there:
            label = session_in_words(session, language=self._language)
            about = left_in_words(left.get(session.pk))
            choices.append((str(session.pk), f"{label} ({about})" if about else label))
        hints = [rule_in_words(group.group) if group.group else gettext("Choose what you take part in.")]
        if self.event.mode == Event.Mode.HYBRID and all(one.kind in IN_THE_ROOM_ONLY for one in group.sessions):
            hints.append(gettext("Only for those who take part in the room."))
        pick = group.group.pick if group.group else None
        is_one = pick == 1 and group.group is not None and group.group.rule == Rule.EXACTLY
        wrong = gettext("Choose from the sessions that are offered")
        return SessionsField(
            widget=OneSession if is_one else forms.CheckboxSelectMultiple,
            label=group.group.name if group.group else gettext("Parts of the programme"),
            choices=choices,
            help_text=" ".join(hint for hint in hints if hint),
            # Whether it must be answered also depends on how somebody takes part, so that is looked at below.
            required=bool(pick and group.group and group.group.rule != Rule.AT_MOST),
            error_messages={
                "required": _what_to_choose(group.group) if group.group else "",
                "invalid_choice": wrong,
                "invalid_list": wrong,
            },
        )

    def _add_questions(self, answered: Mapping[int, Any]) -> None:
        certain = self._mode_that_is_certain()
        self.questions = asked_of(self.asking.questions, mode=certain, participant_kind=self.asked_as)
        if not self.questions:
            return
        by_key = {question.pk: question for question in self.asking.questions}
        left = self.counted.options if self.counted else {}
        for question in self.questions:
            hints: list[str] = [why_and_until(question, language=self._language)]
            if condition := only_if(question, self.event, by_key, language=self._language):
                hints.insert(0, _only_if(condition))
            stored = answered.get(question.pk)
            field = field_of(
                question,
                language=self._language,
                hints=hints,
                left=lambda option: left_in_words(left.get(option.pk)),
                stored=stored,
            )
            self.fields[field_name(question)] = field
            if not is_empty(stored):
                self.initial.setdefault(field_name(question), stored)
            if isinstance(field, UploadField) and self.is_bound:
                code = str(self.data.get(f"{self.add_prefix(field_name(question))}-kept") or "")
                field.widget.waiting = files.waiting(question, code)

    def _mode_that_is_certain(self) -> str | None:
        """How everybody takes part; None at a hybrid event, where it depends on what is answered."""
        return None if self.event.mode == Event.Mode.HYBRID else places.mode_at(self.event, None)

    # What is on the page

    @property
    def asked(self) -> list[ShownQuestion]:
        return [
            ShownQuestion(question, self[field_name(question)], self._condition(question))
            for question in self.questions
        ]

    @property
    def has_conditions(self) -> bool:
        return any(self._condition(question) for question in self.questions)

    def _condition(self, question: Question) -> str:
        return "" if self.is_preview else for_the_script(question, self.event)

    @property
    def session_fields(self) -> list[forms.BoundField]:
        return [self[group.field] for group in self.asking.groups if group.field in self.fields]

    @property
    def has_files(self) -> bool:
        return any(isinstance(field, UploadField) for field in self.fields.values())

    # What was answered

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.asking.is_nothing:
            mode = places.mode_at(self.event, cleaned.get("mode"))
            self._look_at_questions(cleaned, mode)
            self._look_at_sessions(cleaned, mode)
        return cleaned

    def _look_at_questions(self, cleaned: dict[str, Any], mode: str) -> None:
        asked = asked_of(self.questions, mode=mode, participant_kind=self.asked_as)
        for question in asked:
            self._take_at_their_word(question, asked, cleaned)
        needed = applying(asked, _given(asked, cleaned))
        for question in self.questions:
            name = field_name(question)
            if question.pk not in needed and name not in self._contradictions:
                # What is picked in a field that needs no answer is neither wrong nor stored.
                self.errors.pop(name, None)
                cleaned[name] = None
            elif question.kind == Question.Kind.PHONE and cleaned.get(name):
                try:
                    cleaned[name] = phone_number(cleaned[name], cleaned.get("country"))
                except ValidationError as error:
                    self.add_error(name, error)
            self.values[question.pk] = cleaned.get(name)

    def _take_at_their_word(self, question: Question, asked: list[Question], cleaned: dict[str, Any]) -> None:
        """Pick the answer that a text goes with, such as “Something else”, where it was typed without picking that.

        Without JavaScript the field of the text is always there; with it, one that is hidden is not sent. Where another
        answer was picked that excludes this one, nobody can tell which of the two is meant: that is an error.
        """
        name = field_name(question)
        if question.kind not in WORDS or is_empty(cleaned.get(name)):
            return
        needed = applying(asked, _given(asked, cleaned))
        wanted = list(comparisons(question.shown_if))
        if question.pk in needed or len(wanted) != 1 or wanted[0].get("is", EQUALS) not in (EQUALS, HAS):
            return
        before = next((one for one in asked if one.pk == wanted[0]["question"] and one.pk in needed), None)
        if before is None or field_name(before) in self.errors:
            return
        field = self.fields[field_name(before)]
        picked: Any = cleaned.get(field_name(before))
        if isinstance(field, SeveralOfField):
            typed = [str(key) for key in (*picked, wanted[0]["value"])]
        elif isinstance(field, OneOfField) and is_empty(picked):
            typed = [one for one, stored in field.values.items() if stored == wanted[0]["value"]]
        elif isinstance(field, OneOfField):
            self._contradictions.add(name)
            label = before.in_language("label", self._language)
            words = gettext("This does not go with your answer to “%(question)s”. Change that one, or empty this.")
            self.add_error(name, ValidationError(words % {"question": label}, code="contradiction"))
            return
        else:
            return
        self._pick(field_name(before), typed, cleaned)

    def _pick(self, name: str, typed: list[str], cleaned: dict[str, Any]) -> None:
        field = self.fields[name]
        try:
            cleaned[name] = field.clean(typed if isinstance(field, SeveralOfField) else "".join(typed))
        except ValidationError as error:
            self.add_error(name, error)
            return
        # The form is shown with it, and so are later pages of the long one.
        data = cast(QueryDict, self.data).copy()
        data.setlist(self.add_prefix(name), typed)
        self.data = data

    def _look_at_sessions(self, cleaned: dict[str, Any], mode: str) -> None:
        is_online = mode == Registration.Mode.ONLINE
        for group in self.asking.groups:
            if group.field not in self.fields:
                continue
            there = {session.pk: session for session in group.for_mode(is_online=is_online)}
            if not there:
                self.errors.pop(group.field, None)
                cleaned[group.field] = []
            picked = [there[key] for key in cleaned.get(group.field) or () if key in there]
            of_group = group.group
            if there and of_group and group.field not in self.errors and not of_group.fits(len(picked)):
                self.add_error(group.field, ValidationError(_does_not_fit(of_group, len(picked)), code="rule"))
            self.sessions += picked
        try:
            # Whether as many are picked as the groups ask for is said above, at the field of each.
            places.check_clashes(self.sessions)
        except ChoicesClash as clash:
            self._say_that_they_clash(clash)

    def _say_that_they_clash(self, clash: ChoicesClash) -> None:
        first, second = cast("tuple[Session, Session]", clash.sessions)
        words = gettext("“%(first)s” and “%(second)s” are at the same time. Choose one of them.")
        at = next(
            (group.field for group in self.asking.groups if any(one.pk == second.pk for one in group.sessions)), None
        )
        titles = {
            name: one.in_language("title", self._language) for name, one in (("first", first), ("second", second))
        }
        self.add_error(at, ValidationError(words % titles, code="clash"))

    @property
    def options(self) -> list[Option]:
        """The options that were picked and whose places are limited."""
        return [option for question in self.questions for option in limited_options(question, self.values)]

    @property
    def picked_and_full(self) -> list[Session | Option]:
        """What they picked and will wait for."""
        picked: list[Session | Option] = [*self.sessions, *self.options]
        return [one for one in picked if self.is_full(one)]

    def is_full(self, picked: Session | Option) -> bool:
        """Whether no place was left in it when the form was made."""
        if self.counted is None:
            return False
        left = (self.counted.sessions if isinstance(picked, Session) else self.counted.options).get(picked.pk)
        return left is not None and left.is_full

    def keep_files(self, *, may_send: Callable[[], bool]) -> None:
        """Store the files that came with the form, so that they are there when it comes back.

        What the form then holds is a code of each. `may_send` counts a file and says whether it is one too many.
        """
        for question in self.questions:
            name = field_name(question)
            if not isinstance(self.fields[name], UploadField):
                continue
            widget = cast(UploadWidget, self.fields[name].widget)
            upload = self.cleaned_data.get(name)
            if upload is None and self.data.get(f"{name}-remove"):
                widget.waiting = None
            if isinstance(upload, files.Upload) and upload.pk is None:
                if may_send():
                    widget.waiting = files.keep(upload, question)
                else:
                    words = gettext("Too many files came from your network. Send this one in an hour, or leave it out.")
                    self.add_error(name, ValidationError(words, code="too_many"))


def _given(asked: Iterable[Question], cleaned: Mapping[str, Any]) -> dict[int, Any]:
    return {question.pk: cleaned.get(field_name(question)) for question in asked}


def limited_options(question: Question, values: Mapping[int, Any]) -> list[Option]:
    """Return the options of a question that these answers pick and whose places are limited."""
    value = values.get(question.pk)
    keys = value if isinstance(value, list) else [value]
    return [option for option in question.options.all() if option.places is not None and option.pk in keys]


def _does_not_fit(group: ChoiceGroup, number: int) -> str:
    return gettext("%(rule)s. You chose %(number)s.") % {"rule": _what_to_choose(group), "number": number}


def _only_if(words: str) -> SafeString:
    # The script hides it where it hides and shows the question itself.
    return format_html('<span data-only-if dir="auto">{}</span>', words)


def preview_of(event: Event, question: Question) -> TakingPartForm:
    """Return a form with one question alone, to be looked at and not to be sent. It is there whatever its condition."""
    from .asking import read_asking

    asking = read_asking(event)
    form = TakingPartForm(event=event, asking=asking, auto_id="preview_%s", prefix="preview")
    shown = [one for one in form.questions if one.pk == question.pk]
    form.questions, form.is_preview = shown, True
    return form
