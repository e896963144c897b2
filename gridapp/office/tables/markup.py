"""XML and HTML as files bring them, parsed so that no file can do harm.

No entity is expanded, nothing is fetched, and depth and length stay within the bounds
libxml2 sets itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_SAFE: dict[str, Any] = {
    "resolve_entities": False,
    "no_network": True,
    "huge_tree": False,
    "load_dtd": False,
}


class BadMarkup(ValueError):
    """The text is no XML, or deeper or longer than any office program writes."""


def library() -> Any:
    """lxml.etree, which carries no types; imported when it is first needed."""
    import lxml.etree

    return lxml.etree  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]


def tree(content: bytes) -> Any:
    """The root element. Raises BadMarkup."""
    xml = library()
    try:
        root = xml.fromstring(content, xml.XMLParser(**_SAFE))
    except (xml.XMLSyntaxError, ValueError) as error:
        raise BadMarkup from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise BadMarkup
    return root


def elements(stream: Any, *tags: str) -> Iterator[Any]:
    """Elements with one of these names, in any namespace, as they end.

    Each is emptied when the next is asked for, so that memory stays flat. Raises
    BadMarkup.
    """
    xml = library()
    wanted = tuple(f"{{*}}{tag}" for tag in tags)
    try:
        for _, element in xml.iterparse(stream, tag=wanted, **_SAFE):
            yield element
            element.clear(keep_tail=False)
            while element.getprevious() is not None:
                del element.getparent()[0]
    except (xml.XMLSyntaxError, ValueError) as error:
        raise BadMarkup from error


def owner(element: Any, tag: str) -> Any:
    """The nearest element of that name around this one; None when there is none."""
    return next(element.iterancestors(f"{{*}}{tag}"), None)


def local(element: Any) -> str:
    """The name of an element or attribute without its namespace."""
    name: object = element if isinstance(element, str) else element.tag
    return name.rpartition("}")[2] if isinstance(name, str) else ""


def attribute(element: Any, name: str, usual: str = "") -> str:
    """An attribute by its name without namespace."""
    for key, value in element.attrib.items():
        if local(key) == name:
            return str(value)
    return usual
