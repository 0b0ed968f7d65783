"""Orders above a value that somebody set are placed only once they were confirmed, closings and exercises too.

A client that can ask its person is asked to: in the protocol of 2026-07-28 by an answer that says what is missing,
before it by a question on the session. Any other gets a token, and places the order by sending it again with that.
The token says who may place which order until when, and nobody else can write one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from hmac import compare_digest
from typing import Any, Final

from mcp.shared.exceptions import MCPError
from mcp_types import ElicitRequest, ElicitRequestFormParams, ElicitResult, InputRequiredResult
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

from paperdesk.core.broker.commands import ClosePosition, ExerciseOption, PlaceCombo, PlaceOrder, ReplaceOrder
from paperdesk.core.broker.preview import Preview
from paperdesk.core.kernel.errors import Conflict
from paperdesk.core.kernel.ids import OrderId
from paperdesk.core.kernel.money import ZERO, plain
from paperdesk.core.kernel.time import instant_from_text, instant_text
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.options import parse_occ
from paperdesk.doors.mcp.asking import Ask
from paperdesk.features.broker.position_schemas import PositionOut
from paperdesk.features.broker.preview_order import preview_order
from paperdesk.features.broker.queries import read_account, read_order
from paperdesk.features.broker.routes import shown_positions

_ALL: Final = Decimal(100)
STANDS_FOR: Final = timedelta(minutes=5)
KEY: Final = "confirmed"
FORM: Final[Mapping[str, Any]] = {
    "type": "object",
    "properties": {KEY: {"type": "boolean", "title": "Go on with this on paper"}},
    "required": [KEY],
}


class NeedsConfirmation(Conflict):
    """The order is worth more than may be placed unasked; sent again with the token as `confirmation`, it is placed."""


class ConfirmationUnfit(Conflict):
    """The token is not one for this order and this caller, or it has ended."""


class NotConfirmed(Conflict):
    """Somebody was asked, and did not say yes; nothing was placed."""


class InputNeeded(Exception):
    """The call goes on once its client has answered a question."""

    def __init__(self, result: InputRequiredResult) -> None:
        """Keep the question."""
        super().__init__("input needed")
        self.result = result


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be confirmed: its terms to the letter, words for a person, and its value where that is known."""

    terms: str
    words: str
    value: Decimal | None


async def require_confirmed(ask: Ask, command: PlaceOrder | PlaceCombo, token: str | None) -> None:
    """Let an order pass that is small enough or was confirmed; ask, or refuse with a token, otherwise."""
    threshold = ask.desk.runtime.settings.mcp_confirm_above
    if threshold is None:
        return
    async with ask.reading() as work:
        found = await preview_order(work, ask.desk.shelf, command)
    if found.refusal is None:  # one that will be refused says itself why
        terms = repr(replace(command, order_id=OrderId(command.account_id)))
        await _require(ask, Asked(terms, _told(command), max(_values(found), default=None)), threshold, token)


async def require_replacement_confirmed(ask: Ask, command: ReplaceOrder, token: str | None) -> None:
    """Let a replacement pass likewise, by what it would be worth as a whole."""
    threshold = ask.desk.runtime.settings.mcp_confirm_above
    if threshold is None:
        return
    async with ask.reading() as work:
        order, _, _ = await read_order(work, ask.desk.shelf, command.order_id)
    quantity = order.quantity if command.quantity is None else command.quantity
    given = [command.limit_price, command.stop_price, order.limit_price, order.stop_price]
    price = next((each for each in given if each is not None), None)
    value = None if price is None or order.is_combo else price * quantity * order.instrument.multiplier
    terms = repr(replace(command, new_order_id=command.order_id))
    words = f"an order to {order.side.value} {plain(quantity)} {order.instrument.symbol} in the place of another"
    await _require(ask, Asked(terms, words, value), threshold, token)


async def require_closing_confirmed(ask: Ask, command: ClosePosition, token: str | None) -> None:
    """Let a position be closed likewise, by what the part that goes is worth at its mark."""
    threshold = ask.desk.runtime.settings.mcp_confirm_above
    held = None if threshold is None else await _held(ask, command)
    if threshold is None or held is None:  # what is not held will say so itself
        return
    whole = None if held.market_value is None else abs(held.market_value)
    part = _ALL if command.percent is None else command.percent
    share = part / _ALL if command.quantity is None or not held.quantity else command.quantity / abs(held.quantity)
    terms = repr(replace(command, order_id=OrderId(command.account_id)))
    much = f"{plain(part)} percent" if command.quantity is None else plain(command.quantity)
    words = f"an order to close {much} of {command.symbol}"
    await _require(ask, Asked(terms, words, None if whole is None else whole * share), threshold, token)


