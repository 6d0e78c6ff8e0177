"""What holds for every page: accessible, readable at any width and in the dark, nothing from other hosts."""

import pytest

from .pages import PAGE_NAMES, all_pages

RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]},
    # Ships switched off.
    "rules": {"target-size": {"enabled": True}},
    # What passes is most of the time and of the answer.
    "resultTypes": ["violations"],
}
# In the dark the same page has other colours, and nothing else.
RULES_OF_COLOUR = {
    "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]},
    "resultTypes": ["violations"],
}


@pytest.fixture(scope="session")
def pages(site):
    found = {page.name: page for page in all_pages(site)}
    assert set(found) == set(PAGE_NAMES)
    return found


@pytest.fixture(scope="session")
def axe() -> str:
    """The program of axe-core, which a page takes in once."""
    axe_playwright = pytest.importorskip("axe_playwright_python.base", reason="make test installs it")
    return axe_playwright.AXE_SCRIPT


def _violations(window, rules: dict) -> list[str]:
    violations = window.evaluate("rules => axe.run(rules).then(results => results.violations)", rules)
    return [
        f"{violation['id']}: {violation['help']}: {node['html'][:200]} {node.get('failureSummary', '')[:300]}"
        for violation in violations
        for node in violation["nodes"]
    ]


@pytest.mark.parametrize("name", PAGE_NAMES)
def test_page_is_accessible_at_any_width_and_in_the_dark_and_asks_no_other_host(
    site, pages, open_browser, signed_in, axe, name
):
    page = pages[name]
    window = open_browser(state=signed_in(page.role) if page.role else None)
    asked: list[str] = []
    errors: list[str] = []
    window.on("request", lambda request: asked.append(request.url))
    window.on("pageerror", lambda error: errors.append(str(error)))
    window.on(
        "console",
        # A page that is meant to be a 404 says so on the console too.
        lambda message: message.type == "error" and page.status == 200 and errors.append(message.text),
    )

    # Without motion a colour is there at once, and not half-way while it is measured.
    window.emulate_media(reduced_motion="reduce")
    answer = window.goto(page.path)

    assert answer.status == page.status
    window.evaluate(axe)
    for width in (1280, 320):
        window.set_viewport_size({"width": width, "height": 900})
        for scheme, rules in (("light", RULES), ("dark", RULES_OF_COLOUR)):
            window.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            assert _violations(window, rules) == [], (width, scheme)
        too_wide = window.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert too_wide <= 0, f"At {width} px the page scrolls sideways by {too_wide} px."
        # Lists of people and events are cards on a phone, so nothing of them lies beyond the edge.
        assert window.evaluate(f"{CARDS}.filter(e => e.scrollWidth > e.clientWidth).length") == 0, width
    window.set_viewport_size({"width": 1280, "height": 900})
    _every_control_is_reached_by_keyboard_with_a_visible_ring(window)
    assert [url for url in asked if not url.startswith((site.url, "data:"))] == []
    assert errors == []


CARDS = "[...document.querySelectorAll('.table-box:has(.table-cards)')]"
CONTROLS = "a[href], button, input:not([type=hidden]), select, textarea, summary"


def _every_control_is_reached_by_keyboard_with_a_visible_ring(window) -> None:
    focusable = window.evaluate(
        """controls => {
            window.focusedOnes = [];
            addEventListener('focusin', ({target}) => {
                const style = getComputedStyle(target), box = target.getBoundingClientRect();
                focusedOnes.push({
                    target, html: target.outerHTML.slice(0, 120),
                    ring: style.outlineStyle === 'solid' && parseFloat(style.outlineWidth) >= 2,
                    visible: box.bottom > 0 && box.top < innerHeight,
                });
            });
            return [...document.querySelectorAll(controls)]
                .filter(e => !e.disabled && e.checkVisibility() && e.tabIndex >= 0
                    && !(e.type === 'radio' && !e.checked && document.querySelector(`[name="${e.name}"]:checked`))
                    && !(e.type === 'radio' && !e.checked
                         && e !== document.querySelector(`[name="${e.name}"]`))).length;
        }""",
        CONTROLS,
    )
    # Behind the last control the browser's own parts have the focus: then nothing is told any more.
    for _step in range(focusable + 20):
        window.keyboard.press("Tab")
    reached, without_ring = window.evaluate(
        """controls => [
            new Set(focusedOnes.map(({target}) => target).filter(e => e.matches(controls))).size,
            focusedOnes.filter(({ring, visible}) => !ring || !visible).map(({html}) => html),
        ]""",
        CONTROLS,
    )

    assert without_ring == []
    assert reached >= focusable


@pytest.mark.parametrize("name", ["home", "event-open", "register", "registration", "report"])
def test_page_reads_at_four_times_the_size_and_in_forced_colours(pages, open_browser, signed_in, name):
    page = pages[name]
    window = open_browser(width=320, height=256, state=signed_in(page.role) if page.role else None)
    window.emulate_media(forced_colors="active", reduced_motion="reduce")
    window.goto(page.path)
    window.keyboard.press("Tab")

    ring = window.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    too_wide = window.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")

    assert (ring, too_wide <= 0) == ("solid", True)
