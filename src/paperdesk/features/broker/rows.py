"""Rows of the broker to values: what the engine works on."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import msgspec

from paperdesk.core.broker.account import Account, AccountStatus, AtExpiry, Position, Rules
from paperdesk.core.broker.bar_path import BarPath
from paperdesk.core.broker.claims import Claim
from paperdesk.core.broker.combos import Strategy
from paperdesk.core.broker.commands import (
    CancelOrder,
    CancelOrders,
    ChooseLeverage,
    ClosePosition,
    Command,
    ExerciseOption,
    InstructExpiry,
    PlaceCombo,
    PlaceOrder,
    ReplaceOrder,
    TransferCash,
)
from paperdesk.core.broker.events import (
    AccountForked,
    AccountReset,
    AccountStatusChanged,
    BorrowFeeCharged,
    CashTransferred,
    ComboFilled,
    CorporateActionApplied,
    DividendEarned,
    DividendPaid,
    Event,
    ExpiryInstructed,
    FundingCharged,
    FundingCredited,
    InterestCharged,
    InterestCredited,
    OptionAssigned,
    OptionExercised,
    OptionExpired,
    OrderAccepted,
    OrderAdjusted,
    OrderCancelled,
    OrderExpired,
    OrderFilled,
    OrderRejected,
    OrderReplaced,
    OrderResized,
    OrderTriggered,
    ReservationsMoved,
    TrailMoved,
)
from paperdesk.core.broker.explanation import Explanation
from paperdesk.core.broker.fees import FeeSchedule
from paperdesk.core.broker.fill_models import fill_model
from paperdesk.core.broker.ledger import Entry, EntryKind, Posting
from paperdesk.core.broker.lots import Lot, LotMethod, choice_from_text
from paperdesk.core.broker.margin_book import MarginBook
from paperdesk.core.broker.margin_events import (
    AccountFrozen,
    BuyInStarted,
    GoodFaithViolated,
    LeverageChosen,
    LiquidationStarted,
    MarginCalled,
    MarginCallMet,
    MarginEased,
    MarginWarned,
    MemorandumStruck,
    PairLiquidated,
    RecallMet,
    UnitsRecalled,
)
from paperdesk.core.broker.margin_rules import MarginRules
from paperdesk.core.broker.orders import (
    Intent,
    Order,
    OrderClass,
    OrderStatus,
    OrderType,
    Role,
    Side,
    TimeInForce,
    TriggerSource,
)
from paperdesk.core.broker.risk_rules import RiskRules
from paperdesk.core.kernel.ids import AccountId, EntryId, InstrumentId, LotId, TapeId, TenantId
from paperdesk.core.market.instruments import Instrument

KINDS: dict[str, type[Event]] = {
    "order_accepted": OrderAccepted,
    "order_filled": OrderFilled,
    "combo_filled": ComboFilled,
    "order_cancelled": OrderCancelled,
    "order_rejected": OrderRejected,
    "order_expired": OrderExpired,
    "order_replaced": OrderReplaced,
    "order_triggered": OrderTriggered,
    "order_resized": OrderResized,
    "trail_moved": TrailMoved,
    "order_adjusted": OrderAdjusted,
    "cash_transferred": CashTransferred,
    "corporate_action_applied": CorporateActionApplied,
    "dividend_earned": DividendEarned,
    "dividend_paid": DividendPaid,
    "reservations_moved": ReservationsMoved,
    "memorandum_struck": MemorandumStruck,
    "option_expired": OptionExpired,
    "option_exercised": OptionExercised,
    "option_assigned": OptionAssigned,
    "expiry_instructed": ExpiryInstructed,
    "margin_warned": MarginWarned,
    "margin_eased": MarginEased,
    "margin_called": MarginCalled,
    "margin_call_met": MarginCallMet,
    "liquidation_started": LiquidationStarted,
    "account_frozen": AccountFrozen,
    "units_recalled": UnitsRecalled,
    "recall_met": RecallMet,
    "buy_in_started": BuyInStarted,
    "good_faith_violated": GoodFaithViolated,
    "leverage_chosen": LeverageChosen,
    "pair_liquidated": PairLiquidated,
    "interest_charged": InterestCharged,
    "interest_credited": InterestCredited,
    "borrow_fee_charged": BorrowFeeCharged,
    "funding_charged": FundingCharged,
    "funding_credited": FundingCredited,
    "account_reset": AccountReset,
    "account_forked": AccountForked,
    "account_status_changed": AccountStatusChanged,
}
KIND_OF = {event: kind for kind, event in KINDS.items()}


COMMANDS: dict[str, type[Command]] = {
    "place_order": PlaceOrder,
    "place_combo": PlaceCombo,
    "cancel_order": CancelOrder,
    "cancel_orders": CancelOrders,
    "replace_order": ReplaceOrder,
    "close_position": ClosePosition,
    "transfer_cash": TransferCash,
    "exercise_option": ExerciseOption,
    "instruct_expiry": InstructExpiry,
    "choose_leverage": ChooseLeverage,
}
_NAME_OF = {command: name for name, command in COMMANDS.items()}


def command_text(command: Command) -> str:
    """Write a command as it is stored with its first event: its name, and what it says."""
    return msgspec.json.encode((_NAME_OF[type(command)], command)).decode()


def name_of_command(command: object) -> str:
    """Return the name of a command, or of what else was asked of an account."""
    return next((name for name, kind in COMMANDS.items() if isinstance(command, kind)), "change_account")


def command_of(text: str | bytes) -> Command:
    """Read a command back from what was stored."""
    name, said = msgspec.json.decode(text, type=tuple[str, msgspec.Raw])
    return msgspec.json.decode(said, type=COMMANDS[name])


def event_of(kind: str, payload: str | bytes) -> Event:
    """Read an event back from what was stored."""
    return msgspec.json.decode(payload, type=KINDS[kind])


@lru_cache(maxsize=256)
def rules_of(text: str) -> Rules:
    """Read the rules of an account; few differ, so they are read once."""
    stored = msgspec.json.decode(text)
    return Rules(
        fill_model=fill_model(stored["fill_model"]),
        fees=msgspec.convert(stored["fees"], FeeSchedule),
        fill_on_arrival=stored["fill_on_arrival"],
        margin=msgspec.convert(stored.get("margin", {}), MarginRules),
        seed=stored.get("seed", 0),
        auto_exercise=stored.get("auto_exercise", True),
        early_assignment=stored.get("early_assignment", True),
        option_level=stored.get("option_level", 2),
        risk=msgspec.convert(stored.get("risk", {}), RiskRules),
        lot_method=LotMethod(stored.get("lot_method", LotMethod.FIFO)),
        bar_path=BarPath(stored.get("bar_path", BarPath.NEUTRAL)),
    )


def rules_value(rules: Rules) -> dict[str, Any]:
    """Write the rules of an account as they are stored; a fill model is stored by its name."""
    return {
        "fill_model": rules.fill_model.name,
        "fees": msgspec.to_builtins(rules.fees),
        "fill_on_arrival": rules.fill_on_arrival,
        "seed": rules.seed,
        "margin": msgspec.to_builtins(rules.margin),
        "auto_exercise": rules.auto_exercise,
        "early_assignment": rules.early_assignment,
        "option_level": rules.option_level,
        "lot_method": rules.lot_method.value,
        "bar_path": rules.bar_path.value,
        "risk": msgspec.to_builtins(rules.risk),
    }


@lru_cache(maxsize=256)
def book_of(text: str) -> MarginBook:
    """Read what a margined account remembers; that of other accounts is empty."""
    return msgspec.json.decode(text, type=MarginBook)


def account_of(row: Mapping[str, Any]) -> Account:
    """Turn a row of accounts into the bare account, without positions and orders."""
    return Account(
        id=AccountId(row["id"]),
        tenant_id=TenantId(row["tenant_id"]),
        tape_id=TapeId(row["tape_id"]),
        currency=row["currency"],
        rules=rules_of(row["rules"]),
        cash=row["cash"],
        held=row["held"],
        last_seq=row["last_seq"],
        last_entry=row["last_entry"],
        last_at=row["last_at"],
        epoch=row["epoch"],
        status=AccountStatus(row["status"]),
        book=book_of(row["book"]),
    )


def read_account_of(row: Mapping[str, Any]) -> Account:
    """Turn a row of accounts that a query read into the bare account; there, rules come as values."""
    return account_of({**row, "rules": msgspec.json.encode(row["rules"]).decode()})


def position_of(row: Mapping[str, Any], lots: tuple[Lot, ...] = ()) -> Position:
    """Turn a row of positions into a value, with the lots that were loaded for it."""
    told = AtExpiry(row["at_expiry"])
    return Position(InstrumentId(row["instrument_id"]), row["quantity"], row["reserved"], row["cost"], lots, told)


def lot_of(row: Mapping[str, Any]) -> Lot:
    """Turn a row of lots into a value."""
    return Lot(LotId(row["id"]), row["opened_at"], row["opened_seq"], row["quantity"], row["cost"])


def claim_of(row: Mapping[str, Any]) -> Claim:
    """Turn a row of claims into a value."""
    return Claim(row["action_id"], InstrumentId(row["instrument_id"]), row["amount"])


_CHOICES: dict[str, Callable[[str], Any]] = {
    "side": Side,
    "type": OrderType,
    "time_in_force": TimeInForce,
    "status": OrderStatus,
    "trigger_source": TriggerSource,
    "order_class": OrderClass,
    "role": Role,
    "lot_choice": choice_from_text,
    "intent": Intent,
    "structure": Strategy,
}
_PLAIN = tuple(name for name in Order.__struct_fields__ if name not in {*_CHOICES, "instrument"})


def order_of(row: Mapping[str, Any], instrument: Instrument) -> Order:
    """Turn a row of orders into a value: the columns are its fields."""
    plain: dict[str, Any] = {name: row[name] for name in _PLAIN}
    chosen: dict[str, Any] = {
        name: None if row[name] is None else choice(row[name]) for name, choice in _CHOICES.items()
    }
    return Order(instrument=instrument, **plain, **chosen)


def explanation_of(stored: str | None) -> Explanation | None:
    """Read the explanation of a fill from its column, None for fills older than explanations."""
    return None if stored is None else msgspec.json.decode(stored, type=Explanation)


def stored_entry(row: Mapping[str, Any]) -> Entry:
    """Turn a row of entries into a value; one that does not balance could not have been stored."""
    postings = msgspec.json.decode(row["postings"], type=tuple[Posting, ...])
    return Entry(EntryId(row["id"]), row["number"], row["at"], EntryKind(row["kind"]), row["description"], postings)
