"""REST routes of what the caller prefers; the account among it is the broker's to check."""

from fastapi import APIRouter

from paperdesk.features.broker.preference_schemas import PreferencesBody, PreferencesView
from paperdesk.features.broker.queries import default_account_of_caller
from paperdesk.features.broker.set_default_account import set_default_account
from paperdesk.features.identity.access import Reading, Work
from paperdesk.features.identity.change_preferences import Preferences, change_preferences, read_preferences
from paperdesk.infra.once import OnceRoute
from paperdesk.infra.work import ReadOnly

router = APIRouter(prefix="/v1/me/preferences", tags=["identity"], route_class=OnceRoute)


@router.get("")
async def get_preferences(work: Reading) -> PreferencesView:
    """Show what you prefer."""
    return await _shown(work)


@router.patch("")
async def patch_preferences(work: Work, body: PreferencesBody) -> PreferencesView:
    """Change what you prefer: time zone, base currency, locale, number format, and the account you start from."""
    await change_preferences(work, body.applied_to(await read_preferences(work)))
    if "default_account_id" in body.model_fields_set:
        await set_default_account(work, body.default_account_id)
    return await _shown(work)


@router.delete("")
async def delete_preferences(work: Work) -> PreferencesView:
    """Have everything back as it was at first, and no account that you start from."""
    await change_preferences(work, Preferences())
    await set_default_account(work, None)
    return await _shown(work)


async def _shown(work: ReadOnly) -> PreferencesView:
    return PreferencesView.of(await read_preferences(work), await default_account_of_caller(work))
