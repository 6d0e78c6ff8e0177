"""How every form of the site is drawn."""

from typing import Any

from django.forms.renderers import TemplatesSetting


class NothingIsCut(TemplatesSetting):
    """Draws fields without `maxlength`: a browser cuts what is pasted beyond it without a word.

    The form refuses what is too long in words and shows it again whole. templates/includes/limit.html says how much a
    long text may hold, and counts where there is JavaScript.
    """

    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> str:
        if "widget" in context:
            context["widget"]["attrs"].pop("maxlength", None)
        return super().render(template_name, context, request)