async def require_exercise_confirmed(ask: Ask, command: ExerciseOption, token: str | None) -> None:
    """Let options be exercised likewise, by the money that changes hands for them."""
    threshold = ask.desk.runtime.settings.mcp_confirm_above
    held = None if threshold is None else await _held(ask, command)
    if threshold is None or held is None:  # as above
        return
    quantity = abs(held.quantity) if command.quantity is None else command.quantity
    words = f"the exercise of {plain(quantity)} {command.symbol}"
    value = parse_occ(command.symbol).aggregate_strike * quantity
    await _require(ask, Asked(repr(command), words, value), threshold, token)


async def _held(ask: Ask, command: ClosePosition | ExerciseOption) -> PositionOut | None:
    async with ask.reading() as work:
        account = await read_account(work, command.account_id)
        found = await shown_positions(work, ask.desk.shelf, account)
    return next((each for each in found if each.symbol == command.symbol), None)


async def _require(ask: Ask, asked: Asked, threshold: Decimal, token: str | None) -> None:
    if asked.value is not None and asked.value <= threshold:
        return
    if token is not None:
        _require_fits(ask, asked, token)
        return
    worth = "an unknown amount" if asked.value is None else plain(asked.value)
    question = f"Go on with {asked.words}, worth {worth}, on paper?"
    if not _can_ask(ask):
        raise NeedsConfirmation(
            f"{question} Ask your person; then send the same again with this confirmation.",
            confirmation=_token(ask, asked),
            value=None if asked.value is None else plain(asked.value),
            threshold=plain(threshold),
        )
    answer = await _answer(ask, asked, question)
    if answer.action != "accept" or not (answer.content or {}).get(KEY):
        raise NotConfirmed("Nobody said yes to this order; nothing was placed.", answer=answer.action)


async def _answer(ask: Ask, asked: Asked, question: str) -> ElicitResult:
    if ask.call.protocol_version not in MODERN_PROTOCOL_VERSIONS:
        try:
            return await ask.call.session.elicit_form(question, dict(FORM), ask.call.request_id)
        except MCPError:
            raise NotConfirmed("The question came to nobody; nothing was placed.", answer="none") from None
    given = (ask.params.input_responses or {}).get(KEY) if ask.params else None
    if not isinstance(given, ElicitResult):
        form = ElicitRequestFormParams(message=question, requested_schema=dict(FORM))
        state = _token(ask, asked)
        raise InputNeeded(InputRequiredResult(input_requests={KEY: ElicitRequest(params=form)}, request_state=state))
    _require_fits(ask, asked, (ask.params.request_state if ask.params else None) or "")
    return given


def _can_ask(ask: Ask) -> bool:
    able = ask.call.session.client_capabilities
    asking = None if able is None else able.elicitation
    return asking is not None and (asking.form is not None or asking.url is None)


def _values(found: Preview) -> list[Decimal]:
    """Return what can be said of the value of an order that would be accepted; the largest of it counts."""
    order = found.order
    assert order is not None, "what would be accepted is an order"
    assert found.accepted is not None, "and is in the account"
    parts = {each.id: each for each in (order, *found.legs)}
    filled = [
        abs(each.fill.price) * parts[each.fill.order_id].quantity * parts[each.fill.order_id].instrument.multiplier
        for each in (found.fill, *found.leg_fills)
        if each is not None
    ]
    prices = [] if found.legs else [each for each in (order.limit_price, order.stop_price) if each is not None]
    values = [found.accepted.account.held - found.before.account.held, sum(filled, ZERO), order.notional or ZERO]
    values += [price * order.quantity * order.instrument.multiplier for price in prices]
    return [value for value in values if value > 0]


def _told(command: PlaceOrder | PlaceCombo) -> str:
    if isinstance(command, PlaceOrder):
        return (
            f"an order to {command.side.value} {plain(command.quantity or command.notional or ZERO)} {command.symbol}"
        )
    return f"{plain(command.quantity)} combos of {', '.join(leg.symbol for leg in command.legs)}"


def _token(ask: Ask, asked: Asked) -> str:
    until = instant_text(ask.desk.runtime.clock.now() + STANDS_FOR)
    return f"{until}/{_seal(ask, asked, until)}"


def _require_fits(ask: Ask, asked: Asked, token: str) -> None:
    until, _, seal = token.partition("/")
    is_ours = compare_digest(seal.encode(), _seal(ask, asked, until).encode())
    if not is_ours or instant_from_text(until) <= ask.desk.runtime.clock.now():
        raise ConfirmationUnfit("This confirmation is not one for this order, or it has ended; ask for another.")


def _seal(ask: Ask, asked: Asked, until: str) -> str:
    return ask.desk.runtime.hasher.hash(f"confirmation|{ask.who.subject}|{until}|{asked.terms}").hex()
