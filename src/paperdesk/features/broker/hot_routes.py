"""The hot routes: placing, previewing and cancelling orders, as plain routes with msgspec.

Each is declared once, in ROUTES: from it come the route itself, its entry in the API description and
the visitors test. A framework's parameter machinery costs more than the order does.
"""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal, TypeVar
from uuid import UUID

import msgspec
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from paperdesk.core.broker.combos import Strategy
from paperdesk.core.broker.commands import CancelOrder, ComboLeg, PlaceCombo, PlaceOrder, StopLoss, TakeProfit
from paperdesk.core.broker.lots import LotChoice, LotMethod
from paperdesk.core.broker.orders import Intent, OrderClass, OrderType, Side, TimeInForce, TriggerSource
from paperdesk.core.kernel.errors import Invalid
from paperdesk.core.kernel.ids import AccountId, LotId, OrderId, uuid_from_text
from paperdesk.core.kernel.money import ZERO, decimal_from_text
from paperdesk.core.kernel.principal import Scope
from paperdesk.core.market.options import canonical_symbol
from paperdesk.features.broker.answers import Answer, Placed, Prepare
from paperdesk.features.broker.approval_schemas import WAITS, ApprovalOut
from paperdesk.features.broker.cancel_order import cancel_order
from paperdesk.features.broker.order_schemas import (
    CLIENT_ID,
    CLIENT_ID_LENGTH_MAX,
    OrderOut,
    PlaceComboBody,
    PlaceOrderBody,
    order_members,
)
from paperdesk.features.broker.place_combo import place_combo
from paperdesk.features.broker.place_order import place_order
from paperdesk.features.broker.preview_order import preview_order
from paperdesk.features.broker.preview_schemas import OrderPreviewOut
from paperdesk.features.broker.queries import account_of_order
from paperdesk.features.broker.work import BrokerWork
from paperdesk.features.identity.access import caller, runtime_of
from paperdesk.infra.http import MalformedJson


class MalformedOrder(Invalid):
    """The body of an order does not have the shape it should have."""


class TakeProfitWish(msgspec.Struct, forbid_unknown_fields=True):
    """The same shape as TakeProfitBody."""

    limit_price: str

    def value(self) -> TakeProfit:
        """Return the exit as a value."""
        return TakeProfit(decimal_from_text(self.limit_price))


class StopLossWish(msgspec.Struct, forbid_unknown_fields=True):
    """The same shape as StopLossBody."""

    stop_price: str
    limit_price: str | None = None

    def value(self) -> StopLoss:
        """Return the exit as a value."""
        return StopLoss(decimal_from_text(self.stop_price), _decimal(self.limit_price))


class Body(msgspec.Struct, forbid_unknown_fields=True):
    """The same shape as PlaceOrderBody, which documents it."""

    account_id: UUID
    symbol: str
    side: Side
    type: OrderType
    quantity: str | None = None
    notional: str | None = None
    limit_price: str | None = None
    stop_price: str | None = None
    trail_amount: str | None = None
    trail_rate: str | None = None
    time_in_force: TimeInForce = TimeInForce.DAY
    expires_on: date | None = None
    post_only: bool = False
    reduce_only: bool = False
    do_not_reduce: bool = False
    intent: Intent | None = None
    order_class: OrderClass = OrderClass.SIMPLE
    take_profit: TakeProfitWish | None = None
    stop_loss: StopLossWish | None = None
    lot_method: LotMethod | None = None
    lots: tuple[UUID, ...] | None = None
    protection_rate: str | None = None
    trigger_source: TriggerSource | None = None
    client_order_id: str | None = None

    def command(self, order_id: OrderId, key: str | None) -> PlaceOrder:
        """Return what is asked as a command; the header's key serves when the body has none."""
        return PlaceOrder(
            account_id=AccountId(self.account_id),
            order_id=order_id,
            symbol=canonical_symbol(self.symbol),
            side=self.side,
            type=self.type,
            quantity=_decimal(self.quantity) or ZERO,
            notional=_decimal(self.notional),
            limit_price=_decimal(self.limit_price),
            stop_price=_decimal(self.stop_price),
            trail_amount=_decimal(self.trail_amount),
            trail_rate=_decimal(self.trail_rate),
            time_in_force=self.time_in_force,
            expires_on=self.expires_on,
            post_only=self.post_only,
            reduce_only=self.reduce_only,
            do_not_reduce=self.do_not_reduce,
            intent=self.intent,
            order_class=self.order_class,
            take_profit=None if self.take_profit is None else self.take_profit.value(),
            stop_loss=None if self.stop_loss is None else self.stop_loss.value(),
            lot_choice=self._lot_choice(),
            protection_rate=_decimal(self.protection_rate),
            trigger_source=self.trigger_source,
            client_order_id=_key(key if self.client_order_id is None else self.client_order_id),
        )

    def _lot_choice(self) -> LotChoice | None:
        if self.lot_method is None and not self.lots:
            return None
        return LotChoice(self.lot_method or LotMethod.FIFO, tuple(LotId(each) for each in self.lots or ()))


