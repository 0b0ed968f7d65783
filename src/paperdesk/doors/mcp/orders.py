"""Tools that preview, place, replace and cancel orders, by the same commands as every other door."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec
from pydantic import BaseModel, ConfigDict

from paperdesk.core.broker.commands import CancelOrder, CancelOrders, PlaceCombo, PlaceOrder
from paperdesk.core.broker.orders import Order, OrderKind
from paperdesk.core.broker.view import MarketView
from paperdesk.core.kernel.ids import AccountId, OrderId
from paperdesk.core.kernel.principal import Scope
from paperdesk.doors.mcp.accounts import OrderWish
from paperdesk.doors.mcp.asking import Ask, OfAccount, account_id_meant
from paperdesk.doors.mcp.confirming import require_closing_confirmed, require_confirmed, require_replacement_confirmed
from paperdesk.doors.mcp.shapes import PreviewLine, SentLine
from paperdesk.doors.mcp.tool import Effect, Tool
from paperdesk.features.broker.cancel_order import cancel_order
from paperdesk.features.broker.cancel_orders import cancel_orders
from paperdesk.features.broker.close_position import close_position
from paperdesk.features.broker.hot_routes import read_order
from paperdesk.features.broker.order_schemas import (
    ClosePositionBody,
    PlaceComboBody,
    PlaceOrderBody,
    ReplaceOrderBody,
    order_members,
)
from paperdesk.features.broker.place_combo import place_combo
from paperdesk.features.broker.place_order import place_order
from paperdesk.features.broker.preview_order import preview_order
from paperdesk.features.broker.preview_schemas import OrderPreviewOut
from paperdesk.features.broker.queries import account_of_order
from paperdesk.features.broker.replace_order import replace_order
from paperdesk.infra.http import SymbolLine


class PlaceWish(PlaceOrderBody):
    """An order; without an account, in the one that the key speaks for."""

    account_id: UUID | None = None  # type: ignore[assignment]  # what the order itself must have is filled in
    confirmation: str | None = None


class ComboWish(PlaceComboBody):
    """A combo; without an account, in the one that the key speaks for."""

    account_id: UUID | None = None  # type: ignore[assignment]  # as above
    confirmation: str | None = None


class PreviewWish(BaseModel):
    """An order or a combo; its other fields are read as those that place it read them."""

    model_config = ConfigDict(
        extra="allow", frozen=True, json_schema_extra={"description": "Whatever place_order or place_combo takes."}
    )
    account_id: UUID | None = None


class ReplaceWish(ReplaceOrderBody):
    """What should change about which order."""

    order_id: UUID
    confirmation: str | None = None


class CancelAllWish(OfAccount):
    """Which open orders are meant: all, or those in a symbol."""

    symbol: SymbolLine | None = None


class CloseWish(ClosePositionBody):
    """How much of which position to sell."""

    account_id: UUID | None = None
    symbol: SymbolLine
    confirmation: str | None = None


class Cancelled(BaseModel):
    """The orders that were taken off the market."""

    items: list[SentLine]


async def asked(ask: Ask, wish: PlaceWish | ComboWish | PreviewWish) -> PlaceOrder | PlaceCombo:
    """Return an order that is wished for as the command that every door makes of it."""
    given = wish.model_dump(mode="json", exclude_unset=True, exclude={"account_id", "confirmation"})
    account_id = await account_id_meant(ask, wish.account_id)
    body = read_order(msgspec.json.encode({**given, "account_id": str(account_id)}))
    return body.command(OrderId(ask.broker.new_id()), None)


async def preview(ask: Ask, wish: PreviewWish) -> PreviewLine:
    """Say what place_order or place_combo with the same arguments would come to; nothing is stored.

    It tells a refusal beforehand, the fill to expect with its fees, and cash and buying power before and after.
    """
    command = await asked(ask, wish)
    async with ask.reading() as work:
        found = await preview_order(work, ask.desk.shelf, command)
    return PreviewLine.of(OrderPreviewOut.of(found))


async def place(ask: Ask, wish: PlaceWish) -> SentLine:
    """Place an order. It fills only once the tape moves. The same client_order_id and content gives the same order."""
    return await placed(ask, wish)


async def place_legs(ask: Ask, wish: ComboWish) -> SentLine:
    """Place two to eight legs on one underlying as one order at one net price: above zero a debit, below a credit."""
    return await placed(ask, wish)


async def placed(ask: Ask, wish: PlaceWish | ComboWish) -> SentLine:
    """Place an order or a combo."""
    command = await asked(ask, wish)
    await require_confirmed(ask, command, wish.confirmation)
    work = ask.broker
    found = await (place_combo(work, command) if isinstance(command, PlaceCombo) else place_order(work, command))
    return shown(found.order, found.view)


async def replace(ask: Ask, wish: ReplaceWish) -> SentLine:
    """Replace a working order by a new one that differs in what is given; quantity counts what is filled already."""
    work = ask.broker
    body = ReplaceOrderBody.model_validate(wish.model_dump(exclude={"order_id", "confirmation"}, exclude_unset=True))
    account_id = await _account_of(ask, wish.order_id)
    command = body.command(account_id, OrderId(wish.order_id), OrderId(work.new_id()))
    await require_replacement_confirmed(ask, command, wish.confirmation)
    found = await replace_order(work, command)
    return shown(found.order, found.view)


async def cancel(ask: Ask, wish: OrderWish) -> SentLine:
    """Cancel a working order."""
    account_id = await _account_of(ask, wish.order_id)
    found = await cancel_order(ask.broker, CancelOrder(account_id, OrderId(wish.order_id)))
    return shown(found.order, found.view)


async def cancel_all(ask: Ask, wish: CancelAllWish) -> Cancelled:
    """Cancel every open order of an account, or those in one symbol, in one commit."""
    return await all_cancelled(ask, wish)


async def all_cancelled(ask: Ask, wish: CancelAllWish, kind: OrderKind | None = None) -> Cancelled:
    """Cancel the open orders that are meant, of one kind when it is given."""
    account_id = await account_id_meant(ask, wish.account_id)
    found = await cancel_orders(ask.broker, CancelOrders(account_id, wish.symbol, kind))
    return Cancelled(items=[shown(order, found.view) for order in found.orders])


async def close(ask: Ask, wish: CloseWish) -> SentLine:
    """Close a position at the market: all of it, a quantity, or a percentage."""
    work = ask.broker
    named = {"account_id", "symbol", "confirmation"}
    body = ClosePositionBody.model_validate(wish.model_dump(exclude=named, exclude_unset=True))
    account_id = await account_id_meant(ask, wish.account_id)
    command = body.command(account_id, OrderId(work.new_id()), wish.symbol)
    await require_closing_confirmed(ask, command, wish.confirmation)
    found = await close_position(work, command)
    return shown(found.order, found.view)


def shown(order: Order, view: MarketView) -> SentLine:
    """Show an order that was just written."""
    members: Mapping[str, Any] = order_members(order, is_open=view.is_open, has_one_price=view.has_one_price)
    return SentLine.model_validate(members)


async def _account_of(ask: Ask, order_id: UUID) -> AccountId:
    async with ask.desk.runtime.read(ask.who) as work:
        return await account_of_order(work, order_id)


TOOLS = (
    Tool("preview_order", Scope.READ, Effect.READS, preview),
    Tool("place_order", Scope.TRADE, Effect.ACTS, place),
    Tool("place_combo", Scope.TRADE, Effect.ACTS, place_legs),
    Tool("replace_order", Scope.TRADE, Effect.ACTS, replace),
    Tool("cancel_order", Scope.TRADE, Effect.ENDS, cancel),
    Tool("cancel_orders", Scope.TRADE, Effect.ENDS, cancel_all),
    Tool("close_position", Scope.TRADE, Effect.ACTS, close),
)
