# Written by tools/gen_typed_clients.py from the OpenAPI file; `make docs` writes it again.
"""A client of every operation, that waits without blocking."""

from datetime import date, datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

from paperdesk.client.calls import Call
from paperdesk.client.models import (
    AccountGreeksOut,
    AccountOut,
    AcknowledgeBody,
    AddedUserView,
    AddUserBody,
    Adjustment,
    AgainstPaperOut,
    ApprovalOut,
    ApprovalStatus,
    AtExpiryBody,
    AtExpiryOut,
    AttachStrategyBody,
    BacktestBody,
    BacktestComparisonOut,
    BacktestOut,
    BacktestResultsOut,
    BarsOut,
    BranchBody,
    BranchOut,
    CancelManyBody,
    Capsule,
    CapsuleVerificationOut,
    CatalogueOut,
    ChangeAccountBody,
    ChangeUserBody,
    ClosedPositionsOut,
    ClosePositionBody,
    ClosePositionsBody,
    CodeBody,
    CodedProofBody,
    ComparisonOut,
    ControlTapeBody,
    CrossValidationBody,
    DatabaseOut,
    DeclineBody,
    DeletionBody,
    DepthOut,
    EnrolmentView,
    EntryKind,
    EvaluationOut,
    ExerciseBody,
    ExercisedOut,
    ExpirationsOut,
    ExpiriesOut,
    ExplanationOut,
    FactsOut,
    FileFormat,
    ForkBody,
    FundHoldingsOut,
    GainsOut,
    HeatMapOut,
    HeldState,
    HistoryBody,
    ImportOut,
    IndicatorsOut,
    InvitationView,
    IssuedKeyView,
    JitterBody,
    JobOut,
    KeyBody,
    LeakCheckBody,
    LeverageBody,
    LeverageOut,
    LimitAlertOut,
    LimitBody,
    LimitChangeBody,
    LimitOut,
    LimitState,
    LinkBody,
    LiveActionsOut,
    LiveBarsOut,
    LiveChainOut,
    LiveInstrumentsOut,
    LiveQuotesOut,
    LiveTapeBody,
    LiveYieldsOut,
    LoginBody,
    LoginView,
    MadeNotificationRuleOut,
    MarketdataStrategyOut,
    MemberView,
    Method,
    MeView,
    Moneyness,
    MonteCarloOut,
    MoversOut,
    NotificationRuleBody,
    OpenAccountBody,
    OpenTapeBody,
    OrderClass,
    OrderKind,
    OrderOut,
    OrderPreviewOut,
    OrderStatisticsOut,
    OrderType,
    OutcomesOut,
    PageOfAccountGreeksOut,
    PageOfAccountOut,
    PageOfActivityOut,
    PageOfApprovalOut,
    PageOfAuditLineView,
    PageOfBacktestOut,
    PageOfChainLineOut,
    PageOfContractOut,
    PageOfCorporateActionOut,
    PageOfDatasetOut,
    PageOfEntryOut,
    PageOfEpochOut,
    PageOfEquityPointOut,
    PageOfFillOut,
    PageOfHaltOut,
    PageOfHeldOptionOut,
    PageOfInstrumentOut,
    PageOfJobOut,
    PageOfKeyView,
    PageOfLimitAlertOut,
    PageOfLimitOut,
    PageOfLoginOnFileView,
    PageOfLotOut,
    PageOfMemberView,
    PageOfNotificationOut,
    PageOfNotificationRuleOut,
    PageOfOrderOut,
    PageOfOrderStateOut,
    PageOfPerformedOut,
    PageOfPositionOut,
    PageOfPresetOut,
    PageOfPriceAlertFiringOut,
    PageOfPriceAlertOut,
    PageOfRoundTripBarOut,
    PageOfRoundTripOut,
    PageOfRunEventOut,
    PageOfRunFillOut,
    PageOfRunOrderOut,
    PageOfRunPeriodOut,
    PageOfRunPointOut,
    PageOfRunPositionOut,
    PageOfSavedStrategyOut,
    PageOfShippedStrategyOut,
    PageOfStrategyOut,
    PageOfStrategyTemplateOut,
    PageOfStrategyVersionOut,
    PageOfStudyOut,
    PageOfSweepOut,
    PageOfTapeOut,
    PageOfToolOut,
    PageOfTrialOut,
    PageOfWalkForwardOut,
    PageOfWalkPointOut,
    PageOfWatchlistOut,
    PasswordBody,
    PastQuotesOut,
    PayoffBody,
    PayoffOut,
    PlaceComboBody,
    PlaceManyBody,
    PlaceOrderBody,
    PositionSizeOut,
    PreferencesBody,
    PreferencesView,
    PresetOut,
    PriceAlertBody,
    PriceAlertChangeBody,
    PriceAlertOut,
    PriceBasis,
    PrintsOut,
    ProfileBody,
    PumpOut,
    QualityOut,
    QuotasBody,
    QuotasView,
    QuotesOut,
    RatesBody,
    RatesView,
    ReadyOut,
    ReconciliationOut,
    RecoveryCodesView,
    RefreshBody,
    RegisterBody,
    RepairBody,
    ReplaceOrderBody,
    ReportFormat,
    ReportTable,
    RescoreAnswer,
    RescoreBody,
    ResetBody,
    Right,
    RiskMeasuresOut,
    RoleInput,
    SavedStrategyBody,
    SavedStrategyChangeBody,
    SavedStrategyOut,
    SavePresetBody,
    ScanOut,
    SecondFactorBody,
    SecondFactorView,
    SectorsOut,
    Side,
    SingleSignOnView,
    SourceKeyBody,
    SourceRowBody,
    SourcesOut,
    SpreadBody,
    SpreadOut,
    StatisticsOut,
    StrategiesOut,
    StrategyPerformanceOut,
    StrategyRunBody,
    StrikesOut,
    StudyKind,
    StudyOut,
    StudyResultsOut,
    Subject,
    SweepBody,
    SweepOut,
    SweepResultsOut,
    TapeOut,
    TierBody,
    TokensView,
    ToldOut,
    Tolerance,
    TradingOut,
    TransferBody,
    TransferOut,
    TruthsOut,
    VerificationBody,
    VerificationView,
    WalkForwardBody,
    WalkForwardOut,
    WalkForwardResultsOut,
    WatchBody,
    WatchlistBody,
    WatchlistOut,
)
from paperdesk.client.transport import AsyncTransport


