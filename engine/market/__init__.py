"""The book: positions, quotes and prices, the wheel's rules and ledger, and backtests."""
