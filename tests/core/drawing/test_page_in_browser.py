"""The page as people use it: in a browser, from a file, with a mouse and without one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.actions.wheel_input import ScrollOrigin
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from migrateops.drawing.page import ScriptText, as_html
from tests.core.drawing.browser import Browser
from tests.core.drawing.histories import drawn, rev

SOURCE = '"""first & <b>bold</b>\n\nLonger text."""\n\nprint("</script><script>throw 1</script>")\n'
HISTORY = [
    rev("aa1", doc="first & <b>bold</b>"),
    rev("bb2", "aa1", doc="left"),
    rev("cc3", "aa1", doc="right", labels=["shop"]),
    rev("dd4", "bb2", "cc3", doc="both <script>document.title = 'broken'</script>"),
    rev("xx9", needs=["cc3"], doc="apart"),
]


@pytest.fixture
def page(browser: Browser, tmp_path: Path) -> Iterator[Browser]:
    """A page of a small history; afterwards, it has neither complained nor asked for anything."""
    file = tmp_path / "graph.html"
    picture = drawn(*HISTORY, current={"bb2"}, applied={"aa1", "bb2"})
    scripts = {"aa1": ScriptText("versions/aa1.py", "first & <b>bold</b>\n\nLonger text.", SOURCE)}
    file.write_text(as_html(picture, scripts), encoding="utf-8")
    browser.open(file)
    yield browser
    assert browser.messages() == []
    assert browser.requests() == [file.as_uri()]


@pytest.fixture
def long_page(browser: Browser, tmp_path: Path) -> Iterator[Browser]:
    """A page of 5000 revisions, a merge in each twentieth."""
    history = [rev("r0")]
    for number in range(1, 5000):
        down = {18: (number - 2,), 19: (number - 1, number - 2)}.get(number % 20, (number - 1,))
        history.append(rev(f"r{number}", *(f"r{one}" for one in down), doc=f"number {number}"))
    file = tmp_path / "long.html"
    text = "x = 1\n" * 100
    file.write_text(as_html(drawn(*history), {one.revision: ScriptText(source=text) for one in history}))
    browser.open(file)
    yield browser
    assert browser.messages() == []


def names(page: Browser) -> list[str]:
    return page.texts(".row .id")


def test_all_revisions_are_there_and_nothing_in_them_is_run(page: Browser) -> None:
    assert names(page) == ["xx9", "dd4", "cc3", "bb2", "aa1"]
    assert page.texts(".row .words")[1] == "both <script>document.title = 'broken'</script>"
    assert page.driver.title == "Revisions"
    assert page.find("#count").text == "5 revisions"
    assert page.texts(".pill.current") == ["current"]
    assert len(page.driver.find_elements(By.CSS_SELECTOR, "#canvas path.line")) == 5
    assert len(page.driver.find_elements(By.CSS_SELECTOR, "#canvas circle.hollow")) == 3


def test_the_policy_holds(page: Browser) -> None:
    page.driver.execute_script(
        "const added = document.createElement('script'); added.textContent = 'window.added = 1';"
        "document.body.append(added);"
    )
    assert page.value("window.added === undefined")
    (refused,) = page.messages()
    assert "Content Security Policy" in refused


def test_search_jumps_from_one_to_the_next(page: Browser) -> None:
    page.press("/")
    page.press("SHOP")
    assert page.find("#found").text == "2"
    assert [one.text.split()[0] for one in page.driver.find_elements(By.CSS_SELECTOR, ".row.hit")] == [
        "dd4",
        "cc3",
    ]
    page.press(Keys.ENTER)
    assert page.texts(".row.chosen .id") == ["dd4"]
    assert page.find("#found").text == "1 of 2"
    page.press(Keys.ENTER)
    assert page.texts(".row.chosen .id") == ["cc3"]
    page.press(Keys.ENTER)
    assert page.texts(".row.chosen .id") == ["dd4"]
    page.press(Keys.SHIFT, Keys.ENTER, Keys.NULL)
    assert page.texts(".row.chosen .id") == ["cc3"]
    page.find("#query").clear()
    page.find("#query").send_keys("nowhere")
    assert page.find("#found").text == "none"
    page.press(Keys.ESCAPE)
    assert page.texts(".row.hit") == []
    assert page.value("document.activeElement.id") == "stage"


def test_a_panel_opens_by_a_click_and_tells_all(page: Browser) -> None:
    page.driver.find_elements(By.CSS_SELECTOR, ".row")[4].click()
    assert page.find("#name").text == "aa1"
    assert page.find("#panel .message").text == "first & <b>bold</b>"
    assert page.find("pre.doc").text == "first & <b>bold</b>\n\nLonger text."
    assert page.find("pre.source").get_property("textContent") == SOURCE
    facts = dict(zip(page.texts("dt"), page.texts("dd"), strict=True))
    assert facts["File"] == "versions/aa1.py"
    assert facts["Database"] == "applied"
    assert facts["Follows"] == "nothing: it is a base"
    assert facts["Followed by"].split() == ["cc3", "bb2"]
    page.find("dd .link").click()
    assert page.find("#name").text == "cc3"
    facts = dict(zip(page.texts("dt"), page.texts("dd"), strict=True))
    assert (facts["Needed by"], facts["Database"]) == ("xx9", "pending")
    page.find("#close").click()
    assert not page.find("#panel").is_displayed()


def test_everything_by_keyboard(page: Browser) -> None:
    page.find("#stage").send_keys(Keys.ARROW_DOWN, Keys.ARROW_DOWN)
    assert page.texts(".row.chosen .id") == ["dd4"]
    chosen = page.find(f"#{page.find('#stage').get_attribute('aria-activedescendant')}")
    assert (chosen.get_attribute("role"), chosen.get_attribute("aria-selected")) == ("option", "true")
    page.press(Keys.ENTER)
    assert page.find("#name").text == "dd4"
    assert page.value("document.activeElement.id") == "name"
    page.press(Keys.ESCAPE)
    assert not page.find("#panel").is_displayed()
    page.press(Keys.END)
    assert page.texts(".row.chosen .id") == ["aa1"]
    page.press(Keys.HOME)
    assert page.texts(".row.chosen .id") == ["xx9"]


def test_zoom_by_buttons_keys_and_wheel(page: Browser) -> None:
    width = "document.querySelector('.row .id').getBoundingClientRect().width"
    before = page.value(width)
    page.find("#larger").click()
    assert page.value(width) == pytest.approx(before * 1.25, rel=0.02)
    assert page.find("#same").text == "125%"
    page.find("#stage").send_keys("-", "-")
    assert page.find("#same").text == "80%"
    page.press("0")
    assert page.find("#same").text == "100%"
    origin = ScrollOrigin.from_element(page.find("#stage"))
    actions = ActionChains(page.driver).key_down(Keys.CONTROL)
    actions.scroll_from_origin(origin, 0, -200).key_up(Keys.CONTROL).perform()
    page.wait("document.getElementById('same').textContent !== '100%'")
    assert page.value(width) > before


def test_names_for_those_who_do_not_see(page: Browser) -> None:
    unnamed = page.value(
        "[...document.querySelectorAll('button, input, [role=listbox], [role=group], aside')]"
        ".filter((one) => !one.textContent.trim() && !one.ariaLabel && !one.labels?.length"
        " && !one.getAttribute('aria-labelledby')).map((one) => one.outerHTML)"
    )
    assert unnamed == []
    assert page.find("#stage").get_attribute("aria-label") == "Revisions, newest first"
    assert page.find("#found").get_attribute("role") == "status"


def test_five_thousand_revisions_are_drawn_as_far_as_they_are_seen(long_page: Browser) -> None:
    page = long_page
    assert page.find("#count").text == "5000 revisions"
    assert page.value("document.querySelectorAll('*').length") < 1000
    page.find("#stage").send_keys(Keys.END)
    assert page.texts(".row.chosen .id") == ["r0"]
    page.press("/")
    page.press("number 2500", Keys.ENTER)
    assert page.texts(".row.chosen .id") == ["r2500"]
    chosen = page.find(".row.chosen")
    assert 0 < chosen.location["y"] < 900
    for _ in range(12):
        page.find("#smaller").click()
    assert page.find("#same").text == "10%"
    assert page.value("document.querySelectorAll('*').length") < 10000
    page.find("#same").click()
    assert page.value("document.querySelectorAll('*').length") < 1000


def test_drag_moves_the_picture_and_opens_nothing(long_page: Browser) -> None:
    page = long_page
    actions = ActionChains(page.driver).move_to_element(page.find("#stage")).click_and_hold()
    actions.move_by_offset(0, -200).release().perform()
    page.wait("document.getElementById('stage').scrollTop === 200")
    assert not page.find("#panel").is_displayed()