class AsyncDesk(AsyncTransport):
    """A desk at an address, that waits without blocking."""

    async def get_tools(
        self, *, toolsets: str | None = None, limit: int | None = None, cursor: str | None = None
    ) -> PageOfToolOut:
        """List the tools for models by name: all of them, or those of some sets."""
        return await self.ask(
            Call("GET", "/v1/tools", query={"toolsets": toolsets, "limit": limit, "cursor": cursor}), PageOfToolOut
        )

    async def begin_login(self, body: LoginBody) -> LoginView:
        """Sign in by password or by link; a browser gets the login as a cookie, too."""
        return await self.ask(Call("POST", "/v1/logins", body=body), LoginView)

    async def get_logins(self, *, limit: int | None = None, cursor: str | None = None) -> PageOfLoginOnFileView:
        """List your logins that stand, newest first."""
        return await self.ask(
            Call("GET", "/v1/logins", query={"limit": limit, "cursor": cursor}), PageOfLoginOnFileView
        )

    async def leave(self) -> None:
        """Sign out: the access token stops working at once."""
        await self.do(Call("DELETE", "/v1/logins/current"))

    async def post_refresh(self, body: RefreshBody) -> TokensView:
        """Fetch the next tokens of a login; a refresh token that is shown twice ends it."""
        return await self.ask(Call("POST", "/v1/logins/refresh", body=body), TokensView)

    async def delete_login(self, login_id: UUID) -> None:
        """End one of your logins: its tokens stop working at once."""
        await self.do(Call("DELETE", "/v1/logins/{login_id}", at={"login_id": login_id}))

    async def put_password(self, body: PasswordBody) -> None:
        """Change your password; every other login of yours ends."""
        await self.do(Call("PUT", "/v1/me/password", body=body))

    async def post_deletion(self, body: DeletionBody) -> None:
        """Delete yourself, for good: every way in ends, and what you did stays with the tenant."""
        await self.do(Call("POST", "/v1/me/deletion", body=body))

    async def post_archive(self) -> str:
        """Write everything that this desk keeps of you into one archive: a zip with a file for each kind of row."""
        return await self.ask(Call("POST", "/v1/me/archive"), str)

    async def read_me(self) -> MeView:
        """Tell who is calling and what they may do."""
        return await self.ask(Call("GET", "/v1/me"), MeView)

    async def patch_me(self, body: ProfileBody) -> MeView:
        """Change what you are called."""
        return await self.ask(Call("PATCH", "/v1/me", body=body, is_keyed=True), MeView)

    async def list_keys(
        self, *, limit: int | None = None, cursor: str | None = None, sort: str | None = None
    ) -> PageOfKeyView:
        """List your keys that have not been revoked, newest first; administrators see those of the whole tenant."""
        return await self.ask(
            Call("GET", "/v1/keys", query={"limit": limit, "cursor": cursor, "sort": sort}), PageOfKeyView
        )

    async def add_key(self, body: KeyBody) -> IssuedKeyView:
        """Issue a key of your own, with limits if you like; its secret is in this answer and nowhere else."""
        return await self.ask(Call("POST", "/v1/keys", body=body), IssuedKeyView)

    async def remove_key(self, key_id: UUID) -> None:
        """Revoke a key: it stops working at once."""
        await self.do(Call("DELETE", "/v1/keys/{key_id}", at={"key_id": key_id}))

    async def get_tapes(
        self, *, limit: int | None = None, cursor: str | None = None, sort: str | None = None
    ) -> PageOfTapeOut:
        """List the tapes you may see, newest first."""
        return await self.ask(
            Call("GET", "/v1/tapes", query={"limit": limit, "cursor": cursor, "sort": sort}), PageOfTapeOut
        )

    async def post_tape(self, body: OpenTapeBody) -> TapeOut:
        """Open a tape of your own over a dataset, or over the synthetic market of a preset."""
        return await self.ask(Call("POST", "/v1/tapes", body=body, is_keyed=True), TapeOut)

    async def get_tape_presets(self, *, limit: int | None = None, cursor: str | None = None) -> PageOfPresetOut:
        """List the tapes that can be opened by name: synthetic, recorded, and saved by you or for you."""
        return await self.ask(
            Call("GET", "/v1/tape-presets", query={"limit": limit, "cursor": cursor}), PageOfPresetOut
        )

    async def post_tape_preset(self, body: SavePresetBody) -> PresetOut:
        """Save a tape, or a dataset and a moment, under a name."""
        return await self.ask(Call("POST", "/v1/tape-presets", body=body, is_keyed=True), PresetOut)

    async def delete_tape_preset(self, preset_name: str) -> None:
        """Forget a preset that you saved."""
        await self.do(Call("DELETE", "/v1/tape-presets/{preset_name}", at={"preset_name": preset_name}, is_keyed=True))

    async def get_truth(self) -> TruthsOut:
        """Show the true coefficients that all synthetic markets share."""
        return await self.ask(Call("GET", "/v1/tape-presets/truth"), TruthsOut)

    async def get_tape(self, tape_id: UUID) -> TapeOut:
        """Show one tape."""
        return await self.ask(Call("GET", "/v1/tapes/{tape_id}", at={"tape_id": tape_id}), TapeOut)

    async def post_control(self, tape_id: UUID, body: ControlTapeBody) -> TapeOut:
        """Play, pause, step, jump or set the speed; answers when the fills on the way are committed."""
        return await self.ask(
            Call("POST", "/v1/tapes/{tape_id}/control", at={"tape_id": tape_id}, body=body, is_keyed=True), TapeOut
        )

    async def get_instruments(
        self,
        *,
        tape_id: UUID,
        q: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        sort: str | None = None,
    ) -> PageOfInstrumentOut:
        """Search the instruments that a tape has shown by now."""
        return await self.ask(
            Call(
                "GET",
                "/v1/instruments",
                query={"tape_id": tape_id, "q": q, "limit": limit, "cursor": cursor, "sort": sort},
            ),
            PageOfInstrumentOut,
        )

    async def get_bars(
        self,
        *,
        tape_id: UUID,
        symbol: str,
        limit: int | None = None,
        interval: Literal["1m", "3m", "5m", "15m", "30m", "1h", "2h", "4h", "6h", "8h", "12h", "1d", "3d", "1w", "1M"]
        | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
        adjustment: Adjustment | None = None,
    ) -> BarsOut:
        """Read the newest closed bars of a symbol, oldest first."""
        return await self.ask(
            Call(
                "GET",
                "/v1/bars",
                query={
                    "tape_id": tape_id,
                    "symbol": symbol,
                    "limit": limit,
                    "interval": interval,
                    "start": start,
                    "end": end,
                    "adjustment": adjustment,
                },
            ),
            BarsOut,
        )

    async def get_corporate_actions(
        self,
        tape_id: UUID,
        *,
        symbols: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        sort: str | None = None,
    ) -> PageOfCorporateActionOut:
        """List the corporate actions that have been announced by the tape's clock; symbols are separated by commas."""
        return await self.ask(
            Call(
                "GET",
                "/v1/tapes/{tape_id}/corporate-actions",
                at={"tape_id": tape_id},
                query={"symbols": symbols, "limit": limit, "cursor": cursor, "sort": sort},
            ),
            PageOfCorporateActionOut,
        )

    async def get_datasets(
        self, *, limit: int | None = None, cursor: str | None = None, sort: str | None = None
    ) -> PageOfDatasetOut:
        """List the datasets you may open tapes on, newest first."""
        return await self.ask(
            Call("GET", "/v1/datasets", query={"limit": limit, "cursor": cursor, "sort": sort}), PageOfDatasetOut
        )

    async def post_dataset(
        self,
        body: bytes,
        *,
        name: str,
        format: FileFormat | None = None,
        price_basis: PriceBasis | None = None,
        calendar: str | None = None,
        symbol: str | None = None,
        etfs: str | None = None,
        indexes: str | None = None,
        bonds: str | None = None,
    ) -> ImportOut:
        """Import a CSV or Parquet file, sent as the body; the job reports every bad row."""
        return await self.ask(
            Call(
                "POST",
                "/v1/datasets",
                query={
                    "name": name,
                    "format": format,
                    "price_basis": price_basis,
                    "calendar": calendar,
                    "symbol": symbol,
                    "etfs": etfs,
                    "indexes": indexes,
                    "bonds": bonds,
                },
                body=body,
                media="text/csv",
                is_keyed=True,
            ),
            ImportOut,
        )

    async def post_actions(self, dataset_id: UUID, body: bytes) -> ImportOut:
        """Import a CSV file of corporate actions, sent as the body, as the next version of a dataset."""
        return await self.ask(
            Call(
                "POST",
                "/v1/datasets/{dataset_id}/actions",
                at={"dataset_id": dataset_id},
                body=body,
                media="text/csv",
                is_keyed=True,
            ),
            ImportOut,
        )

    async def post_halts(self, dataset_id: UUID, body: bytes) -> ImportOut:
        """Import a CSV file of trading halts, sent as the body, as the next version of a dataset."""
        return await self.ask(
            Call(
                "POST",
                "/v1/datasets/{dataset_id}/halts",
                at={"dataset_id": dataset_id},
                body=body,
                media="text/csv",
                is_keyed=True,
            ),
            ImportOut,
        )

    async def post_auctions(self, dataset_id: UUID, body: bytes) -> ImportOut:
        """Import a CSV file of the prints of auctions, sent as the body, as the next version of a dataset."""
        return await self.ask(
            Call(
                "POST",
                "/v1/datasets/{dataset_id}/auctions",
                at={"dataset_id": dataset_id},
                body=body,
                media="text/csv",
                is_keyed=True,
            ),
            ImportOut,
        )

    async def post_holdings(self, dataset_id: UUID, body: bytes) -> ImportOut:
        """Import a CSV file of what funds hold, sent as the body, as the next version of a dataset."""
        return await self.ask(
            Call(
                "POST",
                "/v1/datasets/{dataset_id}/holdings",
                at={"dataset_id": dataset_id},
                body=body,
                media="text/csv",
                is_keyed=True,
            ),
            ImportOut,
        )

    async def get_quality(
        self, dataset_id: UUID, *, tape_id: UUID | None = None, symbol: str | None = None
    ) -> QualityOut:
        """Report coverage, gaps, staleness, outliers and crossed quotes, symbol by symbol, as of a tape."""
        return await self.ask(
            Call(
                "GET",
                "/v1/datasets/{dataset_id}/quality",
                at={"dataset_id": dataset_id},
                query={"tape_id": tape_id, "symbol": symbol},
            ),
            QualityOut,
        )

    async def post_repair(self, dataset_id: UUID, body: RepairBody) -> ImportOut:
        """Fill the holes of a dataset with the bars of another, as a new version of your own."""
        return await self.ask(
            Call("POST", "/v1/datasets/{dataset_id}/repairs", at={"dataset_id": dataset_id}, body=body, is_keyed=True),
            ImportOut,
        )

    async def get_quotes(self, *, tape_id: UUID, symbols: str) -> QuotesOut:
        """Read standing quotes; symbols are separated by commas."""
        return await self.ask(Call("GET", "/v1/quotes", query={"tape_id": tape_id, "symbols": symbols}), QuotesOut)

    async def get_past_quotes(
        self,
        *,
        tape_id: UUID,
        symbol: str,
        limit: int | None = None,
        on: date | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
    ) -> PastQuotesOut:
        """Read the newest quotes of a symbol on a market day, today without one; earlier ones with `end`."""
        return await self.ask(
            Call(
                "GET",
                "/v1/quotes/history",
                query={"tape_id": tape_id, "symbol": symbol, "limit": limit, "on": on, "start": start, "end": end},
            ),
            PastQuotesOut,
        )

    async def get_prints(
        self,
        *,
        tape_id: UUID,
        symbol: str,
        limit: int | None = None,
        on: date | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
    ) -> PrintsOut:
        """Read the newest prints of a symbol on a market day, today without one; earlier ones with `end`."""
        return await self.ask(
            Call(
                "GET",
                "/v1/prints",
                query={"tape_id": tape_id, "symbol": symbol, "limit": limit, "on": on, "start": start, "end": end},
            ),
            PrintsOut,
        )

    async def get_depth(self, *, tape_id: UUID, symbol: str) -> DepthOut:
        """Read the book of a symbol as far as the tape has it."""
        return await self.ask(Call("GET", "/v1/depth", query={"tape_id": tape_id, "symbol": symbol}), DepthOut)

    async def get_facts(self, *, tape_id: UUID, symbol: str) -> FactsOut:
        """Read what there is to know of a symbol: what it is, when it trades, and what its company has announced."""
        return await self.ask(Call("GET", "/v1/facts", query={"tape_id": tape_id, "symbol": symbol}), FactsOut)

    async def get_sectors(self, *, tape_id: UUID) -> SectorsOut:
        """List the companies that a tape has shown by sector."""
        return await self.ask(Call("GET", "/v1/sectors", query={"tape_id": tape_id}), SectorsOut)

    async def get_statistics(self, *, tape_id: UUID, symbols: str | None = None) -> StatisticsOut:
        """Read 24-hour figures of symbols, separated by commas, or of everything but option contracts."""
        return await self.ask(
            Call("GET", "/v1/statistics", query={"tape_id": tape_id, "symbols": symbols}), StatisticsOut
        )

    async def get_movers(self, *, tape_id: UUID, limit: int | None = None) -> MoversOut:
        """Read what rose most, what fell most and what most changed hands of in the last 24 hours."""
        return await self.ask(Call("GET", "/v1/movers", query={"tape_id": tape_id, "limit": limit}), MoversOut)

    async def get_catalogue(self, tape_id: UUID) -> CatalogueOut:
        """List the kinds of data and the intervals that a tape can be asked for."""
        return await self.ask(Call("GET", "/v1/tapes/{tape_id}/catalogue", at={"tape_id": tape_id}), CatalogueOut)

    async def get_strategies(
        self, tape_id: UUID, *, limit: int | None = None, cursor: str | None = None
    ) -> PageOfStrategyOut:
        """List the strategies a tape waits for, and the cursor each has acknowledged."""
        return await self.ask(
            Call(
                "GET",
                "/v1/tapes/{tape_id}/strategies",
                at={"tape_id": tape_id},
                query={"limit": limit, "cursor": cursor},
            ),
            PageOfStrategyOut,
        )

    async def post_strategy(self, tape_id: UUID, body: AttachStrategyBody) -> MarketdataStrategyOut:
        """Attach a strategy: from now on the tape stops after each bar until it has acknowledged the cursor."""
        return await self.ask(
            Call("POST", "/v1/tapes/{tape_id}/strategies", at={"tape_id": tape_id}, body=body, is_keyed=True),
            MarketdataStrategyOut,
        )

    async def delete_strategy(self, tape_id: UUID, strategy: str) -> None:
        """Detach a strategy: the tape waits for it no longer."""
        await self.do(
            Call(
                "DELETE",
                "/v1/tapes/{tape_id}/strategies/{strategy}",
                at={"tape_id": tape_id, "strategy": strategy},
                is_keyed=True,
            )
        )

    async def post_acknowledgement(self, tape_id: UUID, strategy: str, body: AcknowledgeBody) -> MarketdataStrategyOut:
        """Acknowledge everything up to a cursor; the tape goes on once all have."""
        return await self.ask(
            Call(
                "POST",
                "/v1/tapes/{tape_id}/strategies/{strategy}/acknowledgements",
                at={"tape_id": tape_id, "strategy": strategy},
                body=body,
                is_keyed=True,
            ),
            MarketdataStrategyOut,
        )

    async def get_branches(
        self, tape_id: UUID, *, limit: int | None = None, cursor: str | None = None
    ) -> PageOfTapeOut:
        """List the branches of a tape, oldest first."""
        return await self.ask(
            Call(
                "GET", "/v1/tapes/{tape_id}/branches", at={"tape_id": tape_id}, query={"limit": limit, "cursor": cursor}
            ),
            PageOfTapeOut,
        )

    async def get_contracts(
        self,
        *,
        tape_id: UUID,
        underlying: str,
        expires_on: date | None = None,
        right: Right | None = None,
        expired: bool | None = None,
        expires_from: date | None = None,
        expires_to: date | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> PageOfContractOut:
        """List the options on an underlying that a tape has shown, by expiry, strike and right."""
        return await self.ask(
            Call(
                "GET",
                "/v1/options/contracts",
                query={
                    "tape_id": tape_id,
                    "underlying": underlying,
                    "expires_on": expires_on,
                    "right": right,
                    "expired": expired,
                    "expires_from": expires_from,
                    "expires_to": expires_to,
                    "limit": limit,
                    "cursor": cursor,
                },
            ),
            PageOfContractOut,
        )

    async def get_chain(
        self,
        *,
        tape_id: UUID,
        underlying: str,
        expires_on: date | None = None,
        right: Right | None = None,
        expired: bool | None = None,
        expires_from: date | None = None,
        expires_to: date | None = None,
        volume_min: Decimal | None = None,
        band: Decimal | None = None,
        moneyness: Moneyness | None = None,
        delta: Decimal | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> PageOfChainLineOut:
        """List options with their quotes, and the volatility and delta that these imply."""
        return await self.ask(
            Call(
                "GET",
                "/v1/options/chain",
                query={
                    "tape_id": tape_id,
                    "underlying": underlying,
                    "expires_on": expires_on,
                    "right": right,
                    "expired": expired,
                    "expires_from": expires_from,
                    "expires_to": expires_to,
                    "volume_min": volume_min,
                    "band": band,
                    "moneyness": moneyness,
                    "delta": delta,
                    "limit": limit,
                    "cursor": cursor,
                },
            ),
            PageOfChainLineOut,
        )

    async def get_expirations(
        self,
        *,
        tape_id: UUID,
        underlying: str,
        expires_on: date | None = None,
        right: Right | None = None,
        expired: bool | None = None,
        expires_from: date | None = None,
        expires_to: date | None = None,
    ) -> ExpirationsOut:
        """List the days on which options on an underlying end."""
        return await self.ask(
            Call(
                "GET",
                "/v1/options/expirations",
                query={
                    "tape_id": tape_id,
                    "underlying": underlying,
                    "expires_on": expires_on,
                    "right": right,
                    "expired": expired,
                    "expires_from": expires_from,
                    "expires_to": expires_to,
                },
            ),
            ExpirationsOut,
        )

    async def get_strikes(
        self,
        *,
        tape_id: UUID,
        underlying: str,
        expires_on: date | None = None,
        right: Right | None = None,
        expired: bool | None = None,
        expires_from: date | None = None,
        expires_to: date | None = None,
    ) -> StrikesOut:
        """List the strikes of options on an underlying."""
        return await self.ask(
            Call(
                "GET",
                "/v1/options/strikes",
                query={
                    "tape_id": tape_id,
                    "underlying": underlying,
                    "expires_on": expires_on,
                    "right": right,
                    "expired": expired,
                    "expires_from": expires_from,
                    "expires_to": expires_to,
                },
            ),
            StrikesOut,
        )

    async def get_sources(self) -> SourcesOut:
        """List the sources of live prices with what is left of their calls, and who is asked about what."""
        return await self.ask(Call("GET", "/v1/sources"), SourcesOut)

    async def put_source_key(self, source: str, body: SourceKeyBody) -> None:
        """Set the key of a source; it is sealed before it is kept, and no answer ever shows it."""
        await self.do(Call("PUT", "/v1/sources/{source}/key", at={"source": source}, body=body, is_keyed=True))

    async def delete_source_key(self, source: str) -> None:
        """Forget the key of a source."""
        await self.do(Call("DELETE", "/v1/sources/{source}/key", at={"source": source}, is_keyed=True))

    async def post_source_test(self, source: str) -> ToldOut:
        """Ask a source the least there is to ask, to see whether its key is good."""
        return await self.ask(Call("POST", "/v1/sources/{source}/test", at={"source": source}), ToldOut)

    async def put_source_row(self, subject: Subject, body: SourceRowBody) -> None:
        """Choose which sources are asked about a subject, from the next question on."""
        await self.do(Call("PUT", "/v1/source-rows/{subject}", at={"subject": subject}, body=body, is_keyed=True))

    async def delete_source_row(self, subject: Subject) -> None:
        """Let the settings say again which sources are asked about a subject."""
        await self.do(Call("DELETE", "/v1/source-rows/{subject}", at={"subject": subject}, is_keyed=True))

    async def post_live_tape(self, body: LiveTapeBody) -> TapeOut:
        """Open a tape that goes with the wall clock and watches symbols; accounts live on it as on any other."""
        return await self.ask(Call("POST", "/v1/live/tapes", body=body, is_keyed=True), TapeOut)

    async def post_watched(self, live_tape_id: UUID, body: WatchBody) -> TapeOut:
        """Let a live tape watch more symbols."""
        return await self.ask(
            Call(
                "POST",
                "/v1/live/tapes/{live_tape_id}/symbols",
                at={"live_tape_id": live_tape_id},
                body=body,
                is_keyed=True,
            ),
            TapeOut,
        )

    async def post_history(self, body: HistoryBody) -> ImportOut:
        """Record a history of a source as a dataset; the job tells how far it is."""
        return await self.ask(Call("POST", "/v1/datasets/histories", body=body, is_keyed=True), ImportOut)

    async def post_backfill(self, dataset_id: UUID) -> ImportOut:
        """Fill the holes of a dataset from your sources, 1,500 bars a job; each names the next, the last the version."""
        return await self.ask(
            Call("POST", "/v1/datasets/{dataset_id}/backfills", at={"dataset_id": dataset_id}, is_keyed=True), ImportOut
        )

    async def delete_live_answers(self) -> None:
        """Forget what your sources told, so that they are asked anew from the next question on."""
        await self.do(Call("DELETE", "/v1/live/answers"))

    async def get_live_quotes(self, *, symbols: str) -> LiveQuotesOut:
        """Read the latest quotes and prints from a source; symbols are separated by commas."""
        return await self.ask(Call("GET", "/v1/live/quotes", query={"symbols": symbols}), LiveQuotesOut)

    async def get_live_bars(
        self,
        *,
        symbol: str,
        start: datetime,
        end: datetime,
        length: Literal["1m", "5m", "15m", "1h", "1d"] | None = None,
        page: str | None = None,
    ) -> LiveBarsOut:
        """Read one page of raw history from a source; the next page comes from the same."""
        return await self.ask(
            Call(
                "GET",
                "/v1/live/bars",
                query={"symbol": symbol, "start": start, "end": end, "length": length, "page": page},
            ),
            LiveBarsOut,
        )

    async def get_live_chain(self, *, underlying: str, expires_on: date | None = None) -> LiveChainOut:
        """Read an option chain with quotes from a source."""
        return await self.ask(
            Call("GET", "/v1/live/chain", query={"underlying": underlying, "expires_on": expires_on}), LiveChainOut
        )

    async def get_live_instruments(self, *, q: str) -> LiveInstrumentsOut:
        """Search the instruments that a source knows."""
        return await self.ask(Call("GET", "/v1/live/instruments", query={"q": q}), LiveInstrumentsOut)

    async def get_live_actions(self, *, symbol: str, start: date, end: date) -> LiveActionsOut:
        """Read dividends and splits between two days from a source, both included."""
        return await self.ask(
            Call("GET", "/v1/live/actions", query={"symbol": symbol, "start": start, "end": end}), LiveActionsOut
        )

    async def get_live_yields(
        self, *, series: Literal["DGS3MO", "DGS2", "DGS10", "DGS30"], start: date, end: date
    ) -> LiveYieldsOut:
        """Read a Treasury yield between two days from a source, both included."""
        return await self.ask(
            Call("GET", "/v1/live/yields", query={"series": series, "start": start, "end": end}), LiveYieldsOut
        )

    async def get_accounts(
        self, *, limit: int | None = None, cursor: str | None = None, sort: str | None = None
    ) -> PageOfAccountOut:
        """List your accounts, oldest first."""
        return await self.ask(
            Call("GET", "/v1/accounts", query={"limit": limit, "cursor": cursor, "sort": sort}), PageOfAccountOut
        )

    async def post_account(self, body: OpenAccountBody) -> AccountOut:
        """Open an account on a tape; its first cash is a transfer in its ledger."""
        return await self.ask(Call("POST", "/v1/accounts", body=body, is_keyed=True), AccountOut)

    async def get_accounts_of_user(
        self, user_id: UUID, *, limit: int | None = None, cursor: str | None = None, sort: str | None = None
    ) -> PageOfAccountOut:
        """List the accounts that somebody of your tenant opened, oldest first."""
        return await self.ask(
            Call(
                "GET",
                "/v1/users/{user_id}/accounts",
                at={"user_id": user_id},
                query={"limit": limit, "cursor": cursor, "sort": sort},
            ),
            PageOfAccountOut,
        )

    async def get_account(
        self, account_id: UUID, *, as_of: datetime | None = None, known_at: datetime | None = None
    ) -> AccountOut:
        """Show an account and what it is worth at its tape's clock, or was at a moment."""
        return await self.ask(
            Call(
                "GET",
                "/v1/accounts/{account_id}",
                at={"account_id": account_id},
                query={"as_of": as_of, "known_at": known_at},
            ),
            AccountOut,
        )

    async def patch_account(self, account_id: UUID, body: ChangeAccountBody) -> AccountOut:
        """Rename an account, let it rest (inactive), or wake it up (open)."""
        return await self.ask(
            Call("PATCH", "/v1/accounts/{account_id}", at={"account_id": account_id}, body=body, is_keyed=True),
            AccountOut,
        )

    async def delete_account(self, account_id: UUID) -> AccountOut:
        """Close an account that holds nothing but cash, which is paid out; its history stays readable."""
        return await self.ask(
            Call("DELETE", "/v1/accounts/{account_id}", at={"account_id": account_id}, is_keyed=True), AccountOut
        )

    async def post_transfer(self, account_id: UUID, body: TransferBody) -> TransferOut:
        """Move cash in or out."""
        return await self.ask(
            Call(
                "POST", "/v1/accounts/{account_id}/transfers", at={"account_id": account_id}, body=body, is_keyed=True
            ),
            TransferOut,
        )

    async def put_key(self, account_id: UUID, key_id: UUID) -> None:
        """Let a key speak for this account where a door knows one account a key, as the Alpaca dialect does."""
        await self.do(
            Call(
                "PUT",
                "/v1/accounts/{account_id}/keys/{key_id}",
                at={"account_id": account_id, "key_id": key_id},
                is_keyed=True,
            )
        )

    async def get_positions(
        self,
        account_id: UUID,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        sort: str | None = None,
        as_of: datetime | None = None,
        known_at: datetime | None = None,
    ) -> PageOfPositionOut:
        """List an account's positions at their marks, by symbol, as they are or were at a moment."""
        return await self.ask(
            Call(
                "GET",
                "/v1/accounts/{account_id}/positions",
                at={"account_id": account_id},
                query={"limit": limit, "cursor": cursor, "sort": sort, "as_of": as_of, "known_at": known_at},
            ),
            PageOfPositionOut,
        )

    async def get_activities(
        self,
        account_id: UUID,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        kind: list[EntryKind] | None = None,
        after: datetime | None = None,
        until: datetime | None = None,
    ) -> PageOfActivityOut:
        """List what moved cash or units in an account, newest first: fills, dividends, actions, transfers and the rest."""
        return await self.ask(
            Call(
                "GET",
                "/v1/accounts/{account_id}/activities",
                at={"account_id": account_id},
                query={"limit": limit, "cursor": cursor, "kind": kind, "after": after, "until": until},
            ),
            PageOfActivityOut,
        )

    async def get_activities_file(
        self,
        account_id: UUID,
        *,
        kind: list[EntryKind] | None = None,
        after: datetime | None = None,
        until: datetime | None = None,
    ) -> str:
        """Write the newest hundred thousand activities as a CSV file."""
        return await self.ask(
            Call(
                "GET",
                "/v1/accounts/{account_id}/activities.csv",
                at={"account_id": account_id},
                query={"kind": kind, "after": after, "until": until},
            ),
            str,
        )

    async def get_ledger(
        self,
        account_id: UUID,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        sort: str | None = None,
        as_of: datetime | None = None,
        known_at: datetime | None = None,
    ) -> PageOfEntryOut:
        """List an account's journal, newest first, with the cash after each entry, or as it stood at a moment."""
        return await self.ask(
            Call(
                "GET",
                "/v1/accounts/{account_id}/ledger",
                at={"account_id": account_id},
                query={"limit": limit, "cursor": cursor, "sort": sort, "as_of": as_of, "known_at": known_at},
            ),
            PageOfEntryOut,
        )

    async def get_fills(
        self,
        account_id: UUID,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        sort: str | None = None,
        symbol: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> PageOfFillOut:
        """List an account's executions with fee and realised result, newest first; of a symbol or a span when asked."""
        return await self.ask(
            Call(
                "GET",
                "/v1/accounts/{account_id}/fills",
                at={"account_id": account_id},
                query={
                    "limit": limit,
                    "cursor": cursor,
                    "sort": sort,
                    "symbol": symbol,
                    "since": since,
                    "until": until,
                },
            ),
            PageOfFillOut,
        )

    async def get_fill_explanation(self, fill_id: UUID) -> ExplanationOut:
        """Explain a fill: what was seen, each part of its price, the rules, the fees and the luck."""
        return await self.ask(Call("GET", "/v1/fills/{fill_id}/explanation", at={"fill_id": fill_id}), ExplanationOut)

    async def get_equity(
        self, account_id: UUID, *, limit: int | None = None, cursor: str | None = None
    ) -> PageOfEquityPointOut:
        """Show what an account was worth at every session's close, and is now, oldest first."""
        return await self.ask(
            Call(
                "GET",
                "/v1/accounts/{account_id}/equity",
                at={"account_id": account_id},
                query={"limit": limit, "cursor": cursor},
            ),
            PageOfEquityPointOut,
        )

    async def get_reconciliation(self, account_id: UUID) -> ReconciliationOut:
        """Work an account out again from its events and its ledger, and compare; what the last closes found goes along."""
        return await self.ask(
            Call("GET", "/v1/accounts/{account_id}/reconciliation", at={"account_id": account_id}), ReconciliationOut
        )

    async def get_orders(
        self,
        *,
        account_id: UUID,
        limit: int | None = None,
        cursor: str | None = None,
        status: Literal[
            "open",
            "closed",
            "all",
            "accepted",
            "partially_filled",
            "filled",
            "cancelled",
            "expired",
            "replaced",
            "rejected",
        ]
        | None = None,
        symbol: str | None = None,
        kind: OrderKind | None = None,
        side: Side | None = None,
        type: OrderType | None = None,
        order_class: OrderClass | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        client_order_id: str | None = None,
        group_id: UUID | None = None,
        sort: Literal["newest", "oldest", "symbol"] | None = None,
        as_of: datetime | None = None,
        known_at: datetime | None = None,
    ) -> PageOfOrderOut:
        """List an account's orders, newest first unless sorted otherwise, as they are or were at a moment."""
        return await self.ask(
            Call(
                "GET",
                "/v1/orders",
                query={
                    "account_id": account_id,
                    "limit": limit,
                    "cursor": cursor,
                    "status": status,
                    "symbol": symbol,
                    "kind": kind,
                    "side": side,
                    "type": type,
                    "order_class": order_class,
                    "since": since,
                    "until": until,
                    "client_order_id": client_order_id,
                    "group_id": group_id,
                    "sort": sort,
                    "as_of": as_of,
                    "known_at": known_at,
                },
            ),
            PageOfOrderOut,
        )

    async def delete_orders(
        self, *, account_id: UUID, symbol: str | None = None, kind: OrderKind | None = None
    ) -> PageOfOrderOut:
        """Cancel every open order of an account, or those in one symbol or of one kind; all of them in one commit."""
        return await self.ask(
            Call("DELETE", "/v1/orders", query={"account_id": account_id, "symbol": symbol, "kind": kind}),
            PageOfOrderOut,
        )

    async def post_order(self, body: PlaceOrderBody | PlaceComboBody) -> OrderOut:
        """Place an order; the same client order id and content answers 200 with the same order."""
        return await self.ask(Call("POST", "/v1/orders", body=body, is_keyed=True, may_wait=True), OrderOut)

    async def patch_order(self, order_id: UUID, body: ReplaceOrderBody) -> OrderOut:
        """Replace a working order by a new one that differs in what is given."""
        return await self.ask(
            Call("PATCH", "/v1/orders/{order_id}", at={"order_id": order_id}, body=body, is_keyed=True, may_wait=True),
            OrderOut,
        )

    async def get_order(self, order_id: UUID) -> OrderOut:
        """Show one order."""
        return await self.ask(Call("GET", "/v1/orders/{order_id}", at={"order_id": order_id}), OrderOut)

    async def delete_order(self, order_id: UUID) -> OrderOut:
        """Cancel a working order."""
        return await self.ask(Call("DELETE", "/v1/orders/{order_id}", at={"order_id": order_id}), OrderOut)

    async def post_close(self, account_id: UUID, symbol: str, body: ClosePositionBody) -> OrderOut:
        """Sell a position at the market: all of it, a quantity, or a percentage."""
        return await self.ask(
            Call(
                "POST",
                "/v1/accounts/{account_id}/positions/{symbol}/close",
                at={"account_id": account_id, "symbol": symbol},
                body=body,
                is_keyed=True,
                may_wait=True,
            ),
            OrderOut,
        )

    async def post_cancels(self, body: CancelManyBody) -> OutcomesOut:
        """Cancel up to a hundred orders in one commit; each is cancelled, or says in its place why not."""
        return await self.ask(Call("POST", "/v1/orders/batch/cancel", body=body), OutcomesOut)

    async def post_closes(self, account_id: UUID, body: ClosePositionsBody) -> ClosedPositionsOut:
        """Sell positions at the market in one commit, all of them or some; each is sold, or says in its place why not."""
        return await self.ask(
            Call(
                "POST",
                "/v1/accounts/{account_id}/positions/close",
                at={"account_id": account_id},
                body=body,
                is_keyed=True,
            ),
            ClosedPositionsOut,
        )

    async def get_account_by_number(self, number: str) -> AccountOut:
        """Show the account of a public number; its last sign tells a number that was mistyped."""
        return await self.ask(Call("GET", "/v1/accounts/by-number/{number}", at={"number": number}), AccountOut)

    async def post_reset(self, account_id: UUID, body: ResetBody) -> AccountOut:
        """Begin a new epoch with cash alone; open orders end, and all that was stays readable."""
        return await self.ask(
            Call("POST", "/v1/accounts/{account_id}/reset", at={"account_id": account_id}, body=body, is_keyed=True),
            AccountOut,
        )

    async def get_epochs(
        self, account_id: UUID, *, limit: int | None = None, cursor: str | None = None
    ) -> PageOfEpochOut:
        """List the epochs of an account, oldest first, with what was held when each of them ended."""
        return await self.ask(
            Call(
                "GET",
                "/v1/accounts/{account_id}/epochs",
                at={"account_id": account_id},
                query={"limit": limit, "cursor": cursor},
            ),
            PageOfEpochOut,
        )

    async def get_leverage(self, account_id: UUID) -> LeverageOut:
        """Show the leverage an account chose for crypto pairs, and the tiers of maintenance that hold for all."""
        return await self.ask(
            Call("GET", "/v1/accounts/{account_id}/leverage", at={"account_id": account_id}), LeverageOut
        )

    async def put_leverage(self, account_id: UUID, body: LeverageBody) -> LeverageOut:
        """Choose how many times what it brings itself an account of Regulation T buys a crypto pair for, from 1 to 125."""
        return await self.ask(
            Call("PUT", "/v1/accounts/{account_id}/leverage", at={"account_id": account_id}, body=body), LeverageOut
        )

    async def post_rescore(self, account_id: UUID, body: RescoreBody) -> RescoreAnswer:
        """Fill an account's orders again under another fill model and compare; a long one becomes a job (202)."""
        return await self.ask(
            Call("POST", "/v1/accounts/{account_id}/rescore", at={"account_id": account_id}, body=body, is_keyed=True),
            RescoreAnswer,
        )

    async def get_gains(
        self,
        account_id: UUID,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        sort: str | None = None,
        after: datetime | None = None,
        until: datetime | None = None,
        symbol: str | None = None,
    ) -> GainsOut:
        """List realised gains by lot, oldest first, short or long term and with wash sales marked."""
        return await self.ask(
            Call(
                "GET",
                "/v1/accounts/{account_id}/gains",
                at={"account_id": account_id},
                query={
                    "limit": limit,
                    "cursor": cursor,
                    "sort": sort,
                    "after": after,
                    "until": until,
                    "symbol": symbol,
                },
            ),
            GainsOut,
        )

    async def get_gains_file(
        self,
        account_id: UUID,
        *,
        after: datetime | None = None,
        until: datetime | None = None,
        symbol: str | None = None,
    ) -> str:
        """Write realised gains as a CSV file."""
        return await self.ask(
            Call(
                "GET",
                "/v1/accounts/{account_id}/gains.csv",
                at={"account_id": account_id},
                query={"after": after, "until": until, "symbol": symbol},
            ),
            str,
        )

    async def get_lots(
        self,
        account_id: UUID,
        *,
        symbol: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        sort: str | None = None,
    ) -> PageOfLotOut:
        """List the open lots of an account by symbol and age; an order may name them."""
        return await self.ask(
            Call(
                "GET",
                "/v1/accounts/{account_id}/lots",
                at={"account_id": account_id},
                query={"symbol": symbol, "limit": limit, "cursor": cursor, "sort": sort},
            ),
            PageOfLotOut,
        )

    async def post_exercise(self, account_id: UUID, symbol: str, body: ExerciseBody) -> ExercisedOut:
        """Exercise options that are held, now: some of them, or all."""
        return await self.ask(
            Call(
                "POST",
                "/v1/accounts/{account_id}/positions/{symbol}/exercise",
                at={"account_id": account_id, "symbol": symbol},
                body=body,
                is_keyed=True,
            ),
            ExercisedOut,
        )

    async def put_at_expiry(self, account_id: UUID, symbol: str, body: AtExpiryBody) -> AtExpiryOut:
        """Say what is to happen with options on their last day: the usual, exercise, or let them lapse."""
        return await self.ask(
            Call(
                "PUT",
                "/v1/accounts/{account_id}/positions/{symbol}/at-expiry",
                at={"account_id": account_id, "symbol": symbol},
                body=body,
            ),
            AtExpiryOut,
        )

    async def get_expiries(self, account_id: UUID, *, on: date) -> ExpiriesOut:
        """Show what would happen at the close of a day with prices as they stand; nothing is booked."""
        return await self.ask(
            Call("GET", "/v1/accounts/{account_id}/expiries", at={"account_id": account_id}, query={"on": on}),
            ExpiriesOut,
        )

    async def get_option_positions(
        self,
        account_id: UUID,
        *,
        state: HeldState | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        sort: str | None = None,
    ) -> PageOfHeldOptionOut:
        """List every option that an account ever held: open, closed by orders, or ended otherwise, newest first."""
        return await self.ask(
            Call(
                "GET",
                "/v1/accounts/{account_id}/option-positions",
                at={"account_id": account_id},
                query={"state": state, "limit": limit, "cursor": cursor, "sort": sort},
            ),
            PageOfHeldOptionOut,
        )

    async def get_option_strategies(self, account_id: UUID) -> StrategiesOut:
        """Show which strategies an account's options make, their payoffs, and what their margin is made of."""
        return await self.ask(
            Call("GET", "/v1/accounts/{account_id}/strategies", at={"account_id": account_id}), StrategiesOut
        )

    async def post_payoff(self, body: PayoffBody) -> PayoffOut:
        """Work out what legs come to at expiry, and with an outlook before it; nothing is stored."""
        return await self.ask(Call("POST", "/v1/options/payoff", body=body), PayoffOut)

    async def post_spread(self, body: SpreadBody) -> SpreadOut:
        """Build a spread from a template with a tape's contracts and prices: legs, payoff, chance of profit and Greeks."""
        return await self.ask(Call("POST", "/v1/options/spreads", body=body), SpreadOut)

    async def get_greeks(
        self, account_id: UUID, *, as_of: datetime | None = None, known_at: datetime | None = None
    ) -> AccountGreeksOut:
        """Show the Greeks of an account's positions in shares and in money, as they are or were at a moment."""
        return await self.ask(
            Call(
                "GET",
                "/v1/accounts/{account_id}/greeks",
                at={"account_id": account_id},
                query={"as_of": as_of, "known_at": known_at},
            ),
            AccountGreeksOut,
        )

    async def get_greek_history(
        self, account_id: UUID, *, limit: int | None = None, cursor: str | None = None
    ) -> PageOfAccountGreeksOut:
        """Show the Greeks of an account at every session's close, and now, oldest first."""
        return await self.ask(
            Call(
                "GET",
                "/v1/accounts/{account_id}/greeks/history",
                at={"account_id": account_id},
                query={"limit": limit, "cursor": cursor},
            ),
            PageOfAccountGreeksOut,
        )

    async def get_jobs(
        self,
        *,
        kind: str | None = None,
        state: Literal["waiting", "running", "done", "failed", "cancelled"] | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        sort: str | None = None,
    ) -> PageOfJobOut:
        """List your jobs, newest first; of a kind, in a state."""
        return await self.ask(
            Call(
                "GET", "/v1/jobs", query={"kind": kind, "state": state, "limit": limit, "cursor": cursor, "sort": sort}
            ),
            PageOfJobOut,
        )

    async def get_job(self, job_id: UUID) -> JobOut:
        """Show how far a job is, and what came of it."""
        return await self.ask(Call("GET", "/v1/jobs/{job_id}", at={"job_id": job_id}), JobOut)

    async def delete_job(self, job_id: UUID) -> JobOut:
        """Cancel a job: one that waits never runs, one that runs stops at its next step."""
        return await self.ask(Call("DELETE", "/v1/jobs/{job_id}", at={"job_id": job_id}, is_keyed=True), JobOut)

    async def get_audit(
        self,
        *,
        subject: str | None = None,
        action: str | None = None,
        object_id: UUID | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        sort: str | None = None,
    ) -> PageOfAuditLineView:
        """List what was done in your tenant, newest first; orders tell their own history."""
        return await self.ask(
            Call(
                "GET",
                "/v1/audit",
                query={
                    "subject": subject,
                    "action": action,
                    "object_id": object_id,
                    "limit": limit,
                    "cursor": cursor,
                    "sort": sort,
                },
            ),
            PageOfAuditLineView,
        )

    async def get_verification(self, *, head: str | None = None) -> VerificationView:
        """Compare everything that was done, orders too, with its seals, and name the first place that does not hold."""
        return await self.ask(Call("GET", "/v1/audit/verification", query={"head": head}), VerificationView)

    async def post_verification(self, body: VerificationBody) -> JobOut:
        """Compare everything that was done with its seals, by a job that tells how far it is and what holds."""
        return await self.ask(Call("POST", "/v1/audit/verifications", body=body, is_keyed=True), JobOut)

    async def get_live(self) -> dict[str, str]:
        """Say that the process answers."""
        return await self.ask(Call("GET", "/health/live"), dict[str, str])

    async def get_ready(self) -> ReadyOut:
        """Say that the database answers too; 503 when it does not. Without its cache a desk is slower, and ready."""
        return await self.ask(Call("GET", "/health/ready"), ReadyOut)

    async def get_database_health(self) -> DatabaseOut:
        """Say how quickly the database answers; 503 when it does not."""
        return await self.ask(Call("GET", "/health/database"), DatabaseOut)

    async def get_quote_health(self) -> PumpOut:
        """Say whether anybody moves the tapes, at whichever process."""
        return await self.ask(Call("GET", "/health/quotes"), PumpOut)

    async def get_trading_health(self) -> TradingOut:
        """Say whether orders are taken, how many wait to be decided, and whether they meet quotes that move."""
        return await self.ask(Call("GET", "/health/trading"), TradingOut)

    async def get_metrics(self) -> str:
        """Show the counters in the format of Prometheus."""
        return await self.ask(Call("GET", "/metrics"), str)

    async def get_order_statistics(self, account_id: UUID, *, epoch: int | None = None) -> OrderStatisticsOut:
        """Count the orders of an epoch by state, with fill rate, volume and time to fill; of the present one by default."""
        return await self.ask(
            Call(
                "GET",
                "/v1/accounts/{account_id}/order-statistics",
                at={"account_id": account_id},
                query={"epoch": epoch},
            ),
            OrderStatisticsOut,
        )

    async def get_order_history(
        self, order_id: UUID, *, limit: int | None = None, cursor: str | None = None
    ) -> PageOfOrderStateOut:
        """List every state an order has been in, oldest first, with who or what brought it."""
        return await self.ask(
            Call(
                "GET",
                "/v1/orders/{order_id}/history",
                at={"order_id": order_id},
                query={"limit": limit, "cursor": cursor},
            ),
            PageOfOrderStateOut,
        )

    async def post_fork(self, account_id: UUID, body: ForkBody) -> AccountOut:
        """Fork an account as it stands, or as it stood: then on a branch of its tape that begins at that moment."""
        return await self.ask(
            Call("POST", "/v1/accounts/{account_id}/forks", at={"account_id": account_id}, body=body, is_keyed=True),
            AccountOut,
        )

    async def get_comparison(self, account_id: UUID, *, with_: list[UUID]) -> ComparisonOut:
        """Compare an account with others: equity at the same instants, and fills since they parted."""
        return await self.ask(
            Call("GET", "/v1/accounts/{account_id}/comparison", at={"account_id": account_id}, query={"with": with_}),
            ComparisonOut,
        )

    async def post_rewind(self, tape_id: UUID, body: BranchBody) -> BranchOut:
        """Open a branch of a tape at an earlier moment, with accounts forked onto it; the tape itself stays where it is."""
        return await self.ask(
            Call("POST", "/v1/tapes/{tape_id}/rewind", at={"tape_id": tape_id}, body=body, is_keyed=True), BranchOut
        )

    async def get_halts(
        self,
        tape_id: UUID,
        *,
        symbols: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        sort: str | None = None,
    ) -> PageOfHaltOut:
        """List the halts that the tape has told of, oldest first; symbols are separated by commas."""
        return await self.ask(
            Call(
                "GET",
                "/v1/tapes/{tape_id}/halts",
                at={"tape_id": tape_id},
                query={"symbols": symbols, "limit": limit, "cursor": cursor, "sort": sort},
            ),
            PageOfHaltOut,
        )

    async def get_fund_holdings(
        self,
        *,
        tape_id: UUID,
        symbol: str,
        limit: int | None = None,
        cursor: str | None = None,
        sort: str | None = None,
    ) -> FundHoldingsOut:
        """List what a fund holds by its newest report that is known by the tape's clock, the largest weight first."""
        return await self.ask(
            Call(
                "GET",
                "/v1/fund-holdings",
                query={"tape_id": tape_id, "symbol": symbol, "limit": limit, "cursor": cursor, "sort": sort},
            ),
            FundHoldingsOut,
        )

    async def list_users(
        self,
        *,
        verified: bool | None = None,
        active: bool | None = None,
        role: RoleInput | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        sort: str | None = None,
    ) -> PageOfMemberView:
        """List the people of your tenant, whoever came first at the top."""
        return await self.ask(
            Call(
                "GET",
                "/v1/users",
                query={
                    "verified": verified,
                    "active": active,
                    "role": role,
                    "limit": limit,
                    "cursor": cursor,
                    "sort": sort,
                },
            ),
            PageOfMemberView,
        )

    async def post_user(self, body: AddUserBody) -> AddedUserView:
        """Add somebody to your tenant; the answer has a link for their first sign-in."""
        return await self.ask(Call("POST", "/v1/users", body=body), AddedUserView)

    async def get_user(self, user_id: UUID) -> MemberView:
        """Show somebody of your tenant."""
        return await self.ask(Call("GET", "/v1/users/{user_id}", at={"user_id": user_id}), MemberView)

    async def patch_user(self, user_id: UUID, body: ChangeUserBody) -> MemberView:
        """Change somebody's name, role or verification, or lock them out and let them in again, at once."""
        return await self.ask(Call("PATCH", "/v1/users/{user_id}", at={"user_id": user_id}, body=body), MemberView)

    async def remove_user(self, user_id: UUID) -> None:
        """Let somebody go for good: their keys and logins end at once; their accounts stay with the tenant."""
        await self.do(Call("DELETE", "/v1/users/{user_id}", at={"user_id": user_id}))

    async def put_tier(self, user_id: UUID, body: TierBody) -> MemberView:
        """Set how much of the desk somebody may use: accounts, tapes and keys."""
        return await self.ask(
            Call("PUT", "/v1/users/{user_id}/tier", at={"user_id": user_id}, body=body, is_keyed=True), MemberView
        )

    async def post_sign_in_link(self, user_id: UUID) -> InvitationView:
        """Make a link by which somebody of your tenant signs in once, such as when they forgot their password."""
        return await self.ask(
            Call("POST", "/v1/users/{user_id}/sign-in-links", at={"user_id": user_id}), InvitationView
        )

    async def get_second_factor(self) -> SecondFactorView:
        """Tell whether signing in as you takes a code."""
        return await self.ask(Call("GET", "/v1/me/second-factor"), SecondFactorView)

    async def post_second_factor(self, body: SecondFactorBody) -> EnrolmentView:
        """Begin a second factor: the answer has a key for your app."""
        return await self.ask(Call("POST", "/v1/me/second-factor", body=body), EnrolmentView)

    async def post_confirmation(self, body: CodeBody) -> RecoveryCodesView:
        """Show a code of your app: from now on nobody signs in as you without one, and your other logins end."""
        return await self.ask(Call("POST", "/v1/me/second-factor/confirmation", body=body), RecoveryCodesView)

    async def post_recovery_codes(self, body: CodedProofBody) -> RecoveryCodesView:
        """Get new recovery codes; those you had are void."""
        return await self.ask(Call("POST", "/v1/me/second-factor/recovery-codes", body=body), RecoveryCodesView)

    async def post_removal(self, body: CodedProofBody) -> None:
        """Remove your second factor."""
        await self.do(Call("POST", "/v1/me/second-factor/removal", body=body))

    async def delete_second_factor(self, user_id: UUID) -> None:
        """Take away the second factor of somebody who has lost it, whether or not there is one."""
        await self.do(Call("DELETE", "/v1/users/{user_id}/second-factor", at={"user_id": user_id}))

    async def read_rates(self) -> RatesView:
        """Tell how often the people of your tenant may ask."""
        return await self.ask(Call("GET", "/v1/rates"), RatesView)

    async def put_rates(self, body: RatesBody) -> RatesView:
        """Set how often the people of your tenant may ask; the desk's own rates stay the most there is."""
        return await self.ask(Call("PUT", "/v1/rates", body=body), RatesView)

    async def post_registration(self, body: RegisterBody) -> None:
        """Register, where the desk allows it: a letter with a link confirms the address; until then you can only read."""
        await self.do(Call("POST", "/v1/registrations", body=body))

    async def post_link(self, body: LinkBody) -> None:
        """Have a link sent that signs you in once, such as when you forgot your password."""
        await self.do(Call("POST", "/v1/sign-in-links", body=body))

    async def get_preferences(self) -> PreferencesView:
        """Show what you prefer."""
        return await self.ask(Call("GET", "/v1/me/preferences"), PreferencesView)

    async def patch_preferences(self, body: PreferencesBody) -> PreferencesView:
        """Change what you prefer: time zone, base currency, locale, number format, and the account you start from."""
        return await self.ask(Call("PATCH", "/v1/me/preferences", body=body, is_keyed=True), PreferencesView)

    async def delete_preferences(self) -> PreferencesView:
        """Have everything back as it was at first, and no account that you start from."""
        return await self.ask(Call("DELETE", "/v1/me/preferences", is_keyed=True), PreferencesView)

    async def get_watchlists(
        self, *, limit: int | None = None, cursor: str | None = None, sort: str | None = None
    ) -> PageOfWatchlistOut:
        """List your watchlists, oldest first."""
        return await self.ask(
            Call("GET", "/v1/watchlists", query={"limit": limit, "cursor": cursor, "sort": sort}), PageOfWatchlistOut
        )

    async def post_watchlist(self, body: WatchlistBody) -> WatchlistOut:
        """Keep a new list of symbols."""
        return await self.ask(Call("POST", "/v1/watchlists", body=body, is_keyed=True), WatchlistOut)

    async def get_watchlist(self, watchlist_id: UUID) -> WatchlistOut:
        """Read a watchlist."""
        return await self.ask(
            Call("GET", "/v1/watchlists/{watchlist_id}", at={"watchlist_id": watchlist_id}), WatchlistOut
        )

    async def put_watchlist(self, watchlist_id: UUID, body: WatchlistBody) -> WatchlistOut:
        """Change the name, the symbols or their order."""
        return await self.ask(
            Call("PUT", "/v1/watchlists/{watchlist_id}", at={"watchlist_id": watchlist_id}, body=body, is_keyed=True),
            WatchlistOut,
        )

    async def remove_watchlist(self, watchlist_id: UUID) -> None:
        """Delete a watchlist."""
        await self.do(Call("DELETE", "/v1/watchlists/{watchlist_id}", at={"watchlist_id": watchlist_id}, is_keyed=True))

    async def get_price_alerts(
        self,
        *,
        tape_id: UUID | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        sort: str | None = None,
    ) -> PageOfPriceAlertOut:
        """List your price alerts, of one tape or of all, oldest first."""
        return await self.ask(
            Call("GET", "/v1/price-alerts", query={"tape_id": tape_id, "limit": limit, "cursor": cursor, "sort": sort}),
            PageOfPriceAlertOut,
        )

    async def post_price_alert(self, body: PriceAlertBody) -> PriceAlertOut:
        """Wait for a price on a tape; one that is there already has to leave and come again."""
        return await self.ask(Call("POST", "/v1/price-alerts", body=body, is_keyed=True), PriceAlertOut)

    async def get_price_alert(self, alert_id: UUID) -> PriceAlertOut:
        """Read a price alert."""
        return await self.ask(Call("GET", "/v1/price-alerts/{alert_id}", at={"alert_id": alert_id}), PriceAlertOut)

    async def patch_price_alert(self, alert_id: UUID, body: PriceAlertChangeBody) -> PriceAlertOut:
        """Change what an alert waits for, and arm it from now on."""
        return await self.ask(
            Call("PATCH", "/v1/price-alerts/{alert_id}", at={"alert_id": alert_id}, body=body, is_keyed=True),
            PriceAlertOut,
        )

    async def remove_price_alert(self, alert_id: UUID) -> None:
        """Delete a price alert; what has fired of it stays told."""
        await self.do(Call("DELETE", "/v1/price-alerts/{alert_id}", at={"alert_id": alert_id}, is_keyed=True))

    async def get_price_alert_firings(
        self, *, tape_id: UUID, limit: int | None = None, cursor: str | None = None
    ) -> PageOfPriceAlertFiringOut:
        """List what has fired of your alerts on a tape, oldest first."""
        return await self.ask(
            Call("GET", "/v1/price-alert-firings", query={"tape_id": tape_id, "limit": limit, "cursor": cursor}),
            PageOfPriceAlertFiringOut,
        )

    async def get_notification_rules(
        self, *, limit: int | None = None, cursor: str | None = None, sort: str | None = None
    ) -> PageOfNotificationRuleOut:
        """List your rules, oldest first."""
        return await self.ask(
            Call("GET", "/v1/notification-rules", query={"limit": limit, "cursor": cursor, "sort": sort}),
            PageOfNotificationRuleOut,
        )

    async def post_notification_rule(self, body: NotificationRuleBody) -> MadeNotificationRuleOut:
        """Be told of events of an account's orders from now on."""
        return await self.ask(Call("POST", "/v1/notification-rules", body=body), MadeNotificationRuleOut)

    async def remove_notification_rule(self, rule_id: UUID) -> None:
        """Delete a rule; what was told by it stays."""
        await self.do(Call("DELETE", "/v1/notification-rules/{rule_id}", at={"rule_id": rule_id}, is_keyed=True))

    async def get_notifications(
        self, account_id: UUID, *, limit: int | None = None, cursor: str | None = None
    ) -> PageOfNotificationOut:
        """List what you were told of an account's orders, oldest first."""
        return await self.ask(
            Call(
                "GET",
                "/v1/accounts/{account_id}/notifications",
                at={"account_id": account_id},
                query={"limit": limit, "cursor": cursor},
            ),
            PageOfNotificationOut,
        )

    async def get_limits(
        self,
        account_id: UUID,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        sort: str | None = None,
        is_enabled: bool | None = None,
        state: LimitState | None = None,
        symbol: str | None = None,
    ) -> PageOfLimitOut:
        """List the limits that an account is watched by, oldest first, as they stood when they were looked at."""
        return await self.ask(
            Call(
                "GET",
                "/v1/accounts/{account_id}/limits",
                at={"account_id": account_id},
                query={
                    "limit": limit,
                    "cursor": cursor,
                    "sort": sort,
                    "is_enabled": is_enabled,
                    "state": state,
                    "symbol": symbol,
                },
            ),
            PageOfLimitOut,
        )

    async def post_limit(self, account_id: UUID, body: LimitBody) -> LimitOut:
        """Watch an account by a limit, which warns, alarms and says that it is breached, and blocks nothing."""
        return await self.ask(
            Call("POST", "/v1/accounts/{account_id}/limits", at={"account_id": account_id}, body=body, is_keyed=True),
            LimitOut,
        )

    async def patch_limit(self, limit_id: UUID, body: LimitChangeBody) -> LimitOut:
        """Change the value of a limit, its thresholds, or whether anybody looks at it."""
        return await self.ask(
            Call("PATCH", "/v1/limits/{limit_id}", at={"limit_id": limit_id}, body=body, is_keyed=True), LimitOut
        )

    async def remove_limit(self, limit_id: UUID) -> None:
        """Delete a limit; what was told of it stays told."""
        await self.do(Call("DELETE", "/v1/limits/{limit_id}", at={"limit_id": limit_id}, is_keyed=True))

    async def post_limit_evaluation(self, account_id: UUID) -> EvaluationOut:
        """Look at the limits of an account now; it is done by itself within a second of whatever changes it, too."""
        return await self.ask(
            Call("POST", "/v1/accounts/{account_id}/limits/evaluation", at={"account_id": account_id}, is_keyed=True),
            EvaluationOut,
        )

    async def get_limit_alerts(
        self,
        account_id: UUID,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        is_acknowledged: bool | None = None,
    ) -> PageOfLimitAlertOut:
        """List what was told of an account's limits, oldest first: all of it, or what somebody has noted, or nobody."""
        return await self.ask(
            Call(
                "GET",
                "/v1/accounts/{account_id}/limit-alerts",
                at={"account_id": account_id},
                query={"limit": limit, "cursor": cursor, "is_acknowledged": is_acknowledged},
            ),
            PageOfLimitAlertOut,
        )

    async def post_limit_alert_acknowledgement(self, limit_alert_id: UUID) -> LimitAlertOut:
        """Take note of an alert; who did so first, and when, is kept."""
        return await self.ask(
            Call(
                "POST",
                "/v1/limit-alerts/{limit_alert_id}/acknowledgement",
                at={"limit_alert_id": limit_alert_id},
                is_keyed=True,
            ),
            LimitAlertOut,
        )

    async def get_risk_measures(self, account_id: UUID) -> RiskMeasuresOut:
        """State equity, exposure, leverage, the day's result, drawdown and margin, as worked out here from the books."""
        return await self.ask(
            Call("GET", "/v1/accounts/{account_id}/risk-measures", at={"account_id": account_id}), RiskMeasuresOut
        )

    async def get_shipped_strategies(
        self, *, limit: int | None = None, cursor: str | None = None
    ) -> PageOfShippedStrategyOut:
        """List the strategies that can be run, with their parameters."""
        return await self.ask(
            Call("GET", "/v1/strategies", query={"limit": limit, "cursor": cursor}), PageOfShippedStrategyOut
        )

    async def get_strategy_templates(
        self, *, limit: int | None = None, cursor: str | None = None
    ) -> PageOfStrategyTemplateOut:
        """List templates: strategies with the parameters that people usually start from."""
        return await self.ask(
            Call("GET", "/v1/strategies/templates", query={"limit": limit, "cursor": cursor}), PageOfStrategyTemplateOut
        )

    async def post_backtest(self, body: BacktestBody) -> BacktestOut:
        """Run a strategy over what a tape has shown; the run is a job."""
        return await self.ask(Call("POST", "/v1/backtests", body=body, is_keyed=True), BacktestOut)

    async def get_backtests(
        self,
        *,
        strategy: str | None = None,
        symbol: str | None = None,
        state: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        sort: str | None = None,
    ) -> PageOfBacktestOut:
        """List runs, newest first; of a strategy, with a symbol, or in a state."""
        return await self.ask(
            Call(
                "GET",
                "/v1/backtests",
                query={
                    "strategy": strategy,
                    "symbol": symbol,
                    "state": state,
                    "limit": limit,
                    "cursor": cursor,
                    "sort": sort,
                },
            ),
            PageOfBacktestOut,
        )

    async def get_backtest(self, backtest_id: UUID) -> BacktestOut:
        """Read what was asked of a run, and how far it is."""
        return await self.ask(Call("GET", "/v1/backtests/{backtest_id}", at={"backtest_id": backtest_id}), BacktestOut)

    async def remove_backtest(self, backtest_id: UUID) -> None:
        """Delete a run and what came of it."""
        await self.do(Call("DELETE", "/v1/backtests/{backtest_id}", at={"backtest_id": backtest_id}, is_keyed=True))

    async def post_backtest_cancel(self, backtest_id: UUID) -> BacktestOut:
        """Stop a run where it is; what it has come to is kept. One that has ended stays as it is."""
        return await self.ask(
            Call("POST", "/v1/backtests/{backtest_id}/cancel", at={"backtest_id": backtest_id}, is_keyed=True),
            BacktestOut,
        )

    async def get_backtest_results(self, backtest_id: UUID) -> BacktestResultsOut:
        """Read what came of a run in figures."""
        return await self.ask(
            Call("GET", "/v1/backtests/{backtest_id}/results", at={"backtest_id": backtest_id}), BacktestResultsOut
        )

    async def get_backtest_equity(
        self, backtest_id: UUID, *, limit: int | None = None, cursor: str | None = None
    ) -> PageOfRunPointOut:
        """List what the account was worth at every close, oldest first; at most 5,000 points."""
        return await self.ask(
            Call(
                "GET",
                "/v1/backtests/{backtest_id}/equity",
                at={"backtest_id": backtest_id},
                query={"limit": limit, "cursor": cursor},
            ),
            PageOfRunPointOut,
        )

    async def get_backtest_orders(
        self, backtest_id: UUID, *, limit: int | None = None, cursor: str | None = None, sort: str | None = None
    ) -> PageOfRunOrderOut:
        """List the orders of a run as they were placed."""
        return await self.ask(
            Call(
                "GET",
                "/v1/backtests/{backtest_id}/orders",
                at={"backtest_id": backtest_id},
                query={"limit": limit, "cursor": cursor, "sort": sort},
            ),
            PageOfRunOrderOut,
        )

    async def get_backtest_fills(
        self, backtest_id: UUID, *, limit: int | None = None, cursor: str | None = None, sort: str | None = None
    ) -> PageOfRunFillOut:
        """List the fills of a run as they were made; none is kept of runs from before fills were."""
        return await self.ask(
            Call(
                "GET",
                "/v1/backtests/{backtest_id}/fills",
                at={"backtest_id": backtest_id},
                query={"limit": limit, "cursor": cursor, "sort": sort},
            ),
            PageOfRunFillOut,
        )

    async def get_backtest_round_trips(
        self, backtest_id: UUID, *, limit: int | None = None, cursor: str | None = None, sort: str | None = None
    ) -> PageOfRoundTripOut:
        """List the round trips of a run by their beginning."""
        return await self.ask(
            Call(
                "GET",
                "/v1/backtests/{backtest_id}/round-trips",
                at={"backtest_id": backtest_id},
                query={"limit": limit, "cursor": cursor, "sort": sort},
            ),
            PageOfRoundTripOut,
        )

    async def get_round_trip_bars(
        self, backtest_id: UUID, *, round_trip: int, limit: int | None = None, cursor: str | None = None
    ) -> PageOfRoundTripBarOut:
        """Replay one round trip bar by bar, from the one it was decided on to the one in which it ended."""
        return await self.ask(
            Call(
                "GET",
                "/v1/backtests/{backtest_id}/replay",
                at={"backtest_id": backtest_id},
                query={"round_trip": round_trip, "limit": limit, "cursor": cursor},
            ),
            PageOfRoundTripBarOut,
        )

    async def get_backtest_periods(
        self,
        backtest_id: UUID,
        *,
        by: Literal["day", "week", "month", "year"] | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        sort: str | None = None,
    ) -> PageOfRunPeriodOut:
        """List a run by its days, weeks, months or years, oldest first."""
        return await self.ask(
            Call(
                "GET",
                "/v1/backtests/{backtest_id}/periods",
                at={"backtest_id": backtest_id},
                query={"by": by, "limit": limit, "cursor": cursor, "sort": sort},
            ),
            PageOfRunPeriodOut,
        )

    async def get_backtest_positions(
        self,
        backtest_id: UUID,
        *,
        symbol: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        sort: str | None = None,
    ) -> PageOfRunPositionOut:
        """List what was held after every fill, oldest first; of one symbol, or of all."""
        return await self.ask(
            Call(
                "GET",
                "/v1/backtests/{backtest_id}/positions",
                at={"backtest_id": backtest_id},
                query={"symbol": symbol, "limit": limit, "cursor": cursor, "sort": sort},
            ),
            PageOfRunPositionOut,
        )

    async def get_backtest_events(
        self,
        backtest_id: UUID,
        *,
        kind: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        sort: str | None = None,
    ) -> PageOfRunEventOut:
        """List what happened, in order; of one kind, or all."""
        return await self.ask(
            Call(
                "GET",
                "/v1/backtests/{backtest_id}/events",
                at={"backtest_id": backtest_id},
                query={"kind": kind, "limit": limit, "cursor": cursor, "sort": sort},
            ),
            PageOfRunEventOut,
        )

    async def get_indicators(
        self,
        *,
        tape_id: UUID,
        symbol: str,
        interval: Literal["1m", "3m", "5m", "15m", "30m", "1h", "2h", "4h", "6h", "8h", "12h", "1d", "3d", "1w", "1M"]
        | None = None,
    ) -> IndicatorsOut:
        """Read the usual indicators of a symbol at the end of its newest bar, splits taken out."""
        return await self.ask(
            Call("GET", "/v1/indicators", query={"tape_id": tape_id, "symbol": symbol, "interval": interval}),
            IndicatorsOut,
        )

    async def get_scan(
        self,
        *,
        tape_id: UUID,
        measure: Literal[
            "sma_20",
            "sma_50",
            "sma_200",
            "ema_12",
            "ema_26",
            "macd",
            "macd_signal",
            "rsi_14",
            "atr_14",
            "atr_20",
            "upper_band_20",
            "lower_band_20",
            "highest_20",
            "lowest_20",
            "vwap_20",
            "volatility_20",
            "return_1",
            "return_20",
        ],
        above: Decimal | None = None,
        below: Decimal | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        sort: str | None = None,
    ) -> ScanOut:
        """Pick out what can be traded whose indicator of daily bars lies above, below or between values, highest first."""
        return await self.ask(
            Call(
                "GET",
                "/v1/scan",
                query={
                    "tape_id": tape_id,
                    "measure": measure,
                    "above": above,
                    "below": below,
                    "limit": limit,
                    "cursor": cursor,
                    "sort": sort,
                },
            ),
            ScanOut,
        )

    async def get_approvals(
        self, *, status: ApprovalStatus | None = None, limit: int | None = None, cursor: str | None = None
    ) -> PageOfApprovalOut:
        """List the orders of keys that wait for a person, or waited, newest first."""
        return await self.ask(
            Call("GET", "/v1/approvals", query={"status": status, "limit": limit, "cursor": cursor}), PageOfApprovalOut
        )

    async def get_approval(self, approval_id: UUID) -> ApprovalOut:
        """Show an order that waits for a person, and what became of it."""
        return await self.ask(Call("GET", "/v1/approvals/{approval_id}", at={"approval_id": approval_id}), ApprovalOut)

    async def post_approve(self, approval_id: UUID) -> ApprovalOut:
        """Approve of an order: it is placed as it was asked for, or refused by the rules and prices of this moment."""
        return await self.ask(
            Call("POST", "/v1/approvals/{approval_id}/approve", at={"approval_id": approval_id}), ApprovalOut
        )

    async def post_decline(self, approval_id: UUID, body: DeclineBody) -> ApprovalOut:
        """Decline an order: it is never placed."""
        return await self.ask(
            Call(
                "POST", "/v1/approvals/{approval_id}/decline", at={"approval_id": approval_id}, body=body, is_keyed=True
            ),
            ApprovalOut,
        )

    async def post_sweep(self, body: SweepBody) -> SweepOut:
        """Run a strategy with many parameters; the trials are shared by jobs."""
        return await self.ask(Call("POST", "/v1/sweeps", body=body, is_keyed=True), SweepOut)

    async def get_sweeps(self, *, limit: int | None = None, cursor: str | None = None) -> PageOfSweepOut:
        """List sweeps, newest first."""
        return await self.ask(Call("GET", "/v1/sweeps", query={"limit": limit, "cursor": cursor}), PageOfSweepOut)

    async def get_sweep(self, sweep_id: UUID) -> SweepResultsOut:
        """Read how far a sweep is, its best trial so far, and at its end what of that may be owed to having tried often."""
        return await self.ask(Call("GET", "/v1/sweeps/{sweep_id}", at={"sweep_id": sweep_id}), SweepResultsOut)

    async def remove_sweep(self, sweep_id: UUID) -> None:
        """Delete a sweep; that its trials were tried stays counted."""
        await self.do(Call("DELETE", "/v1/sweeps/{sweep_id}", at={"sweep_id": sweep_id}, is_keyed=True))

    async def get_trials(
        self,
        sweep_id: UUID,
        *,
        by: Literal[
            "sharpe",
            "total_return",
            "cagr",
            "calmar",
            "volatility",
            "max_drawdown",
            "equity_after",
            "orders",
            "refusals",
        ]
        | None = None,
        order: Literal["asc", "desc"] | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> PageOfTrialOut:
        """List the trials of a sweep by a measure, the highest first; those without it stand last."""
        return await self.ask(
            Call(
                "GET",
                "/v1/sweeps/{sweep_id}/trials",
                at={"sweep_id": sweep_id},
                query={"by": by, "order": order, "limit": limit, "cursor": cursor},
            ),
            PageOfTrialOut,
        )

    async def get_heat_map(
        self,
        sweep_id: UUID,
        *,
        x: str,
        y: str,
        measure: Literal[
            "sharpe",
            "total_return",
            "cagr",
            "calmar",
            "volatility",
            "max_drawdown",
            "equity_after",
            "orders",
            "refusals",
        ]
        | None = None,
        of: Literal["mean", "best"] | None = None,
    ) -> HeatMapOut:
        """Read a measure over two parameters: of all trials with the same two values, their mean or the highest."""
        return await self.ask(
            Call(
                "GET",
                "/v1/sweeps/{sweep_id}/heat-map",
                at={"sweep_id": sweep_id},
                query={"x": x, "y": y, "measure": measure, "of": of},
            ),
            HeatMapOut,
        )

    async def post_sweep_cancel(self, sweep_id: UUID) -> SweepOut:
        """Stop a sweep where it is; the trials it has come to are kept. One that has ended stays as it is."""
        return await self.ask(
            Call("POST", "/v1/sweeps/{sweep_id}/cancel", at={"sweep_id": sweep_id}, is_keyed=True), SweepOut
        )

    async def post_sweep_resume(self, sweep_id: UUID) -> SweepOut:
        """Run what of a sweep is missing, after it was cancelled or has failed."""
        return await self.ask(
            Call("POST", "/v1/sweeps/{sweep_id}/resume", at={"sweep_id": sweep_id}, is_keyed=True), SweepOut
        )

    async def post_walk_forward(self, body: WalkForwardBody) -> WalkForwardOut:
        """Choose parameters on one stretch, trade the next with them, and so on to the end; each fold is a job."""
        return await self.ask(Call("POST", "/v1/walk-forwards", body=body, is_keyed=True), WalkForwardOut)

    async def get_walk_forwards(self, *, limit: int | None = None, cursor: str | None = None) -> PageOfWalkForwardOut:
        """List walks forward, newest first."""
        return await self.ask(
            Call("GET", "/v1/walk-forwards", query={"limit": limit, "cursor": cursor}), PageOfWalkForwardOut
        )

    async def get_walk_forward(self, walk_id: UUID) -> WalkForwardResultsOut:
        """Read every fold, the measures of all that was traded, and what was kept of what was promised."""
        return await self.ask(
            Call("GET", "/v1/walk-forwards/{walk_id}", at={"walk_id": walk_id}), WalkForwardResultsOut
        )

    async def remove_walk_forward(self, walk_id: UUID) -> None:
        """Delete a walk forward; the trials of its folds stay counted."""
        await self.do(Call("DELETE", "/v1/walk-forwards/{walk_id}", at={"walk_id": walk_id}, is_keyed=True))

    async def get_walk_forward_equity(
        self, walk_id: UUID, *, limit: int | None = None, cursor: str | None = None
    ) -> PageOfWalkPointOut:
        """List what the account was worth at every close that was traded, oldest first."""
        return await self.ask(
            Call(
                "GET",
                "/v1/walk-forwards/{walk_id}/equity",
                at={"walk_id": walk_id},
                query={"limit": limit, "cursor": cursor},
            ),
            PageOfWalkPointOut,
        )

    async def post_walk_forward_cancel(self, walk_id: UUID) -> WalkForwardOut:
        """Stop a walk forward where it is; the folds it has come to are kept. One that has ended stays as it is."""
        return await self.ask(
            Call("POST", "/v1/walk-forwards/{walk_id}/cancel", at={"walk_id": walk_id}, is_keyed=True), WalkForwardOut
        )

    async def post_walk_forward_resume(self, walk_id: UUID) -> WalkForwardOut:
        """Run the folds of a walk forward that are missing, after it was cancelled or has failed."""
        return await self.ask(
            Call("POST", "/v1/walk-forwards/{walk_id}/resume", at={"walk_id": walk_id}, is_keyed=True), WalkForwardOut
        )

    async def get_monte_carlo(
        self, backtest_id: UUID, *, runs: int | None = None, seed: int | None = None, block: int | None = None
    ) -> MonteCarloOut:
        """Read how else a run might have come: its round trips in another order, and its returns drawn again in blocks."""
        return await self.ask(
            Call(
                "GET",
                "/v1/backtests/{backtest_id}/monte-carlo",
                at={"backtest_id": backtest_id},
                query={"runs": runs, "seed": seed, "block": block},
            ),
            MonteCarloOut,
        )

    async def get_against_paper(
        self, backtest_id: UUID, account_id: UUID, *, within_s: int | None = None
    ) -> AgainstPaperOut:
        """Compare a run with what a paper account did over the same time: orders, fills, fees, and drift by day."""
        return await self.ask(
            Call(
                "GET",
                "/v1/backtests/{backtest_id}/against/{account_id}",
                at={"backtest_id": backtest_id, "account_id": account_id},
                query={"within_s": within_s},
            ),
            AgainstPaperOut,
        )

    async def post_cross_validation(self, body: CrossValidationBody) -> StudyOut:
        """Test what a sweep chooses out of sample, in every combination of groups of sessions; it is a job."""
        return await self.ask(Call("POST", "/v1/studies/cross-validation", body=body, is_keyed=True), StudyOut)

    async def post_leak_check(self, body: LeakCheckBody) -> StudyOut:
        """Find out whether a strategy sees the future: run it with less of it, and see whether anything moves."""
        return await self.ask(Call("POST", "/v1/studies/leaks", body=body, is_keyed=True), StudyOut)

    async def post_jitter(self, body: JitterBody) -> StudyOut:
        """Shake the parameters and the frictions of a run a little, many times, and see how its figures spread."""
        return await self.ask(Call("POST", "/v1/studies/jitter", body=body, is_keyed=True), StudyOut)

    async def get_studies(
        self, *, kind: StudyKind | None = None, limit: int | None = None, cursor: str | None = None
    ) -> PageOfStudyOut:
        """List studies, newest first; of a kind, or all."""
        return await self.ask(
            Call("GET", "/v1/studies", query={"kind": kind, "limit": limit, "cursor": cursor}), PageOfStudyOut
        )

    async def get_study(self, study_id: UUID) -> StudyResultsOut:
        """Read how far a study is, what came of it, and what of that may be owed to having tried often."""
        return await self.ask(Call("GET", "/v1/studies/{study_id}", at={"study_id": study_id}), StudyResultsOut)

    async def remove_study(self, study_id: UUID) -> None:
        """Delete a study; what was tried for it stays counted."""
        await self.do(Call("DELETE", "/v1/studies/{study_id}", at={"study_id": study_id}, is_keyed=True))

    async def post_study_cancel(self, study_id: UUID) -> StudyOut:
        """Stop a study where it is; nothing comes of it, and what was tried stays counted."""
        return await self.ask(
            Call("POST", "/v1/studies/{study_id}/cancel", at={"study_id": study_id}, is_keyed=True), StudyOut
        )

    async def get_saved_strategies(
        self,
        *,
        strategy: str | None = None,
        state: Literal["on", "off"] | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        sort: str | None = None,
    ) -> PageOfSavedStrategyOut:
        """List your saved strategies and those that are published, newest first; of a shipped one, or on or off."""
        return await self.ask(
            Call(
                "GET",
                "/v1/saved-strategies",
                query={"strategy": strategy, "state": state, "limit": limit, "cursor": cursor, "sort": sort},
            ),
            PageOfSavedStrategyOut,
        )

    async def post_saved_strategy(self, body: SavedStrategyBody) -> SavedStrategyOut:
        """Save a shipped strategy under a name, with its symbols and parameters, as its first version."""
        return await self.ask(Call("POST", "/v1/saved-strategies", body=body, is_keyed=True), SavedStrategyOut)

    async def get_saved_strategy(self, saved_strategy_id: UUID) -> SavedStrategyOut:
        """Read a saved strategy and its newest version."""
        return await self.ask(
            Call("GET", "/v1/saved-strategies/{saved_strategy_id}", at={"saved_strategy_id": saved_strategy_id}),
            SavedStrategyOut,
        )

    async def patch_saved_strategy(self, saved_strategy_id: UUID, body: SavedStrategyChangeBody) -> SavedStrategyOut:
        """Change a saved strategy; other symbols or parameters make a new version, and the old ones stay as they are."""
        return await self.ask(
            Call(
                "PATCH",
                "/v1/saved-strategies/{saved_strategy_id}",
                at={"saved_strategy_id": saved_strategy_id},
                body=body,
                is_keyed=True,
            ),
            SavedStrategyOut,
        )

    async def remove_saved_strategy(self, saved_strategy_id: UUID) -> None:
        """Delete a saved strategy with its versions; its backtests stay."""
        await self.do(
            Call(
                "DELETE",
                "/v1/saved-strategies/{saved_strategy_id}",
                at={"saved_strategy_id": saved_strategy_id},
                is_keyed=True,
            )
        )

    async def post_strategy_activation(self, saved_strategy_id: UUID) -> SavedStrategyOut:
        """Switch a saved strategy on, so that it may be run."""
        return await self.ask(
            Call(
                "POST",
                "/v1/saved-strategies/{saved_strategy_id}/activate",
                at={"saved_strategy_id": saved_strategy_id},
                is_keyed=True,
            ),
            SavedStrategyOut,
        )

    async def post_strategy_deactivation(self, saved_strategy_id: UUID) -> SavedStrategyOut:
        """Switch a saved strategy off, so that it is not run; what runs already goes on."""
        return await self.ask(
            Call(
                "POST",
                "/v1/saved-strategies/{saved_strategy_id}/deactivate",
                at={"saved_strategy_id": saved_strategy_id},
                is_keyed=True,
            ),
            SavedStrategyOut,
        )

    async def post_strategy_publication(self, saved_strategy_id: UUID) -> SavedStrategyOut:
        """Let everybody of your tenant read and run a saved strategy."""
        return await self.ask(
            Call(
                "POST",
                "/v1/saved-strategies/{saved_strategy_id}/publish",
                at={"saved_strategy_id": saved_strategy_id},
                is_keyed=True,
            ),
            SavedStrategyOut,
        )

    async def post_strategy_withdrawal(self, saved_strategy_id: UUID) -> SavedStrategyOut:
        """Keep a saved strategy to yourself again."""
        return await self.ask(
            Call(
                "POST",
                "/v1/saved-strategies/{saved_strategy_id}/withdraw",
                at={"saved_strategy_id": saved_strategy_id},
                is_keyed=True,
            ),
            SavedStrategyOut,
        )

    async def get_strategy_versions(
        self, saved_strategy_id: UUID, *, limit: int | None = None, cursor: str | None = None
    ) -> PageOfStrategyVersionOut:
        """List every version of a saved strategy, oldest first."""
        return await self.ask(
            Call(
                "GET",
                "/v1/saved-strategies/{saved_strategy_id}/versions",
                at={"saved_strategy_id": saved_strategy_id},
                query={"limit": limit, "cursor": cursor},
            ),
            PageOfStrategyVersionOut,
        )

    async def post_strategy_backtest(self, saved_strategy_id: UUID, body: StrategyRunBody) -> BacktestOut:
        """Run the newest version of a saved strategy over what a tape has shown; the run is a job, and counts as its."""
        return await self.ask(
            Call(
                "POST",
                "/v1/saved-strategies/{saved_strategy_id}/backtests",
                at={"saved_strategy_id": saved_strategy_id},
                body=body,
                is_keyed=True,
            ),
            BacktestOut,
        )

    async def get_strategy_performance(
        self,
        saved_strategy_id: UUID,
        *,
        by: Literal["sharpe", "total_return", "cagr", "calmar", "sortino"] | None = None,
    ) -> StrategyPerformanceOut:
        """Read what a saved strategy has brought: its latest and its best backtest, and those of each version."""
        return await self.ask(
            Call(
                "GET",
                "/v1/saved-strategies/{saved_strategy_id}/performance",
                at={"saved_strategy_id": saved_strategy_id},
                query={"by": by},
            ),
            StrategyPerformanceOut,
        )

    async def get_strategy_performance_history(
        self,
        saved_strategy_id: UUID,
        *,
        version: int | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        sort: str | None = None,
    ) -> PageOfPerformedOut:
        """List the ended backtests of a saved strategy as they ended, oldest first; of one version, or of all."""
        return await self.ask(
            Call(
                "GET",
                "/v1/saved-strategies/{saved_strategy_id}/performance/history",
                at={"saved_strategy_id": saved_strategy_id},
                query={"version": version, "limit": limit, "cursor": cursor, "sort": sort},
            ),
            PageOfPerformedOut,
        )

    async def get_single_sign_on(self) -> SingleSignOnView:
        """Tell whether people sign in at a provider."""
        return await self.ask(Call("GET", "/v1/single-sign-on"), SingleSignOnView)

    async def get_begin(self) -> None:
        """Send a browser to the provider, with a cookie that it brings back."""
        await self.do(Call("GET", "/v1/single-sign-on/begin"))

    async def get_callback(self, *, state: str | None = None, code: str | None = None, iss: str | None = None) -> None:
        """Take a browser back from the provider, and send it to the sign-in page with a link that works once."""
        await self.do(Call("GET", "/v1/single-sign-on/callback", query={"state": state, "code": code, "iss": iss}))

    async def get_position_size(
        self,
        account_id: UUID,
        *,
        symbol: str,
        method: Method | None = None,
        tolerance: Tolerance | None = None,
        amount: Decimal | None = None,
        stop_price: Decimal | None = None,
        win_rate: Decimal | None = None,
        payoff: Decimal | None = None,
    ) -> PositionSizeOut:
        """Work out how much of a symbol an account would buy by a method of sizing, or by one that suits its holder."""
        return await self.ask(
            Call(
                "GET",
                "/v1/accounts/{account_id}/position-size",
                at={"account_id": account_id},
                query={
                    "symbol": symbol,
                    "method": method,
                    "tolerance": tolerance,
                    "amount": amount,
                    "stop_price": stop_price,
                    "win_rate": win_rate,
                    "payoff": payoff,
                },
            ),
            PositionSizeOut,
        )

    async def read_quotas(self) -> QuotasView:
        """Tell how much your tenant may have at once, and has."""
        return await self.ask(Call("GET", "/v1/quotas"), QuotasView)

    async def put_quotas(self, body: QuotasBody) -> QuotasView:
        """Set how much your tenant may have at once; the desk's own quotas stay the most there is."""
        return await self.ask(Call("PUT", "/v1/quotas", body=body), QuotasView)

    async def get_backtest_capsule(self, backtest_id: UUID) -> Capsule:
        """Read a run as one file: what was asked, of which prices, by which code, and what came of it, with hashes."""
        return await self.ask(
            Call("GET", "/v1/backtests/{backtest_id}/capsule", at={"backtest_id": backtest_id}), Capsule
        )

    async def post_capsule_verification(self, body: Capsule, *, tape_id: UUID | None = None) -> CapsuleVerificationOut:
        """Repeat the run of a capsule by a job, whose verdict says: the same bit for bit, or what precisely differs."""
        return await self.ask(
            Call("POST", "/v1/capsules/verifications", query={"tape_id": tape_id}, body=body, is_keyed=True),
            CapsuleVerificationOut,
        )

    async def get_capsule_verification(self, verification_id: UUID) -> CapsuleVerificationOut:
        """Read how far a verification is, and its verdict."""
        return await self.ask(
            Call("GET", "/v1/capsules/verifications/{verification_id}", at={"verification_id": verification_id}),
            CapsuleVerificationOut,
        )

    async def get_backtest_report(
        self, backtest_id: UUID, *, format: ReportFormat | None = None, table: ReportTable | None = None
    ) -> str:
        """Read a run as a file: a page of HTML that needs nothing else, a PDF, an Excel workbook, Parquet or CSV."""
        return await self.ask(
            Call(
                "GET",
                "/v1/backtests/{backtest_id}/report",
                at={"backtest_id": backtest_id},
                query={"format": format, "table": table},
            ),
            str,
        )

    async def get_backtest_comparison(self, backtest_id: UUID, *, with_: list[UUID]) -> BacktestComparisonOut:
        """Compare a run with up to seven others: measures with the best marked, and growth on the days that all know."""
        return await self.ask(
            Call(
                "GET", "/v1/backtests/{backtest_id}/comparison", at={"backtest_id": backtest_id}, query={"with": with_}
            ),
            BacktestComparisonOut,
        )

    async def post_order_preview(self, body: PlaceOrderBody | PlaceComboBody) -> OrderPreviewOut:
        """Say what placing an order would come to, by the same rules and prices; nothing is stored."""
        return await self.ask(Call("POST", "/v1/orders/preview", body=body, is_keyed=True), OrderPreviewOut)

    async def post_orders(self, body: PlaceManyBody) -> OutcomesOut:
        """Place up to a hundred orders in one commit; each is accepted or refused in its place."""
        return await self.ask(Call("POST", "/v1/orders/batch", body=body, is_keyed=True), OutcomesOut)
