"""Questions in words: `python -m tests.benchmarks.words [PROJECT [QUESTION …]]`.

Prints the rank of the first answer to each labelled question and the figures of all: over the
standard library, and over the wheel strategy's repository where PROJECT is that. Weights were tuned
on the odd questions, synonyms were written with all of these known; the held-out questions came
last and nothing was tuned on them.
"""

import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from engine.search.ripgrep import find_ripgrep
from engine.search.words.questions import find
from tests.search.words.folder import FolderFacts, standard_library
from tests.search.words.labelled import Labelled, Place, labelled, quality
from tests.search.words.stdlib_questions import HELD_OUT, QUESTIONS

_MARK: Final = "src/unity_wheel/math/options.py"
WHEEL: Final = labelled(
    """
where is black scholes computed
    math/options.py:black_scholes_price_validated
    math/gpu_options.py:GPUOptionsCalculator.batch_black_scholes
what enforces the delta limit
    risk/limits.py:TradingLimits.check_delta_exposure
    risk/limits.py:TradingLimits.check_risk_metrics
    risk/limits.py:RiskLimitChecker.check_all_limits
    risk/analytics.py:RiskAnalyzer.check_limits
how is the roll decided
    strategy/wheel.py:WheelStrategy.should_roll_position
    adaptive/adaptive_wheel.py:AdaptiveWheelStrategy.should_roll_position
where do we retry a failed request
    auth/auth_client.py:auth_retry
    error_handling/recovery.py:_sync_retry_execute
    error_handling/recovery.py:_async_retry_execute
    error_handling/recovery.py:with_retry
    error_handling/recovery.py:async_with_retry
    auth/auth_client.py:AuthClient.make_request
    databento/client.py:DatabentoClient._get_definitions
    storage/storage.py:*
    databento/optimized_price_loader.py:OptimizedPriceHistoryLoader._fetch_chunk_with_retry
    bolt/production_error_recovery.py:*
which code reads the positions file
    utilities/assess_position.py:check_current_positions
    utilities/update_positions.py:update_positions
    utilities/setup_monitoring.py:setup_position_tracking
    utilities/monitor_dashboard.py:get_current_metrics
how is implied volatility solved
    math/options.py:implied_volatility_validated
where are the greeks calculated
    math/options.py:calculate_all_greeks
    math/gpu_options.py:GPUOptionsCalculator.batch_greeks_calculation
how much margin does a short put need
    risk/unity_margin.py:*
    risk/analytics.py:RiskAnalyzer.estimate_margin_requirement
what decides how many contracts to trade
    utils/position_sizing.py:*
    strategy/wheel.py:WheelStrategy.calculate_position_size
how is the strike of the put picked
    strategy/wheel.py:WheelStrategy.find_optimal_put_strike
    strategy/wheel.py:WheelStrategy.find_optimal_put_strike_vectorized
    integration/component_wiring.py:IntegratedWheelStrategy.find_optimal_put_strike
where is the sharpe ratio computed
    backtesting/wheel_backtester.py:WheelBacktester._calculate_sharpe
    risk/advanced_financial_modeling.py:AdvancedFinancialModeling.calculate_risk_adjusted_metrics
maximum drawdown of the backtest
    backtesting/wheel_backtester.py:WheelBacktester._calculate_max_drawdown
how do we tell that earnings are near
    utils/trading_calendar_enhancements.py:EnhancedTradingCalendar.is_near_unity_earnings
    utils/trading_calendar_enhancements.py:is_near_unity_earnings
    backtesting/wheel_backtester.py:WheelBacktester._is_near_earnings
    analytics/performance_tracker.py:near_earnings_window
    utilities/setup_monitoring.py:*
kelly fraction for sizing
    risk/analytics.py:RiskAnalyzer.calculate_kelly_criterion
    analytics/dynamic_optimizer.py:DynamicOptimizer._calculate_dynamic_kelly
    risk/regime_detector.py:RegimeInfo.kelly_fraction
    bolt/trading_system_integration.py:*
where do oauth tokens get refreshed
    auth/oauth.py:OAuth2Handler.refresh_access_token
    auth/auth_client.py:AuthClient.refresh_token
where are tokens stored encrypted
    storage/auth_storage.py:*
what stops us from exceeding the api rate limit
    auth/rate_limiter.py:*
    fred/fred_client.py:FREDRateLimiter.acquire
    fred/fred_client.py:FREDRateLimiter
    databento/client.py:DatabentoClient._rate_limit
    databento/optimized_price_loader.py:OptimizedPriceHistoryLoader._rate_limit
when does the circuit breaker open
    auth/rate_limiter.py:RateLimiter._check_circuit_breaker
    auth/rate_limiter.py:RateLimiter.report_failure
    utils/recovery.py:CircuitBreaker.call_failed
    utils/recovery.py:CircuitBreaker.is_open
    core/robust_tool_manager.py:CircuitBreaker.record_failure
    error_handling/recovery.py:CircuitBreaker.record_failure
    error_handling/recovery.py:CircuitBreaker.can_execute
    error_handling/recovery.py:ErrorRecoveryManager._is_circuit_breaker_open
parse an option symbol into strike and expiration
    models/position.py:Position._parse_symbol
how is the fill price estimated
    execution/unity_fill_model.py:UnityFillModel.estimate_fill_price
commission per contract
    execution/unity_fill_model.py:UnityFillModel._calculate_commission
probability of being assigned
    analytics/unity_assignment.py:UnityAssignmentModel.calculate_assignment_probability
    risk/ev_analytics.py:EVRiskAnalyzer._calculate_assignment_probability
    learning/adaptive_assignment_model.py:AdaptiveAssignmentModel.predict_assignment
how is iv rank computed
    base/manager.py:FREDDataManager.calculate_iv_rank
    analytics/iv_surface.py:IVSurfaceAnalyzer._calculate_iv_rank
    analytics/market_calibrator.py:MarketCalibrator._calculate_iv_rank
where do we fetch the option chain from databento
    databento/client.py:DatabentoClient.get_option_chain
    databento/databento_storage_adapter.py:DatabentoStorageAdapter.get_or_fetch_option_chain
who sends alert emails
    utils/resource_monitor.py:EmailAlertHandler
    utils/resource_monitor.py:EmailAlertHandler.__call__
    utils/resource_monitor.py:add_email_alerts
    utilities/setup_monitoring.py:setup_alert_channels
next friday that options expire
    utils/trading_calendar.py:SimpleTradingCalendar.get_next_expiry_friday
    utils/trading_calendar.py:get_next_expiry_friday
is the market open now
    config/unity.py:is_market_hours
    scripts/collect_intraday.py:is_market_hours
    production_trading_system.py:ProductionTradingSystem._is_market_hours
    scripts/ml_data_collection_scheduler.py:*
    utils/trading_calendar_enhancements.py:*
where is value at risk calculated
    risk/analytics.py:RiskAnalyzer.calculate_var
    gpu/bolt_gpu_acceleration.py:value_at_risk
    risk/regime_detector.py:RegimeDetector.calculate_regime_adjusted_var
    backtesting/wheel_backtester.py:WheelBacktester._calculate_var_cvar
    risk/stress_testing.py:*
    risk/advanced_financial_modeling.py:AdvancedFinancialModeling.calculate_var_with_leverage
which stress scenarios are there
    risk/stress_testing.py:StressTestScenarios._define_scenarios
    risk/stress_testing.py:StressTestScenarios.run_scenarios
    risk/stress_testing.py:StressTestScenarios
how do I stop trading in an emergency
    analytics/decision_engine.py:DecisionEngine.activate_emergency_stop
    production_trading_system.py:ProductionTradingSystem._emergency_shutdown
how do we restore from a backup
    observability/backup_system.py:BackupSystem.restore_from_backup
override settings by environment variables
    config/loader.py:ConfigurationLoader._apply_env_overrides
    config/environment_loader.py:*
which regime is the market in
    risk/regime_detector.py:RegimeDetector.get_current_regime
    risk/regime_detector.py:RegimeDetector.fit
    risk/regime_detector.py:RegimeDetector
    base/manager.py:FREDDataManager.get_volatility_regime
    analytics/performance_tracker.py:get_vol_regime
where does the risk free rate come from
    base/manager.py:FREDDataManager.get_or_fetch_risk_free_rate
    base/manager.py:FREDDataManager.get_risk_free_rate
what happens when memory runs out
    memory/unified_memory_manager.py:UnifiedMemoryManager._handle_emergency_pressure
    memory/unified_memory_manager.py:UnifiedMemoryManager._handle_critical_pressure
    memory/unified_manager.py:UnifiedMemoryManager._handle_critical_pressure
    monitoring/memory_guard.py:MemoryGuard._handle_emergency
    monitoring/memory_guard.py:MemoryGuard._handle_critical
    memory/cleanup_system.py:CleanupSystem._emergency_cleanup
how do agents steal work from each other
    agents/agent_pool.py:Agent.attempt_steal_work
    agents/agent_pool.py:WorkStealingAgentPool._attempt_work_stealing
    agents/agent_pool.py:WorkStealingAgentPool._attempt_work_stealing_fast
what deletes old data from the cache
    storage/duckdb_cache.py:DuckDBCache._vacuum
    storage/duckdb_cache.py:DuckDBCache._check_vacuum
    storage/storage.py:Storage.cleanup_old_data
    cache/general_cache.py:IntelligentCache.cleanup_expired
    base/storage.py:DataStorage.cleanup_old_data
    fred/fred_storage.py:FREDStorage.cleanup_old_data
    storage/slice_cache.py:SliceCache.evict_old_slices
detect dummy data in the feed
    databento/validation.py:DataValidator._detect_dummy_data
    validation/live_data_validator.py:*
when is the bid ask spread too wide
    base/validation.py:MarketDataValidator._validate_spreads
    api/advisor.py:WheelAdvisor._validate_option_liquidity
    databento/types.py:OptionQuote.spread_pct
    databento/types.py:DataQuality.is_tradeable
    base/validation.py:MarketDataValidator._validate_liquidity
how are orders of tasks with dependencies sorted
    agents/task_manager.py:TaskManager._topological_sort
    agents/task_manager.py:TaskManager.order_tasks
    agents/task_manager.py:TaskManager._group_by_dependency_level
"""
)

