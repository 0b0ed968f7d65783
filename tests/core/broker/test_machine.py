"""Commands and market facts in any order: what must hold, holds after each.

`pytest --hypothesis-profile=nightly tests/core/broker/test_machine.py` searches for long.
"""

from collections import defaultdict
from decimal import Decimal

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from paperdesk.core.broker.account import Account, Rules
from paperdesk.core.broker.combo_prices import legs_of, signed
from paperdesk.core.broker.engine import react
from paperdesk.core.broker.events import ComboFilled, Event, OrderFilled
from paperdesk.core.broker.fees import commission
from paperdesk.core.broker.good_faith import VIOLATIONS_MAX
from paperdesk.core.broker.ledger import Book
from paperdesk.core.broker.leverage import LEVERAGE_MAX
from paperdesk.core.broker.liquidity import volume_of
from paperdesk.core.broker.orders import Order, OrderClass, OrderStatus, Role, Side
from paperdesk.core.broker.reservations import moved_reservations
from paperdesk.core.broker.stillness import leaves_alone
from paperdesk.core.kernel.ids import InstrumentId, OrderId
from paperdesk.core.kernel.money import ZERO, money
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.facts import Auction, CloseFact, OpenFact, RangeFact
from paperdesk.core.market.instruments import Instrument
from tests.isolated_pairs import folded
from tests.scenery import COIN, FIRST_OPEN, empty_account
from tests.stories import Step, Story
from tests.strategies import (
    account_rules,
    bar_ranges,
    bells,
    cancellations,
    chains,
    combos,
    conditionals,
    exits,
    groups,
    instruments,
    leverages,
    moves_of_cash,
    placements,
    prints,
    quotes,
    replacements,
    specials,
)

# A price is exact and a posting is rounded: half a cent a fill for the price, and as much for the commission.
A_CENT_A_FILL = Decimal("0.30")


