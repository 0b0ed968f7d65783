"""Routes for many orders at once: each gets an answer in its place, as if it had been sent alone."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from paperdesk.core.broker.commands import PlaceCombo, PlaceOrder
from paperdesk.core.kernel.errors import PaperdeskError
from paperdesk.core.kernel.ids import AccountId, OrderId
from paperdesk.core.kernel.principal import Scope
from paperdesk.features.broker import queries
from paperdesk.features.broker.answers import Answers, Placed
from paperdesk.features.broker.batch_schemas import (
    ORDERS_MAX,
    CancelManyBody,
    ClosedPositionsOut,
    ClosePositionsBody,
    OutcomesOut,
    PlaceManyBody,
)
from paperdesk.features.broker.cancel_many import cancel_many
from paperdesk.features.broker.close_positions import close_positions
from paperdesk.features.broker.hot_routes import HotRoute, broker_work, decoded, placed_members, read_order
from paperdesk.features.broker.place_many import place_many
from paperdesk.features.broker.routes import Broker
from paperdesk.features.broker.work import BrokerWork
from paperdesk.features.identity.access import Claiming, Serving
from paperdesk.features.marketdata.routes import Datasets
from paperdesk.infra.once import OnceRoute

router = APIRouter(prefix="/v1", tags=["broker"], route_class=OnceRoute)


class Wishes(msgspec.Struct, forbid_unknown_fields=True):
    """The same shape as PlaceManyBody; each order is read by itself, so that a malformed one is its own problem."""

    orders: Annotated[list[msgspec.Raw], msgspec.Meta(min_length=1, max_length=ORDERS_MAX)]


_decode = msgspec.json.Decoder(Wishes).decode


async def post_orders(request: Request) -> Response:
    """Place up to a hundred orders in one commit; each is accepted or refused in its place.

    A full queue, or a database that fails, refuses all of them and none is placed. With client order ids, or an
    Idempotency-Key, the whole batch is safe to send again.
    """
    work = await broker_work(request)
    wishes = decoded(await request.body(), _decode).orders
    key = request.headers.get("idempotency-key")
    asked = [_asked(work, bytes(raw), key and f"{key}/{number}") for number, raw in enumerate(wishes, start=1)]
    found = iter(await place_many(work, [each for each in asked if not isinstance(each, PaperdeskError)]))
    answers = [each if isinstance(each, PaperdeskError) else next(found) for each in asked]
    return Response(msgspec.json.encode(_outcomes(answers, is_placing=True)), media_type="application/json")


@router.post("/orders/batch/cancel")
async def post_cancels(body: CancelManyBody, broker: Broker, runtime: Serving) -> OutcomesOut:
    """Cancel up to a hundred orders in one commit; each is cancelled, or says in its place why not."""
    named = [OrderId(each) for each in body.order_ids]
    async with runtime.read(broker.who) as reading:
        owners = await queries.accounts_of_orders(reading, named)
    return OutcomesOut.model_validate(_outcomes(await cancel_many(broker, named, owners), is_placing=False))


@router.post("/accounts/{account_id}/positions/close", dependencies=[Claiming])
async def post_closes(
    account_id: UUID, body: ClosePositionsBody, broker: Broker, runtime: Serving, shelf: Datasets
) -> ClosedPositionsOut:
    """Sell positions at the market in one commit, all of them or some; each is sold, or says in its place why not."""
    async with runtime.read(broker.who) as reading:
        account = await queries.read_account(reading, account_id)
        held = await queries.symbols_held(reading, shelf, account)
    symbols = held if body.symbols is None else list(dict.fromkeys(body.symbols))
    answers = await close_positions(
        broker, [body.command(AccountId(account_id), broker.new_id(), each) for each in symbols]
    )
    outcomes = [
        {"symbol": symbol, **_outcome(answer, is_placing=True)} for symbol, answer in zip(symbols, answers, strict=True)
    ]
    return ClosedPositionsOut.model_validate({"outcomes": outcomes})


def _asked(work: BrokerWork, raw: bytes, key: str | None) -> PlaceOrder | PlaceCombo | PaperdeskError:
    """Return what is asked as a command, or why it cannot be read."""
    try:
        return read_order(raw).command(OrderId(work.new_id()), key)
    except PaperdeskError as refusal:
        return refusal


def _outcomes(answers: Answers, *, is_placing: bool) -> dict[str, list[dict[str, Any]]]:
    return {"outcomes": [_outcome(each, is_placing=is_placing) for each in answers]}


def _outcome(answer: object, *, is_placing: bool) -> dict[str, Any]:
    if isinstance(answer, PaperdeskError):
        problem = {"code": answer.code, "detail": answer.message, "facts": answer.facts}
        return {"order": None, "repeated": False, "problem": problem}
    assert isinstance(answer, Placed), "placing and cancelling an order answer with an order"
    return {"order": placed_members(answer), "repeated": is_placing and not answer.is_new, "problem": None}


ROUTES = (
    HotRoute(
        "POST", "/v1/orders/batch", Scope.TRADE, post_orders, (PlaceManyBody,), OutcomesOut,
        {200: "What came of each order, in the order they were sent."},
    ),
)  # fmt: skip
