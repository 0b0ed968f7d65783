"""Live stepping, one pass over the tape and folding the recorded events end in the same account.

Live, only what a happening can touch is loaded; in a pass the whole account is at hand; a fold has
nothing but the events. The broker cannot tell, to the cent and to the id.
"""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from paperdesk.core.broker.account import Account, Rules
from paperdesk.core.broker.commands import PlaceOrder
from paperdesk.core.broker.engine import decide, fold, react
from paperdesk.core.broker.events import Event
from paperdesk.core.kernel.ids import InstrumentId
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.facts import FundingSettled, SessionClosed, SessionOpened
from tests.scenery import empty_account
from tests.stories import Happening, Step, Story
from tests.strategies import account_rules, steps


def outcome(account: Account, happening: Happening, story: Story) -> tuple[Event, ...]:
    if isinstance(happening, tuple):
        return decide(account, *happening)
    return react(account, happening, story.marked[happening.seq], story.quoted[happening.seq])


def loaded(stored: Account, happening: Happening) -> Account:
    """Return the account as a store would load it: what the happening can touch, and totals for the rest."""
    seen = None
    match happening:
        case (PlaceOrder() as command, view):
            wanted, seen = {view.instrument(command.symbol).id}, view.cursor
        case tuple():
            return stored
        case SessionOpened() | SessionClosed() | FundingSettled():
            wanted = set[InstrumentId]()
        case fact:
            wanted = {fact.instrument_id}
    # Whom a happening concerns comes with its group, and where chance is drawn, with those placed at the same fact.
    groups = {each.group_id for each in stored.orders.values() if each.is_open and each.instrument.id in wanted}
    groups.discard(None)
    orders = {
        key: order
        for key, order in stored.orders.items()
        if (order.is_open and (order.instrument.id in wanted or isinstance(happening, SessionClosed)))
        or order.accepted_fact == seen
        or order.group_id in groups
    }
    if stored.rules.margin.is_margined or isinstance(happening, SessionOpened | SessionClosed | FundingSettled):
        wanted |= set(stored.positions)
    positions = {key: position for key, position in stored.positions.items() if key in wanted}
    return replace(stored, orders=orders, positions=positions)


def live(account: Account, story: Story) -> tuple[Account, Sequence[Event]]:
    """Step one happening at a time, loading little and storing what followed."""
    written: list[Event] = []
    for happening in story.told:
        events = outcome(loaded(account, happening), happening, story)
        account = fold(account, events)
        written.extend(events)
    return account, written


def one_pass(account: Account, story: Story) -> tuple[Account, Sequence[Event]]:
    """Run over the whole tape with everything at hand."""
    written: list[Event] = []
    for happening in story.told:
        for event in outcome(account, happening, story):
            written.append(event)
            account = fold(account, [event])
    return account, written


@given(account_rules, st.lists(steps, max_size=40))
def test_three_drivers_end_in_the_same_account(rules: Rules, script: list[Step]) -> None:
    story = Story(rules=rules)
    for step in script:
        step.tell(story)
    told = (story.account, story.events)
    assert live(empty_account(rules), story) == told
    assert one_pass(empty_account(rules), story) == told
    assert fold(empty_account(rules), story.events) == story.account


@given(st.lists(steps, max_size=40))
def test_a_story_told_twice_is_equal_to_the_id(script: list[Step]) -> None:
    stories = (Story(), Story())
    for story in stories:
        for step in script:
            step.tell(story)
    assert stories[0].events == stories[1].events


@given(st.lists(steps, max_size=40), st.integers(0, 200))
def test_a_fold_can_stop_anywhere_and_go_on(script: list[Step], pause: int) -> None:
    story = Story()
    for step in script:
        step.tell(story)
    halfway = fold(empty_account(), story.events[:pause])
    assert fold(halfway, story.events[pause:]) == story.account
