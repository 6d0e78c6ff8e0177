"""The texts of an event in several languages, for its organisers."""

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import access
from projects.access import people_with_a_role
from projects.languages import LANGUAGES

from ..editing import drafts
from ..editing.text_forms import AddLanguageForm, TextsForm
from ..editing.texts import EventTexts
from ..organised import organised_event, organised_event_to_write


@access(people_with_a_role)
@never_cache
@require_safe
def texts(request: HttpRequest, slug: str) -> HttpResponse:
    """Show in which languages there are texts, and how complete each is."""
    event = organised_event(request, slug)
    written = EventTexts.of(event)
    there = written.languages
    form = AddLanguageForm(request.GET if "add" in request.GET else None, there={each.code for each in there})
    if form.is_valid():
        return redirect("events:translation", slug, form.cleaned_data["add"])
    completeness = [written.completeness(language) for language in there]
    context = {"event": event, "completeness": completeness, "form": form}
    return render(request, "events/texts/texts.html", context, status=422 if form.errors else 200)


@access(people_with_a_role)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@transaction.atomic
def translation(request: HttpRequest, slug: str, language: str) -> HttpResponse:
    """Show and change the texts of an event in one language, beside those that were written first."""
    if language not in LANGUAGES:
        raise Http404
    chosen, name = LANGUAGES[language], f"texts-{language}"
    event = organised_event_to_write(request, slug)
    written = EventTexts.of(event)
    window = drafts.Window.of(request, event=event, form=name)
    if request.method == "POST":
        form = TextsForm(request.POST, texts=written, language=chosen)
        if form.is_valid():
            form.save()
            window.discard()
            if words := form.taken_over_in_words:
                messages.info(request, words)
            messages.success(request, gettext("The texts in this language are saved."))
            return redirect("events:texts", slug)
    else:
        form = TextsForm(texts=written, language=chosen)
        if typed := window.typed_in(form):
            form = TextsForm(texts=written, language=chosen, initial=typed)
    context = {
        "event": event,
        "form": form,
        "window": window,
        "form_name": name,
        "chosen": chosen,
        "completeness": written.completeness(chosen),
    }
    return render(request, "events/texts/translation.html", context, status=422 if form.errors else 200)