class Desk(RuleBasedStateMachine):
    """One account, told anything; the rules act, the invariants count again from the journal."""

    story: Story

    @initialize(account_rules_=account_rules, has_prints=st.booleans())
    def opens(self, account_rules_: Rules, *, has_prints: bool) -> None:
        self.story = Story(cash="30000", rules=replace(account_rules_, option_level=4), has_prints=has_prints)
        self.ended: dict[OrderId, Order] = {}
        self.promised: dict[OrderId, Decimal] = {}
        self.written = 0
        self.fell_at: dict[InstrumentId, int] = {}

    # --- what may happen ------------------------------------------------------------------------

    @rule(step=placements())
    def somebody_places_an_order(self, step: Step) -> None:
        step.tell(self.story)

    @rule(step=conditionals())
    def somebody_waits_for_a_price(self, step: Step) -> None:
        step.tell(self.story)

    @rule(step=groups())
    def somebody_places_a_group(self, step: Step) -> None:
        step.tell(self.story)
        for order in self.story.account.orders.values():
            if order.group_id == order.id and not order.is_combo:
                self.promised.setdefault(order.id, order.quantity)

    @rule(step=combos())
    def somebody_places_a_combo(self, step: Step) -> None:
        step.tell(self.story)

    @rule(step=chains())
    def a_chain_is_quoted(self, step: Step) -> None:
        step.tell(self.story)

    @rule(step=specials())
    def somebody_asks_for_something_special(self, step: Step) -> None:
        step.tell(self.story)

    @precondition(lambda self: any(order.is_open for order in self.story.account.orders.values()))
    @rule(step=replacements(), which=st.integers(0, 30))
    def somebody_replaces_an_order(self, step: Step, which: int) -> None:
        replace(step, terms=(self._open_order(which),)).tell(self.story)

    @precondition(lambda self: bool(self.story.account.positions))
    @rule(step=exits)
    def somebody_gets_out(self, step: Step) -> None:
        step.tell(self.story)

    @precondition(lambda self: any(order.is_open for order in self.story.account.orders.values()))
    @rule(which=st.integers(0, 30))
    def somebody_cancels_an_order(self, which: int) -> None:
        Step("cancel", (self._open_order(which),)).tell(self.story)

    @rule(step=cancellations)
    def somebody_cancels_what_may_not_be_there(self, step: Step) -> None:
        step.tell(self.story)

    @rule(step=moves_of_cash)
    def the_owner_moves_cash(self, step: Step) -> None:
        step.tell(self.story)

    @rule(step=leverages)
    def somebody_chooses_a_leverage(self, step: Step) -> None:
        step.tell(self.story)

    @rule(step=st.one_of(prints, bar_ranges))
    def a_price_is_known(self, step: Step) -> None:
        told, before, account = len(self.story.told), len(self.story.events), self.story.account
        step.tell(self.story)
        self._leaves_alone_what_is_said_to_be(account, before)
        if len(self.story.told) == told:
            assert self.story.halted
            assert len(self.story.events) == before, "nothing happens to what is halted"
        else:
            self._has_nothing_more_to_say()

    def _leaves_alone_what_is_said_to_be(self, account: Account, before: int) -> None:
        fact = self.story.told[-1]
        if not isinstance(fact, tuple) and leaves_alone(account, fact):
            assert len(self.story.events) == before, "what leaves an account alone changes nothing"

    @rule(of=instruments)
    def trading_stops_or_goes_on(self, of: Instrument) -> None:
        (self.story.resumes if of.id in self.story.halted else self.story.halts)(of)

    @rule(of=instruments)
    def a_share_falls_by_a_tenth_or_its_price_test_is_over(self, of: Instrument) -> None:
        if of.id in self.story.fallen:
            self.story.fallen.remove(of.id)
        else:
            self.story.fallen.add(of.id)
            self.fell_at[of.id] = self.story.cursor

    @rule(which=st.sampled_from(list(Auction)), price=st.integers(80, 120), of=instruments)
    def an_auction_is_held(self, which: Auction, price: int, of: Instrument) -> None:
        if of.id not in self.story.halted:
            self.story.auction(which, str(price), of)

    @rule(step=quotes)
    def a_quote_is_given(self, step: Step) -> None:
        before = len(self.story.events)
        step.tell(self.story)
        _, _, size, of = step.terms
        if isinstance(size, tuple) and isinstance(of, Instrument) and self.story.rules.fill_model.heeds_quoted_size:
            self._took_no_more_than_quoted(self.story.events[before:], size, of)

    @rule(step=bells)
    def the_bell_rings(self, step: Step) -> None:
        before, account = len(self.story.events), self.story.account
        step.tell(self.story)
        self._leaves_alone_what_is_said_to_be(account, before)

    # --- what must hold -------------------------------------------------------------------------

    @invariant()
    def cash_is_the_sum_of_its_postings(self) -> None:
        posted = sum((line.amount for line in self.story.postings if line.book is Book.CASH), ZERO)
        assert self.story.account.cash == posted

    @invariant()
    def a_position_is_the_sum_of_its_lots_and_of_its_postings(self) -> None:
        units: defaultdict[object, Decimal] = defaultdict(lambda: ZERO)
        costs: defaultdict[object, Decimal] = defaultdict(lambda: ZERO)
        for line in self.story.postings:
            if line.book is Book.SECURITIES:
                units[line.instrument_id] += line.quantity or ZERO
                costs[line.instrument_id] += line.amount
        for key, position in self.story.account.positions.items():
            assert position.quantity == units[key] == sum((lot.quantity for lot in position.lots), ZERO)
            assert position.cost == costs[key] == sum((lot.cost for lot in position.lots), ZERO)
            assert position.quantity >= ZERO or self._is_margined

    @invariant()
    def the_reserved_cash_is_what_open_orders_need(self) -> None:
        needs = [self._need(order) for side in Side for order in self._open(side)]
        assert self.story.account.held == sum(needs, ZERO)

    @invariant()
    def what_margined_orders_reserve_is_worked_out_in_the_order_they_were_accepted(self) -> None:
        assert not self._is_margined or moved_reservations(self.story.account) == ()

    @invariant()
    def leverage_is_chosen_for_pairs_by_those_who_may_owe_and_only_isolated_ones_are_sold_short(self) -> None:
        chosen = self.story.account.book.leverage
        assert {each.symbol for each in chosen} <= {COIN.symbol}
        assert not chosen or self._is_margined
        assert all(each.is_isolated or 1 < each.times <= LEVERAGE_MAX for each in chosen)
        assert self.story.position(COIN).quantity >= ZERO or self.story.account.book.is_isolated(COIN.id)

    @invariant()
    def the_reserved_units_are_what_open_orders_promise(self) -> None:
        promised: defaultdict[object, Decimal] = defaultdict(lambda: ZERO)
        together: defaultdict[tuple[object, object, bool], list[Decimal]] = defaultdict(list)
        for order in (*self._open(Side.SELL), *(self._open(Side.BUY) if self._is_margined else ())):
            shared = order.group_id if order.is_exit else order.id
            together[order.instrument.id, shared or order.id, order.role is Role.ENTRY].append(self._promise(order))
        for (instrument_id, _, _), left in together.items():
            assert len(set(left)) == 1, "exits of a group always promise the same units"
            promised[instrument_id] += left[0]
        for key, position in self.story.account.positions.items():
            assert position.reserved == promised[key]
            assert self._is_margined or position.closable(Side.SELL) >= ZERO

    @invariant()
    def nothing_of_a_halted_instrument_must_fill_at_once_or_fills(self) -> None:
        for order in self.story.account.orders.values():
            halt = self.story.halted.get(order.instrument.id)
            assert halt is None or not (order.is_open and order.is_immediate)
        for fill in self.story.fills[-1:]:
            halt = self.story.halted.get(fill.instrument_id)
            assert halt is None or fill.fact_seq < halt.seq

    @invariant()
    def neither_cash_nor_buying_power_is_ever_negative(self) -> None:
        assert self.story.account.cash >= ZERO or self._is_margined
        assert self.story.account.buying_power >= ZERO or self._is_margined

    @invariant()
    def what_has_fallen_by_a_tenth_is_sold_short_only_by_giving(self) -> None:
        for event in self.story.events[-5:]:
            if not isinstance(event, OrderFilled) or event.fill.instrument_id not in self.story.fallen - {COIN.id}:
                continue
            opens_short = any(each.is_new and each.lot.quantity < ZERO for each in event.lot_changes)
            if opens_short and event.fill.fact_seq > self.fell_at[event.fill.instrument_id]:
                assert event.fill.price == self.story.order(event.fill.order_id).limit_price

    @invariant()
    def violations_of_good_faith_and_recalls_have_their_consequences(self) -> None:
        book = self.story.account.book
        assert len({each.instrument_id for each in book.recalls}) == len(book.recalls)
        if not self._is_margined and len(book.violations) >= VIOLATIONS_MAX:
            assert book.frozen_until is not None
            assert book.frozen_until > book.violations[-1]

    @invariant()
    def an_order_fills_up_to_its_quantity_and_never_beyond_its_limit(self) -> None:
        filled: defaultdict[OrderId, Decimal] = defaultdict(lambda: ZERO)
        for fill in self.story.fills:
            order = self.story.order(fill.order_id)
            filled[order.id] += fill.quantity
            assert fill.quantity > ZERO
            assert fill.quantity % order.instrument.lot_step == ZERO
            assert fill.fact_seq > order.accepted_fact
            if order.limit_price is not None:
                worse = fill.price - order.limit_price
                assert worse <= ZERO if order.side is Side.BUY else worse >= ZERO
        for order in self.story.account.orders.values():
            if order.is_combo:
                continue
            assert order.filled_quantity == filled[order.id] <= order.quantity
            assert order.notional is None or order.filled_value + order.fees <= order.notional + A_CENT_A_FILL

    @invariant()
    def a_combo_fills_wholly_within_its_net_limit_or_not_at_all(self) -> None:
        done: defaultdict[OrderId, list[ComboFilled]] = defaultdict(list)
        for event in self.story.events:
            if isinstance(event, ComboFilled):
                done[event.order_id].append(event)
        for combo in (each for each in self.story.account.orders.values() if each.is_combo):
            members = legs_of(self.story.account, combo)
            for leg in members:
                assert leg.filled_quantity == combo.filled_quantity * abs(signed(leg))
                assert (leg.status, leg.closed_reason) == (combo.status, combo.closed_reason)
            assert combo.filled_quantity % 1 == ZERO
            assert combo.filled_quantity == sum((each.quantity for each in done[combo.id]), ZERO) <= combo.quantity
            assert combo.fees == sum((leg.fees for leg in members), ZERO)
            assert all(each.parts.price == each.price for each in done[combo.id])
            assert all(combo.limit_price is None or each.price <= combo.limit_price for each in done[combo.id])
            paid = (leg.filled_value.copy_sign(signed(leg)) * leg.instrument.multiplier for leg in members)
            assert combo.filled_value * 100 == sum(paid, ZERO)

    @invariant()
    def a_group_never_sells_more_than_its_entry_bought_or_than_was_promised(self) -> None:
        bought: defaultdict[OrderId, Decimal] = defaultdict(lambda: ZERO)
        sold: defaultdict[OrderId, Decimal] = defaultdict(lambda: ZERO)
        for order in self.story.account.orders.values():
            if order.group_id is not None and order.order_class is not OrderClass.COMBO:
                (bought if order.role is Role.ENTRY else sold)[order.group_id] += order.filled_quantity
        for group_id, units in sold.items():
            asked = self.story.order(group_id)
            assert units <= (bought[group_id] if asked.role is Role.ENTRY else self.promised[group_id])

    @invariant()
    def an_entry_never_works_without_its_exits(self) -> None:
        for order in self.story.account.orders.values():
            if order.role is Role.ENTRY and order.is_open:
                exits = [each for each in self.story.account.orders.values() if each.group_id == order.group_id]
                assert any(each.is_exit and each.is_open for each in exits)

    @invariant()
    def what_has_ended_stays_as_it_ended(self) -> None:
        for key, order in self.ended.items():
            assert self.story.account.orders[key] == order
        for key, order in self.story.account.orders.items():
            if not order.is_open:
                self.ended[key] = order

    @invariant()
    def a_successor_and_its_predecessor_know_each_other(self) -> None:
        for order in self.story.account.orders.values():
            if order.replaced_by is not None:
                assert self.story.order(order.replaced_by).replaces == order.id
            assert (order.replaced_by is not None) is (order.status is OrderStatus.REPLACED)

    @invariant()
    def events_and_entries_are_numbered_without_gaps_and_never_go_back_in_time(self) -> None:
        events, entries = self.story.events, self.story.entries
        assert [event.seq for event in events] == list(range(1, self.story.account.last_seq + 1))
        assert [entry.number for entry in entries] == list(range(1, self.story.account.last_entry + 1))
        instants = [FIRST_OPEN, *(event.at for event in events), self.story.account.last_at]
        assert instants == sorted(instants)

    @invariant()
    def folding_the_events_gives_the_account_and_an_isolated_pair_takes_no_more_than_its_margin(self) -> None:
        assert folded(empty_account(self.story.rules), self.story.events) == self.story.account

    @invariant()
    def every_event_survives_its_journey_through_json(self) -> None:
        for event in self.story.events[self.written :]:
            assert msgspec.json.decode(msgspec.json.encode(event), type=type(event)) == event
        self.written = len(self.story.events)

    # --- counting again -------------------------------------------------------------------------

    def _open_order(self, which: int) -> OrderId:
        found = [key for key, order in self.story.account.orders.items() if order.is_open]
        return found[which % len(found)]

    def _open(self, side: Side) -> list[Order]:
        return [order for order in self.story.account.orders.values() if order.is_open and order.side is side]

    @property
    def _is_margined(self) -> bool:
        return self.story.rules.margin.is_margined

    def _promise(self, order: Order) -> Decimal:
        if order.held_units is not None:
            return order.held_units
        return (order.quantity if order.armed_quantity is None else order.armed_quantity) - order.filled_quantity

    def _need(self, order: Order) -> Decimal:
        if order.held_money is not None:
            return order.held_money
        if order.side is Side.SELL:
            return ZERO
        if order.notional is not None:
            return max(order.notional - money(order.filled_value) - order.fees, ZERO)
        assert order.hold_price is not None
        left = order.quantity - order.filled_quantity
        fee = commission(self.story.rules.fees, order.quantity, "USD") - order.fees
        return money(order.hold_price * left) + max(fee, ZERO)

    def _has_nothing_more_to_say(self) -> None:
        """Deliver the last fact again with its marks, as after a restart: nobody meets it twice.

        Whom a shared size left nothing would now find some; a desk moves its cursor with the fills instead.
        """
        fact = self.story.told[-1]
        assert isinstance(fact, OpenFact | RangeFact | CloseFact)
        shares = self.story.rules.fill_model.participation_rate is not None and volume_of(fact) is not None
        assert shares or react(self.story.account, fact, self.story.marked[fact.seq]) == ()

    def _took_no_more_than_quoted(self, events: list[Event], size: tuple[str, str], of: Instrument) -> None:
        taken = {Side.BUY: ZERO, Side.SELL: ZERO}
        for event in events:
            if isinstance(event, OrderFilled) and event.fill.instrument_id == of.id:
                taken[self.story.order(event.fill.order_id).side] += event.fill.quantity
        assert taken[Side.SELL] <= Decimal(size[0])
        assert taken[Side.BUY] <= Decimal(size[1])


TestDesk = Desk.TestCase
TestDesk.settings = settings()
# A failure is told only after it has been made small, which takes minutes.
pytestmark = pytest.mark.timeout(600)
