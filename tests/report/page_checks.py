"""What holds for every page: it parses, ids stand once, links resolve, nothing is run or fetched."""

from html.parser import HTMLParser

VOID = {"meta", "img", "br", "hr", "link", "input"}
FOREIGN_EMPTY = {"path", "use"}


class Page(HTMLParser):
    """Collects what the checks need; a wrongly nested element is an error."""

    def __init__(self, html):
        super().__init__()
        self.open, self.ids, self.links, self.tags, self.attributes, self.text = [], [], [], [], [], []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self._note(tag, attrs)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self._note(tag, attrs)

    def handle_endtag(self, tag):
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag, f"</{tag}> closes the wrong element"

    def handle_data(self, data):
        if "style" not in self.open:
            self.text.append(data)

    def _note(self, tag, attrs):
        attrs = dict(attrs)
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs.items()]
        if "id" in attrs:
            self.ids.append(attrs["id"])
        if "href" in attrs:
            self.links.append(attrs["href"])


def check_page(html):
    """Assert what holds for every page and return it."""
    page = Page(html)
    assert len(page.ids) == len(set(page.ids)), "an id stands twice"
    assert all(name and not set(name) & set(" \t\n<>\"'") for name in page.ids)
    missing = [link for link in page.links if link.startswith("#") and link[1:] not in page.ids]
    assert missing == []
    assert not {"script", "iframe", "object", "embed", "link", "form", "base"} & set(page.tags)
    assert not [name for _, name, _ in page.attributes if name.startswith("on")]
    sources = [value for _, name, value in page.attributes if name in ("src", "srcset", "action", "poster")]
    assert all(source.startswith("data:image/") for source in sources)
    assert "default-src 'none'" in html
    assert "javascript:" not in "".join(page.links)
    return page


def text_of(html):
    """Return the text of a page, blanks folded."""
    return " ".join("".join(Page(html).text).split())
