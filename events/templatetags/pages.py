"""The numbers under a list of many pages."""

from collections.abc import Iterator

from django import template
from django.core.paginator import Page

register = template.Library()


@register.simple_tag
def page_numbers(page: Page) -> Iterator[int | None]:
    """Return the numbers to link to: the first, the last and those around this page; None where some are left out."""
    for number in page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1):
        yield number if isinstance(number, int) else None