# Written last; nothing was tuned on them.
WHEEL_HELD_OUT: Final = labelled(
    """
how much does borrowing cost per day
    risk/borrowing_cost_analyzer.py:BorrowingSource.daily_cost
    risk/borrowing_cost_analyzer.py:BorrowingSource.cost_for_period
    risk/borrowing_cost_analyzer.py:BorrowingSource.daily_rate
internal rate of return of an investment
    risk/pure_borrowing_analyzer.py:PureBorrowingAnalyzer.calculate_irr
    risk/pure_borrowing_analyzer.py:PureBorrowingAnalyzer.calculate_portfolio_irr
who writes the audit log of data fetches
    data_providers/audit_logger.py:DataAuditLogger.log_data_fetch
    data_providers/audit_logger.py:DataAuditLogger._log_event
export metrics for prometheus
    observability/dashboard.py:ObservabilityExporter.export_prometheus
    observability/dashboard.py:MetricPoint.to_prometheus
what turns a feature off after too many errors
    utils/feature_flags.py:FeatureFlags.degrade
    utils/feature_flags.py:FeatureFlags.disable
    utils/feature_flags.py:Feature.should_auto_disable
    utils/feature_flags.py:FeatureFlags.is_enabled
    utils/recovery.py:GracefulDegradation.disable_feature
    utils/recovery.py:GracefulDegradation.update_feature_score
    config/loader.py:ConfigurationLoader.disable_broken_features
split a big dataframe into chunks that fit in memory
    utils/memory_aware_chunking.py:*
where is the volatility skew measured
    analytics/iv_surface.py:IVSurfaceAnalyzer._calculate_skew
    analytics/iv_surface.py:IVSurfaceAnalyzer._calculate_skew_slope
which weekday is best for trading
    analytics/seasonality.py:SeasonalityDetector._analyze_day_of_week
    analytics/seasonality.py:SeasonalityDetector.analyze_seasonality
    utils/trading_calendar_enhancements.py:EnhancedTradingCalendar.optimal_entry_day
third friday of a month
    utils/trading_calendar.py:SimpleTradingCalendar._get_third_friday
    utils/trading_calendar.py:SimpleTradingCalendar.get_monthly_expiries
how are stale cache entries evicted
    cache/general_cache.py:IntelligentCache._evict_if_needed
    cache/general_cache.py:IntelligentCache.cleanup_expired
    storage/slice_cache.py:SliceCache.evict_old_slices
    cache/auth_cache.py:AuthCache._enforce_size_limit
read the text pasted from the broker
    portfolio/broker_parser.py:*
monte carlo price of an option on the gpu
    math/gpu_options.py:GPUOptionsCalculator.monte_carlo_option_pricing
    math/gpu_options.py:GPUOptionsCalculator._cpu_fallback_monte_carlo
who holds the lock of the database
    storage/duckdb_cache.py:DuckDBCache.get_lock_info
    storage/duckdb_cache.py:DuckDBCache.force_unlock
    storage/storage.py:Storage.get_cache_lock_info
    database_lock_manager.py:*
how does the contextual bandit pick an arm
    bob/search/adaptive_router.py:ContextualBandit.select_arm
    einstein/adaptive_router.py:ContextualBandit.select_arm
cosine similarity of embeddings
    bob/hardware/gpu/bolt_gpu_acceleration.py:cosine_similarity
    bob/hardware/gpu/bolt_gpu_acceleration.py:batch_cosine_similarity
    bob/hardware/gpu/bolt_gpu_acceleration.py:text_embedding_similarity
    bob/hardware/gpu/final_acceleration.py:cosine_similarity
    bolt/gpu_acceleration.py:cosine_similarity
    bolt/gpu_acceleration.py:batch_cosine_similarity
    bolt/gpu_acceleration.py:text_embedding_similarity
watch the files and index again what changed
    bob/search/file_watcher.py:*
    einstein/einstein_file_watcher.py:*
    bob/search/faiss_indexer.py:RealTimeFileMonitor._debounced_update
    bob/search/faiss_indexer.py:IncrementalFAISSIndexer._start_file_monitoring
    bob/search/faiss_indexer.py:IncrementalFAISSIndexer.scan_and_update
confidence of a calculation
    math/options.py:calculate_confidence_score
which positions are worth switching
    strategy/position_evaluator.py:PositionEvaluator.analyze_switch
    strategy/position_evaluator.py:PositionEvaluator.find_best_switch_opportunity
    strategy/position_evaluator.py:SwitchAnalysis
fewer contracts for a small account
    utils/position_sizing.py:DynamicPositionSizer.adjust_for_small_account
shut down cleanly on a signal
    utils/resource_manager.py:ResourceTracker._signal_handler
    observability/production_monitor.py:ProductionMonitor._signal_handler
    monitoring/scripts/live_monitor.py:signal_handler
    monitoring/memory_guard.py:MemoryGuard._setup_signal_handlers
"""
)


