"""The REST door: gathers the routes of the features into one app, and serves the web app."""

from collections.abc import Sequence

from fastapi import APIRouter, FastAPI
from starlette.routing import BaseRoute, Route

from paperdesk.doors import pages
from paperdesk.doors.description import described
from paperdesk.doors.desk import Desk, Neighbour, Neighbours
from paperdesk.doors.entity_tags import EntityTags
from paperdesk.doors.problems import BodyLimit, RequestIds, answer_problems
from paperdesk.doors.rates import RequestRates
from paperdesk.doors.time_limit import TimeLimit
from paperdesk.features.backtests.capsule_routes import router as capsules
from paperdesk.features.backtests.comparison_routes import router as comparisons
from paperdesk.features.backtests.report_routes import router as reports
from paperdesk.features.backtests.routes import router as backtests
from paperdesk.features.broker import batch_routes, hot_routes
from paperdesk.features.broker.approval_routes import answer_waiting
from paperdesk.features.broker.approval_routes import router as approvals
from paperdesk.features.broker.approvals import ApprovalPending
from paperdesk.features.broker.batch_routes import router as batches
from paperdesk.features.broker.fork_routes import router as forks
from paperdesk.features.broker.gain_routes import router as gains
from paperdesk.features.broker.leverage_routes import router as leverage
from paperdesk.features.broker.life_routes import router as lives
from paperdesk.features.broker.option_routes import router as options
from paperdesk.features.broker.preference_routes import router as preferences
from paperdesk.features.broker.rescore_routes import router as rescores
from paperdesk.features.broker.routes import router as broker
from paperdesk.features.broker.size_routes import router as sizes
from paperdesk.features.broker.statistics_routes import router as order_statistics
from paperdesk.features.identity.rate_routes import router as rates
from paperdesk.features.identity.registration_routes import router as registrations
from paperdesk.features.identity.routes import router as identity
from paperdesk.features.identity.second_factor_routes import router as second_factors
from paperdesk.features.identity.single_sign_on_routes import router as single_sign_on
from paperdesk.features.identity.user_routes import router as users
from paperdesk.features.marketdata.branch_routes import router as branches
from paperdesk.features.marketdata.chain_routes import router as chains
from paperdesk.features.marketdata.dataset_routes import router as datasets
from paperdesk.features.marketdata.fund_holding_routes import router as fund_holdings
from paperdesk.features.marketdata.halt_routes import router as halts
from paperdesk.features.marketdata.indicator_routes import router as indicators
from paperdesk.features.marketdata.market_routes import router as market_days
from paperdesk.features.marketdata.quote_routes import router as quotes
from paperdesk.features.marketdata.routes import router as marketdata
from paperdesk.features.marketdata.source_routes import router as sources
from paperdesk.features.marketdata.strategy_routes import router as strategies
from paperdesk.features.operations.quota_routes import router as quotas
from paperdesk.features.operations.routes import monitors
from paperdesk.features.operations.routes import router as operations
from paperdesk.features.research.paper_routes import router as against_paper
from paperdesk.features.research.routes import router as research
from paperdesk.features.research.study_routes import router as studies
from paperdesk.features.research.walk_routes import router as walks
from paperdesk.features.strategies.routes import router as saved_strategies
from paperdesk.features.watch.limit_routes import router as limits
from paperdesk.features.watch.notification_routes import router as notifications
from paperdesk.features.watch.routes import router as watching

TITLE = "Paperdesk"
DESCRIPTION = """A whole trading desk on paper.

Money, prices and quantities are text, so that no float stands in between.
Instants are ISO 8601 in UTC. Errors are `application/problem+json` with a stable `code`.
"""


PLAIN = (*hot_routes.ROUTES, *batch_routes.ROUTES)


def gathered_routes(others: Sequence[APIRouter]) -> Sequence[BaseRoute]:
    """Return the routes of all features and of other doors; several apps may share them, for they know no desk."""
    gatherer = APIRouter(generate_unique_id_function=lambda route: route.name)
    for route in PLAIN:
        gatherer.routes.append(Route(route.path, route.endpoint, methods=[route.method], name=route.path))
    for router in (
        *others,
        identity, marketdata, datasets, quotes, market_days, strategies, branches, chains, sources, broker, batches,
        lives, leverage, rescores, gains, options, operations, monitors, order_statistics, forks, halts, fund_holdings,
        users, second_factors, rates, registrations, preferences, watching, notifications, limits, backtests,
        indicators, approvals, research, walks, against_paper, studies, saved_strategies, single_sign_on, sizes, quotas,
        capsules, reports, comparisons,
    ):  # fmt: skip
        gatherer.include_router(router)
    return gatherer.routes


def build_app(desk: Desk, version: str, routes: Sequence[BaseRoute], neighbours: Sequence[Neighbour] = ()) -> FastAPI:
    """Return the app over a desk; its routes were gathered, neighbours are doors with paths of their own."""
    app = FastAPI(
        title=TITLE,
        description=DESCRIPTION,
        version=version,
        docs_url=None,
        redoc_url=None,
        # A desk has metrics of its own; the framework's would look for someone to tell them to at every request.
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    app.state.runtime, app.state.gate = desk.runtime, desk.gate
    app.state.shelf, app.state.writer = desk.shelf, desk.writer
    app.state.sources, app.state.publication = desk.sources, desk.publication
    app.state.lines = desk.lines
    answer_problems(app)
    app.add_exception_handler(ApprovalPending, answer_waiting)
    app.router.routes.extend(routes)
    pages.serve(app)
    app.openapi = lambda: described(app, PLAIN)  # type: ignore[method-assign]
    settings = desk.runtime.settings
    app.add_middleware(EntityTags)
    app.add_middleware(BodyLimit, body_bytes_max=settings.body_bytes_max, import_bytes_max=settings.import_bytes_max)
    app.add_middleware(TimeLimit, body_s=settings.body_seconds_max, answer_s=settings.answer_seconds_max)
    app.add_middleware(Neighbours, neighbours=neighbours)
    app.add_middleware(RequestRates, desk=desk, neighbours=neighbours)
    app.add_middleware(pages.SecurityHeaders, is_https=(settings.public_url or "").startswith("https:"))
    app.add_middleware(RequestIds, metrics=desk.runtime.metrics)
    return app
