"""An app with the routes of identity alone, and clients of it."""

from collections.abc import AsyncIterator, Callable

import httpx
import pytest
from fastapi import FastAPI

from paperdesk.doors.problems import BodyLimit, RequestIds, answer_problems
from paperdesk.features.identity.access import Gate
from paperdesk.features.identity.found_desk import Desk
from paperdesk.features.identity.registration_routes import router as registrations
from paperdesk.features.identity.routes import router
from paperdesk.features.identity.second_factor_routes import router as second_factors
from paperdesk.features.identity.user_routes import router as users
from paperdesk.infra.runtime import Runtime

HERE = "http://desk.test"


Holding = Callable[[str], httpx.AsyncClient]


@pytest.fixture
def app(runtime: Runtime, gate: Gate) -> FastAPI:
    """The app that the door builds, cut down to identity."""
    app = FastAPI()
    app.state.runtime, app.state.gate = runtime, gate
    app.add_middleware(BodyLimit, body_bytes_max=10_000, import_bytes_max=20_000)
    app.add_middleware(RequestIds, metrics=runtime.metrics)
    app.include_router(router)
    app.include_router(users)
    app.include_router(registrations)
    app.include_router(second_factors)
    answer_problems(app)
    return app


@pytest.fixture
async def anyone(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A client that shows nothing."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=HERE) as client:
        yield client


@pytest.fixture
async def owner(app: FastAPI, found: Desk) -> AsyncIterator[httpx.AsyncClient]:
    """A client that shows the key of the first desk's owner."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    headers = {"Authorization": f"Bearer {found.key.token}"}
    async with httpx.AsyncClient(transport=transport, base_url=HERE, headers=headers) as client:
        yield client


@pytest.fixture
async def holding(app: FastAPI) -> AsyncIterator[Holding]:
    """A client that shows a token, for as many as a test needs."""
    clients: list[httpx.AsyncClient] = []

    def open_client(token: str) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        clients.append(
            httpx.AsyncClient(transport=transport, base_url=HERE, headers={"Authorization": f"Bearer {token}"})
        )
        return clients[-1]

    yield open_client
    for client in clients:
        await client.aclose()