def main() -> None:
    library = standard_library()
    _report("standard library", library, QUESTIONS)
    _report("standard library, held out", library, HELD_OUT)
    if len(sys.argv) > 1 and (root := Path(sys.argv[1])).is_dir():
        project = FolderFacts(str(root), _python(root))
        if (root / _MARK).is_file():
            _report(str(root), project, WHEEL)
            _report(f"{root}, held out", project, WHEEL_HELD_OUT)
        for question in sys.argv[2:]:
            print(question)
            for one in find(project, {"question": question, "limit": 5})["results"]:
                print(f"  {one['path']}:{one['line']}  {one['name']}  {'; '.join(one['why'])}")


def _report(title: str, facts: FolderFacts, questions: Sequence[Labelled]) -> None:
    before = time.perf_counter()
    _ask(facts, ["where is anything"])
    print(f"{title}: first question {time.perf_counter() - before:.2f} s")
    before = time.perf_counter()
    found = _ask(facts, [one.question for one in questions])
    each_ms = (time.perf_counter() - before) * 1000 / len(questions)
    placed = [one.rank(places) for one, places in zip(questions, found, strict=True)]
    for one, rank, places in zip(questions, placed, found, strict=True):
        first = ":".join(places[0]) if places else "nothing"
        print(f"  {rank or '-':>3}  {one.question}   [{first}]")
    if "held out" not in title:
        print(f"  tuned on: {quality(placed[::2])}\n  not:      {quality(placed[1::2])}")
    print(f"  all:      {quality(placed)}; {each_ms:.1f} ms a question")


def _ask(facts: FolderFacts, questions: Iterable[str]) -> list[list[Place]]:
    answers = (find(facts, {"question": question}) for question in questions)
    return [[(one["path"], one["name"]) for one in answer["results"]] for answer in answers]


def _python(root: Path) -> list[str]:
    listed = subprocess.run(
        [find_ripgrep(), "--files", "--no-config", "-g", "*.py", "-g", "*.pyi"],
        cwd=root,
        capture_output=True,
        check=True,
        text=True,
    )
    return sorted(listed.stdout.split("\n")[:-1])


if __name__ == "__main__":
    main()
