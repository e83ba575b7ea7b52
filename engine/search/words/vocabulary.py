"""What people who write trading software say in several ways, and what they say without meaning it.

Data: a line of `SYNONYMS` holds words and phrases that may stand for each other.
"""

from typing import Final

SYNONYMS: Final = """
black scholes, bs, bsm
implied volatility, iv, implied vol
volatility, vol, sigma
strike, k
expiry, expiration, expire, dte, maturity, expiries
underlying, spot, stock
premium, credit
position, holding
portfolio, book, holdings
profit, pnl, gain, return
loss, drawdown
value at risk, var
expected shortfall, cvar, es
assignment, assigned, exercise
greeks, delta gamma, theta vega
contract, lot
margin, collateral, buying power
commission, fee, cost
order, trade
fill, execution
quote, bid ask, tick
candle, bar, ohlc
broker, account
config, configuration, settings, options, preferences
environment variable, env, environ
limit, max, cap, threshold, bound, ceiling
enforce, check, validate, assert, reject, ensure, verify, guard, breach
compute, calculate, calc, determine, estimate, evaluate, derive
solve, newton, bisect, root, brent
decide, should, determine, choose, select, decision
pick, choose, select, find, best, optimal
retry, backoff, attempt, retries
failed, failure, error, exception
delete, remove, drop, purge, cleanup, evict, clear, unlink, rmtree
database, db, duckdb, sqlite, sql
read, load, open, parse
write, save, store, dump, persist
fetch, download, request, retrieve, pull
send, emit, notify, post
message, notification, alert
mail, email, smtp
start, launch, run, spawn, begin, boot
stop, halt, shutdown, kill, terminate, abort
make, create, build, generate, mk
directory, folder, dir
temporary, temp, tmp
file, path
copy, duplicate, clone
convert, transform, turn, to
escape, quote, encode
split, tokenize, parse
big, large, size
wide, large, max, width
thread, worker
parallel, concurrent
cache, memoize, lru
log, logger, logging
refresh, renew
encrypted, encrypt, cipher, fernet
secret, credential, token, password
authenticate, auth, login, oauth
rate limit, throttle
regime, state
near, close, proximity
guess, detect, sniff, infer
find, search, lookup, match
spelled, spelling, fuzzy, similar
dangerous, unsafe, outside
refuse, reject, filter
dummy, mock, fake, synthetic
memory, ram, heap
gpu, metal, mlx, cuda
average, mean
standard deviation, stdev, std
deviation, stdev, std
maximum, max, greatest
minimum, min, least
sort, order, rank
url, uri, link
argument, arg, parameter, param
test, check
expand, resolve
exit, quit
"""

# Words that only put a question.
STOP: Final = frozenset(
    """
    where how what which who whom whose why when is are was were be been being do does did done the
    a an of in on at to for from by with and or we i you they it its this that these those there
    here our my your their me us can could should would will shall may might must if then so not
    any some all no than as into out up about through over under get gets got have has had need
    needs want show tell find please exactly actually really each other another thing things
    happen happens much many come comes go goes look looks like
    """.split()
)

# Words that say what is done without saying to what, and what a place of code is called: they
# count, but little.
WEAK: Final = frozenset(
    """
    compute calculate handle make use run work take give set put code function method class module
    file place implement implementation define defined definition logic part made happen called
    call decide computed calculated handled used sort kind way system project find
    """.split()
)

# Who asks for a thing without one of these words means the plain thing first.
VARIANTS: Final = frozenset(
    """
    accelerated adapter async batch cached demo deprecated enhanced example experimental fallback
    fast gpu legacy mock optimized parallel stub turbo ultra vectorized wrapper
    """.split()
)