class LegWish(msgspec.Struct, forbid_unknown_fields=True):
    """The same shape as ComboLegBody."""

    symbol: str
    side: Side | None = None
    intent: Intent | None = None
    ratio: str = "1"

    def value(self) -> ComboLeg:
        """Return the leg as a value; one that says only what it means goes the way that is."""
        side = self.side or (None if self.intent is None else self.intent.side)
        if side is None:
            reason = f"The leg in {self.symbol[:32]} needs a side or an intent."
            raise MalformedOrder(reason, fields=[{"field": "legs.side", "reason": reason}])
        return ComboLeg(canonical_symbol(self.symbol), side, decimal_from_text(self.ratio), self.intent)


class ComboBody(msgspec.Struct, forbid_unknown_fields=True):
    """The same shape as PlaceComboBody, which documents it."""

    account_id: UUID
    legs: list[LegWish]
    quantity: str
    type: OrderType
    limit_price: str | None = None
    time_in_force: TimeInForce = TimeInForce.DAY
    expires_on: date | None = None
    structure: Strategy | None = None
    order_class: Literal["combo"] = "combo"
    client_order_id: str | None = None

    def command(self, order_id: OrderId, key: str | None) -> PlaceCombo:
        """Return what is asked as a command; the header's key serves when the body has none."""
        return PlaceCombo(
            account_id=AccountId(self.account_id),
            order_id=order_id,
            legs=tuple(leg.value() for leg in self.legs),
            quantity=decimal_from_text(self.quantity),
            type=self.type,
            limit_price=_decimal(self.limit_price),
            time_in_force=self.time_in_force,
            expires_on=self.expires_on,
            structure=self.structure,
            client_order_id=_key(key if self.client_order_id is None else self.client_order_id),
        )


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else decimal_from_text(text)


def _key(client_order_id: str | None) -> str | None:
    if client_order_id is not None and not _is_key(client_order_id):
        reason = f"A client order id is one line of 1 to {CLIENT_ID_LENGTH_MAX} characters."
        raise MalformedOrder(reason, fields=[{"field": "client_order_id", "reason": reason}])
    return client_order_id


Shape = TypeVar("Shape")
_is_key = re.compile(CLIENT_ID).fullmatch
_decode = msgspec.json.Decoder(Body).decode
_decode_combo = msgspec.json.Decoder(ComboBody).decode
# What only the body of a combo has; in a text the quotes would be escaped.
_LEGS = b'"legs"'
_FIELD = re.compile(r"at `\$\.?([^`]*)`")


async def post_order(request: Request) -> Response:
    """Place an order; the same client order id and content answers 200 with the same order."""
    ready = _Ready()
    work = await broker_work(request, ready.prepare)
    body = read_order(await request.body())
    command = body.command(OrderId(work.new_id()), request.headers.get("idempotency-key"))
    placed = await (place_combo(work, command) if isinstance(command, PlaceCombo) else place_order(work, command))
    return ready.answer(placed)


async def post_order_preview(request: Request) -> Response:
    """Say what placing an order would come to, by the same rules and prices; nothing is stored."""
    work = await broker_work(request)
    body = read_order(await request.body())
    command = body.command(OrderId(work.new_id()), request.headers.get("idempotency-key"))
    async with runtime_of(request).read(work.who) as reading:
        found = await preview_order(reading, request.app.state.shelf, command)
    return Response(OrderPreviewOut.of(found).model_dump_json(), media_type="application/json")


async def delete_order(request: Request) -> Response:
    """Cancel a working order."""
    work = await broker_work(request)
    order_id = OrderId(uuid_from_text(request.path_params["order_id"]))
    async with runtime_of(request).read(work.who) as reading:
        account_id = await account_of_order(reading, order_id)
    return _answer(await cancel_order(work, CancelOrder(account_id, order_id)), 200)


