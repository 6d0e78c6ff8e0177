from django.core.paginator import Paginator
from django.template.loader import render_to_string

from events.templatetags.pages import page_numbers


def test_a_long_list_links_to_its_ends_and_to_the_pages_around():
    page = Paginator(range(20_000), 50).page(200)

    assert list(page_numbers(page)) == [1, None, 198, 199, 200, 201, 202, None, 400]


def test_a_short_list_links_to_every_page():
    page = Paginator(range(150), 50).page(1)

    assert list(page_numbers(page)) == [1, 2, 3]


def test_the_gap_is_no_link():
    page = Paginator(range(20_000), 50).page(1)

    shown = render_to_string("includes/pagination.html", {"page": page, "query": ""})

    assert shown.count("<a ") == 4
    assert '<span aria-hidden="true">…</span>' in shown
