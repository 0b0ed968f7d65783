"""Exercise options that are held."""

from paperdesk.core.broker.commands import ExerciseOption
from paperdesk.core.kernel.key_limits import Verb
from paperdesk.core.kernel.principal import Scope
from paperdesk.features.broker.answers import Done
from paperdesk.features.broker.work import BrokerWork


async def exercise_option(work: BrokerWork, command: ExerciseOption) -> Done:
    """Return the account after exercise, and what it brought about."""
    work.require(Scope.TRADE, Verb.EXERCISE)
    answer = await work.submit(command)
    assert isinstance(answer, Done), "a request about an option answers with what it did"
    return answer