async def broker_work(request: Request, prepare: Prepare | None = None) -> BrokerWork:
    """Return the unit of work of the order path for a request."""
    who = await caller(request)
    return BrokerWork(who, runtime_of(request).clock.now(), request.app.state.writer, prepare)


def read_order(raw: bytes) -> Body | ComboBody:
    """Read the body of an order or of a combo; raises MalformedOrder, MalformedJson."""
    return decoded(raw, _decode_combo) if _LEGS in raw else decoded(raw, _decode)


def decoded(raw: bytes, decode: Callable[[bytes], Shape]) -> Shape:
    """Read a body by its decoder, and say which field is wrong when it is."""
    try:
        return decode(raw)
    except msgspec.ValidationError as error:
        reason = str(error)
        found = _FIELD.search(reason)
        field = found.group(1) if found else ""
        raise MalformedOrder(f"{reason}.", fields=[{"field": field, "reason": reason}]) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedJson(f"The body is not valid JSON: {error}.") from None


class _Ready:
    """The response to an order, written while the database still writes the order itself."""

    def __init__(self) -> None:
        self._of: Answer | None = None
        self._response = Response()

    def prepare(self, foreseen: Answer) -> None:
        """Write the response of an order that is not committed yet; nobody gets it before that."""
        if isinstance(foreseen, Placed):
            self._of, self._response = foreseen, _answer(foreseen, 201 if foreseen.is_new else 200)

    def answer(self, placed: Placed) -> Response:
        """Return the response, which is written now where the order has become another than was foreseen."""
        if self._of is not placed:
            self.prepare(placed)
        return self._response


def _answer(placed: Placed, status: int) -> Response:
    return Response(msgspec.json.encode(placed_members(placed)), status, media_type="application/json")


def placed_members(placed: Placed) -> dict[str, Any]:
    """Return what OrderOut shows of an order that was just written."""
    view = placed.view
    return order_members(placed.order, is_open=view.is_open, has_one_price=view.has_one_price, legs=placed.legs)


@dataclass(frozen=True, slots=True)
class HotRoute:
    """One plain route: where it is, what it needs, and how it is described."""

    method: str
    path: str
    scope: Scope
    endpoint: Callable[[Request], Awaitable[Response]]
    bodies: tuple[type[BaseModel], ...]
    answer: type[BaseModel]
    statuses: dict[int, str]
    waiting: type[BaseModel] | None = None

    @property
    def summary(self) -> str:
        """Return the first line of what the endpoint says of itself."""
        return (self.endpoint.__doc__ or "").splitlines()[0]


ROUTES = (
    HotRoute(
        "POST", "/v1/orders", Scope.TRADE, post_order, (PlaceOrderBody, PlaceComboBody), OrderOut,
        {201: "The order, accepted and stored.", 200: "The order that the same request placed before."}, ApprovalOut,
    ),
    HotRoute(
        "POST", "/v1/orders/preview", Scope.READ, post_order_preview, (PlaceOrderBody, PlaceComboBody), OrderPreviewOut,
        {200: "What it would come to, or the refusal it would get."},
    ),
    HotRoute(
        "DELETE", "/v1/orders/{order_id}", Scope.TRADE, delete_order, (), OrderOut, {200: "The cancelled order."}
    ),
)  # fmt: skip


_KEY_HEADER = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Serves as the client order id of an order that has none; of several, with their number behind it.",
    "schema": {"type": "string", "maxLength": CLIENT_ID_LENGTH_MAX},
}


def described(route: HotRoute) -> dict[str, Any]:
    """Return the OpenAPI operation of a hot route."""
    parameters = re.findall(r"{(\w+)}", route.path)
    operation: dict[str, Any] = {
        "tags": ["broker"],
        "summary": route.summary,
        "operationId": route.endpoint.__name__,
        "security": [{"key": []}, {"login": []}],
        "parameters": [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}
            for name in parameters
        ],
        "responses": {
            str(status): {"description": text, "content": _shaped(route.answer)}
            for status, text in route.statuses.items()
        },
    }
    if route.waiting is not None:
        operation["responses"]["202"] = {"description": WAITS, "content": _shaped(route.waiting)}
    if route.bodies:
        operation["parameters"].append(_KEY_HEADER)
        schema = {"oneOf": [{"$ref": f"#/components/schemas/{each.__name__}"} for each in route.bodies]}
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    return operation


def _shaped(answer: type[BaseModel]) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{answer.__name__}"}}}
