"""Lists: a page as JSON or, for who asks for `text/csv`, as lines under a line of names.

A text that a spreadsheet would take for a formula gets an apostrophe before it, as OWASP advises ("CSV injection"),
because names come from people; numbers stay what they are.
Both are one answer written in two ways, so that a list has no rules of its own for its file. What a cell cannot hold,
such as the legs of a combo, stands in it as JSON; what is missing is empty.
"""

import csv
import io
import re
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from typing import Any, get_args

import msgspec
from fastapi import Request, Response
from pydantic import BaseModel

from paperdesk.infra.once import OnceRoute

CSV = "text/csv"
JSON = "application/json"
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")


class Lines(Response):
    """An answer that is a file of lines."""

    media_type = CSV


class ListRoute(OnceRoute):
    """A route that answers pages in either form; one that answers something else is like any other."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what answers a request: as the endpoint does, then as CSV where that is asked for."""
        answer, columns = super().get_route_handler(), columns_of(self.response_model)
        if not columns:
            return answer

        async def answer_as_asked(request: Request) -> Response:
            response = await answer(request)
            if wants_csv(request.headers.get("accept", "")):
                response = _file(request, columns, msgspec.json.decode(response.body))
            response.headers["Vary"] = "Accept"
            return response

        return answer_as_asked


def columns_of(model: object) -> list[str]:
    """Return the columns of a page, which are the members of its rows; none when it is no page."""
    if not (isinstance(model, type) and issubclass(model, BaseModel) and "next_cursor" in model.model_fields):
        return []
    (row,) = get_args(model.model_fields["items"].annotation)
    return list(row.model_fields)


def wants_csv(accept: str) -> bool:
    """Say whether CSV is asked for, and rather than JSON where both are; whatever else is taken is no wish for it."""
    asked = {name: (quality, -place) for place, (name, quality) in enumerate(_ranges(accept))}
    return CSV in asked and asked[CSV][0] > 0 and asked[CSV] > asked.get(JSON, (0.0, 0))


def _ranges(accept: str) -> Iterable[tuple[str, float]]:
    for each in accept.split(","):
        name, *parameters = (part.strip().lower() for part in each.split(";"))
        quality = next((part[2:] for part in parameters if part.startswith("q=")), "1")
        yield name, float(quality) if quality.replace(".", "", 1).isdecimal() else 0.0


def as_csv(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    """Write rows as they are in JSON under a line of names."""
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(columns)
    lines.writerows([_cell(row[name]) for name in columns] for row in rows)
    return text.getvalue()


def _cell(value: object) -> object:
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_FORMULA) and not _NUMBER.fullmatch(value) else value
    return value if value is None else msgspec.json.encode(value).decode()


def _file(request: Request, columns: Sequence[str], page: Mapping[str, Any]) -> Response:
    """Write a page as a file; where the next one begins stands in the header Link."""
    headers = {}
    if page["next_cursor"] is not None:
        following = request.url.include_query_params(cursor=page["next_cursor"])
        headers["Link"] = f'<{following.path}?{following.query}>; rel="next"'
    return Lines(as_csv(columns, page["items"]), headers=headers)
