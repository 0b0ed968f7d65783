"""Every setting, read once. This is the only module that reads the environment."""

import os
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from paperdesk.core.kernel.quotas import Quotas
from paperdesk.core.kernel.rates import Rates

Seconds = Annotated[float, Field(gt=0)]
Times = Annotated[int, Field(ge=1)]
"""How often something may happen."""


class Settings(BaseSettings):
    """Settings of one installation; each is an environment variable that starts with PAPERDESK_."""

    model_config = SettingsConfigDict(env_prefix="PAPERDESK_", frozen=True, extra="ignore")

    home: Path = Path("~/.paperdesk")
    """Where the database, the datasets, credentials and logs live."""

    host: str = "127.0.0.1"
    """The address to listen on; loopback unless you mean to be reached."""

    port: int = 2080
    """The port to listen on."""

    mode: Literal["desk", "service"] = "desk"
    """For whom it runs: desk, its owner; service, others, and then it starts with sound settings or not at all."""

    database_url: SecretStr | None = None
    """Any PostgreSQL 15 or newer; without it an embedded server is run in the home directory."""

    admin_database_url: SecretStr | None = None
    """Who owns the tables and may create roles; the same as database_url unless given."""

    log_format: str = "console"
    """How log lines look: console for people, json for machines."""

    log_level: str = "WARNING"
    """The least important log line that is written."""

    body_bytes_max: int = 1_000_000
    """The largest request body, imports excepted."""

    import_bytes_max: int = 200_000_000
    """The largest file that can be imported."""

    body_seconds_max: Seconds = 20
    """How long a request body may take to come; a second more for each 16 kB that have."""

    answer_seconds_max: Seconds = 60
    """How long a request may wait for its answer to begin; imports ten times as long."""

    writer_batch_max: int = 256
    """How many commands one commit of the order writer gathers; those that were sent together stay together."""

    writer_queue_max: int = 4096
    """How many commands may wait for the order writer before it says it is busy."""

    requests_per_minute: Times | None = None
    """How often a person may ask within a minute, whatever keys they use; without it as often as they like."""

    requests_per_second: Times | None = None
    """How often of it within a second."""

    settings_per_minute: Times | None = None
    """How often a person may change their own profile and preferences within a minute."""

    administration_per_minute: Times | None = None
    """How often whoever administers may ask within a minute, in place of the two first."""

    address_requests_per_minute: Times | None = None
    """How often one address may ask within a minute, whoever it is."""

    alpaca_requests_per_minute: int = 1000
    """How often a key may ask in the Alpaca dialect; Alpaca's own limit is 200 without a plan."""

    streams_per_person: int = 5
    """How many streams one person may have open, by whatever door; a page of the desk holds one."""

    streams_max: int = 1000
    """How many streams one process serves at once."""

    strategy_packages: str = ""
    """Installed packages whose strategies may be run, with commas between; none runs unless it is named here."""

    mcp_toolsets: str = "default"
    """Which tools a model is shown whose address names no toolsets; names with commas between them, or all."""

    mcp_port: int | None = None
    """A port of its own where models are served too, such as 2081; without it they come by the port for all."""

    mcp_confirm_above: Decimal | None = None
    """The value of an order above which a model has to have it confirmed by its person; never, without it."""

    approval_minutes: Times = 60
    """How long an order of a key waits for a person to approve of it; then it is asked for anew."""

    tenant_accounts: Times | None = None
    """How many accounts that are not closed a tenant may have; any number, without it."""

    tenant_people: Times | None = None
    """How many active people it may have."""

    tenant_keys: Times | None = None
    """How many keys that are not revoked."""

    tenant_jobs: Times | None = None
    """How many jobs that have not ended."""

    tenant_streams: Times | None = None
    """How many streams of it one process serves at once."""

    login_hours: int = 12
    """How long the login of a browser lasts; a program keeps its own alive with refresh tokens."""

    refresh_days: int = 30
    """How long a login of a program can be kept alive with its refresh tokens."""

    registration: Literal["open", "invite", "closed"] = "invite"
    """Who comes to be here: open, whoever registers; invite, whom an administrator adds; closed, nobody new."""

    oidc_issuer: str | None = None
    """A provider at which people sign in, by OpenID Connect, as https://accounts.example.com; none, without it."""

    oidc_client_id: str = ""
    """Who the desk is at that provider; it sends people back to /v1/single-sign-on/callback."""

    oidc_client_secret: SecretStr | None = None
    """What the desk proves it with, where the provider gave it a secret."""

    oidc_domains: str = ""
    """Of which domains an e-mail address has to be at that provider, with commas between; of any, without it."""

    oidc_people: Literal["existing", "create"] = "existing"
    """Whom it lets in: existing, who is here already; create, whoever it knows, each with a tenant of their own."""

    public_url: str | None = None
    """The address of the desk that links in letters begin with; else host and port."""

    smtp_url: SecretStr | None = None
    """The mail server, as smtp://host or smtps://user:password@host:port; without it letters are printed."""

    mail_from: str = "Paperdesk <paperdesk@localhost>"
    """Whom letters are from."""

    sign_ins_per_minute: int = 20
    """How often one address may try to sign in within a minute."""

    first_day: str | None = None
    """The day at whose close the first tape stands, as 2008-09-15; without it one that suits the first market."""

    quotes_from: str = "alpaca,polygon"
    """Which sources are asked for live quotes, in turn until one answers."""

    bars_from: str = "alpaca,polygon"
    """Which sources are asked for history, in turn until one answers."""

    chains_from: str = "alpaca,polygon"
    """Which sources are asked for option chains, in turn until one answers."""

    instruments_from: str = "polygon,alpaca"
    """Which sources are searched for instruments, in turn until one answers."""

    actions_from: str = "alpaca,polygon"
    """Which sources are asked for corporate actions, in turn until one answers."""

    yields_from: str = "fred"
    """Which sources are asked for Treasury yields, in turn until one answers."""

    halts_from: str = "alpaca"
    """Which sources are listened to for halts of trading: the first that has a key."""

    alpaca_prices_url: str = "https://data.alpaca.markets"
    """Where Alpaca answers about prices."""

    alpaca_trading_url: str = "https://paper-api.alpaca.markets"
    """Where Alpaca answers about instruments."""

    alpaca_stream_url: str = "wss://stream.data.alpaca.markets/v2"
    """Where Alpaca streams what happens to shares."""

    alpaca_feed: str = "iex"
    """The feed of shares in the plan at Alpaca: iex, delayed_sip or sip."""

    alpaca_option_feed: str = "indicative"
    """The feed of options in the plan at Alpaca: indicative or opra."""

    alpaca_calls_per_minute: int = 200
    """How many calls a minute the plan at Alpaca allows."""

    polygon_url: str = "https://api.massive.com"
    """Where Polygon (Massive) answers."""

    polygon_calls_per_minute: int = 5
    """How many calls a minute the plan at Polygon allows."""

    fred_url: str = "https://api.stlouisfed.org"
    """Where FRED answers."""

    fred_calls_per_minute: int = 120
    """How many calls a minute FRED allows."""

    live_poll_s: int = 5
    """How many seconds pass before the sources of a live tape are asked again."""

    webhooks_reach_private: bool = False
    """Whether webhooks may go to private addresses, such as those of this machine and its network."""

    redis_url: SecretStr | None = None
    """A Redis that keeps the answers of sources for all processes, as redis://host:port/0; else each keeps its own."""

    cache_entries_max: int = 10_000
    """How many answers a process keeps by itself at most; Redis is bounded by its own maxmemory."""

    warm_every_s: int = 300
    """How many seconds pass before the quotes of what is held or ordered on live tapes are asked for again."""

    sealing_keys: SecretStr | None = None
    """Keys that the keys of sources are sealed with, as name:base64 of 32 bytes, the one in use first; else a file."""

    search_path: str = Field(default=os.defpath, validation_alias="PATH")
    """Where programs are looked for: PostgreSQL, when its wheel is not installed."""

    runtime_folder: Path | None = Field(default=None, validation_alias="XDG_RUNTIME_DIR")
    """Where short-lived sockets belong, when the home directory's path is too long for one."""

    @property
    def rates(self) -> Rates:
        """Return how often people may ask."""
        own = (self.requests_per_minute, self.requests_per_second)
        return Rates(*own, self.settings_per_minute, self.administration_per_minute)

    @property
    def quotas(self) -> Quotas:
        """Return how much each tenant may have at once."""
        return Quotas(self.tenant_accounts, self.tenant_people, self.tenant_keys, self.tenant_jobs, self.tenant_streams)

    @property
    def directory(self) -> Path:
        """Return the home directory with ~ expanded."""
        return self.home.expanduser().absolute()

    @property
    def datasets(self) -> Path:
        """Return where datasets are stored."""
        return self.directory / "datasets"


def keep_compiled(folder: Path) -> None:
    """Let numba keep what it compiles in a folder, unless the environment names another; before numba is imported."""
    os.environ.setdefault("NUMBA_CACHE_DIR", str(folder))  # noqa: TID251 - numba asks nobody else
