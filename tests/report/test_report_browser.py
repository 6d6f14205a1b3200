"""The pages in a real browser: nothing runs, nothing is fetched, links lead somewhere, a phone scrolls one way."""

import shutil

import pytest
from report_builders import empty_assessment, one_note

from nlp_engine.report import WorklistRow, render_report, render_worklist

playwright = pytest.importorskip("playwright.sync_api", reason="the extra test brings playwright")
ARGUMENTS = ("--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
             "--disable-component-update --disable-sync").split()  # fmt: skip
EVIL = "<script>document.title='run'</script><img src=http://example.org/x onerror=\"document.title='run'\"> no fever"


@pytest.fixture(scope="module")
def browser():
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("no chromium on this machine")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def pages(assessment, tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    evil = one_note(EVIL, (len(EVIL) - 5, len(EVIL), "PROBLEM", {"presence": "absent"}), evidence=[(0, 8)], name=EVIL)
    row = WorklistRow.of(assessment, clinician_href="full-clinician.html", patient_href="full-patient.html")
    made = {"worklist": render_worklist([row] * 40, [], {})}
    for name, one in {"full": assessment, "evil": evil, "empty": empty_assessment()}.items():
        for audience in ("clinician", "patient"):
            made[f"{name}-{audience}"] = render_report(one, audience)
    for name, html in made.items():
        (folder / f"{name}.html").write_text(html, encoding="utf-8")
    return folder


NAMES = ["worklist", *(f"{n}-{a}" for n in ("full", "evil", "empty") for a in ("clinician", "patient"))]


@pytest.fixture
def opened(browser, pages):
    made, told = [], []

    def open_page(name, width=1280):
        page = browser.new_page(viewport={"width": width, "height": 800})
        made.append(page)
        page.on("console", lambda message: told.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: told.append(str(error)))
        page.route("**/*", lambda route: route.continue_() if route.request.url.startswith("file:") else leave(route))
        page.goto((pages / f"{name}.html").as_uri())
        return page

    def leave(route):
        told.append(f"request to {route.request.url}")
        route.abort()

    yield open_page
    for page in made:
        page.close()
    assert told == []


@pytest.mark.parametrize("name", NAMES)
def test_nothing_runs_and_nothing_is_fetched(opened, name):
    page = opened(name)
    assert page.title() != "run"
    assert page.evaluate("document.scripts.length") == 0


@pytest.mark.parametrize("name", NAMES)
def test_phone_needs_no_sideways_scroll(opened, name):
    page = opened(name, width=390)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_link_of_a_statement_shows_the_marked_words(opened):
    page = opened("full-clinician")
    page.locator("article.is-conflict .sides a").nth(2).click()
    target = page.evaluate("document.querySelector(':target').textContent")
    assert target == "pneumonia"
    assert page.evaluate(
        "(() => { const r = document.querySelector(':target').getBoundingClientRect();"
        "return r.top >= 0 && r.bottom <= innerHeight; })()"
    )


def test_every_link_inside_the_page_resolves(opened):
    page = opened("full-clinician")
    broken = page.evaluate(
        "[...document.querySelectorAll('a[href^=\"#\"]')].map(a => a.getAttribute('href').slice(1))"
        ".filter(id => !document.getElementById(id))"
    )
    assert broken == []


def test_what_matters_stands_on_the_first_screen(opened):
    page = opened("full-clinician")
    assert page.locator("article.card.critical h3").first.bounding_box()["y"] < 800


def test_paper_shows_the_patient_sources_and_hides_long_notes(opened):
    page = opened("full-patient")
    page.emulate_media(media="print")
    assert page.locator(".from li").first.is_visible()


def test_paper_shows_folded_negatives_by_name_only(opened):
    page = opened("full-clinician")
    page.emulate_media(media="print")
    assert page.locator(".group-absent .finding-name").first.is_visible()
    assert not page.locator(".group-absent .evidence").first.is_visible()
    assert not page.locator(".findings .context").first.is_visible()


def test_folded_negatives_open_by_their_link(opened):
    page = opened("full-clinician")
    anchor = page.evaluate("document.querySelector('.group-absent .finding').id")
    assert not page.locator(f"#{anchor}").is_visible()
    page.evaluate(f"location.hash = '{anchor}'")
    page.wait_for_function("document.querySelector('details.fold').open")
    assert page.locator(f"#{anchor}").is_visible()
