"""Questions over modules of the standard library that hardly change between versions."""

from typing import Final

from tests.search.words.labelled import Labelled, labelled

# Single modules and whole packages; the rest of the library only costs time.
MODULES: Final = (
    *("argparse", "base64", "bdb", "bisect", "calendar", "cmd", "codecs", "configparser", "copy"),
    *("csv", "difflib", "dis", "fileinput", "fnmatch", "fractions", "functools", "getpass"),
    *("glob", "gzip", "hashlib", "heapq", "hmac", "inspect", "ipaddress", "locale", "mimetypes"),
    *(
        "optparse",
        "pickle",
        "posixpath",
        "pprint",
        "queue",
        "random",
        "sched",
        "secrets",
        "selectors",
    ),
    *("shlex", "shutil", "smtplib", "socketserver", "statistics", "string", "subprocess"),
    *("tarfile", "tempfile", "textwrap", "threading", "timeit", "traceback", "uuid", "webbrowser"),
    *("zipfile", "asyncio", "concurrent", "email", "http", "json", "logging", "urllib", "wsgiref"),
)

QUESTIONS: Final[tuple[Labelled, ...]] = labelled(
    """
where is a list turned into a heap
    heapq.py:heapify
binary search for the insertion point
    bisect.py:bisect_left
    bisect.py:bisect_right
    bisect.py:insort_left
    bisect.py:insort_right
how is a paragraph wrapped to a width
    textwrap.py:wrap
    textwrap.py:TextWrapper._wrap_chunks
    textwrap.py:TextWrapper.wrap
    textwrap.py:fill
    textwrap.py:TextWrapper
    textwrap.py:TextWrapper.fill
find words that are spelled like a wrong one
    difflib.py:get_close_matches
how is a shell command line split into arguments
    shlex.py:split
what guesses the delimiter of a csv file
    csv.py:Sniffer.sniff
    csv.py:Sniffer._guess_delimiter
    csv.py:Sniffer._guess_quote_and_delimiter
when does the log file rotate because it got too big
    logging/handlers.py:RotatingFileHandler.shouldRollover
    logging/handlers.py:RotatingFileHandler.doRollover
    logging/handlers.py:RotatingFileHandler.__init__
    logging/handlers.py:RotatingFileHandler
run a command and kill it after a timeout
    subprocess.py:run
    subprocess.py:call
    subprocess.py:Popen.communicate
    subprocess.py:check_output
which function deletes a whole directory tree
    shutil.py:rmtree
    shutil.py:_rmtree_safe_fd
    shutil.py:_rmtree_unsafe
    shutil.py:_rmtree_impl
where is a temporary directory made
    tempfile.py:mkdtemp
    tempfile.py:TemporaryDirectory
    tempfile.py:TemporaryDirectory.__init__
standard deviation of a sample
    statistics.py:stdev
shuffle a list in place
    random.py:Random.shuffle
is this year a leap year
    calendar.py:isleap
escape special characters in a url
    urllib/parse.py:quote
    urllib/parse.py:quote_plus
    urllib/parse.py:quote_from_bytes
what follows http redirects
    urllib/request.py:HTTPRedirectHandler.redirect_request
    urllib/request.py:HTTPRedirectHandler.http_error_302
    urllib/request.py:HTTPRedirectHandler
refuse dangerous members when a tar archive is extracted
    tarfile.py:tar_filter
    tarfile.py:data_filter
    tarfile.py:_get_filtered_attrs
where is a coroutine cancelled when its timeout expires
    asyncio/timeouts.py:Timeout._on_timeout
    asyncio/timeouts.py:Timeout
    asyncio/timeouts.py:timeout
    asyncio/tasks.py:wait_for
    asyncio/timeouts.py:timeout_at
least recently used cache of a function's results
    functools.py:lru_cache
    functools.py:_lru_cache_wrapper
how does json decode escapes inside a string
    json/decoder.py:py_scanstring
    json/decoder.py:_decode_uXXXX
expand the home directory of a user
    posixpath.py:expanduser
who lists a directory as html for the web server
    http/server.py:SimpleHTTPRequestHandler.list_directory
print usage and exit with an error
    argparse.py:ArgumentParser.error
    optparse.py:OptionParser.error
copy an object with everything inside it
    copy.py:deepcopy
does a network contain an address
    ipaddress.py:_BaseNetwork.__contains__
    ipaddress.py:_BaseNetwork.subnet_of
    ipaddress.py:_BaseNetwork.supernet_of
how are pool threads started when work is submitted
    concurrent/futures/thread.py:ThreadPoolExecutor.submit
    concurrent/futures/thread.py:ThreadPoolExecutor._adjust_thread_count
how many days does a month have
    calendar.py:monthrange
    calendar.py:_monthlen
"""
)

# Written last; nothing was tuned on them.
HELD_OUT: Final[tuple[Labelled, ...]] = labelled(
    """
which lines differ between two texts
    difflib.py:unified_diff
    difflib.py:ndiff
    difflib.py:context_diff
    difflib.py:Differ.compare
merge sorted iterables
    heapq.py:merge
read an ini file with sections
    configparser.py:RawConfigParser.read
    configparser.py:RawConfigParser._read
    configparser.py:RawConfigParser.read_file
who makes up the boundary of a mime message
    email/generator.py:Generator._make_boundary
pick a random element by weights
    random.py:Random.choices
list the frames of a traceback
    traceback.py:walk_tb
    traceback.py:extract_tb
    traceback.py:StackSummary.extract
    traceback.py:format_tb
    traceback.py:print_tb
wait until a background thread has finished
    threading.py:Thread.join
    threading.py:_shutdown
make a random token that is safe in a url
    secrets.py:token_urlsafe
read a password without echo
    getpass.py:unix_getpass
    getpass.py:win_getpass
match file names against a wildcard
    fnmatch.py:fnmatch
    fnmatch.py:fnmatchcase
    fnmatch.py:filter
    fnmatch.py:translate
open a page in the browser
    webbrowser.py:open
    webbrowser.py:open_new
    webbrowser.py:open_new_tab
    webbrowser.py:BaseBrowser.open
middle value of some numbers
    statistics.py:median
login to the mail server
    smtplib.py:SMTP.login
    smtplib.py:SMTP.auth
source of a function as text
    inspect.py:getsource
    inspect.py:getsourcelines
who answers when a client asks for the head of a file over http
    http/server.py:SimpleHTTPRequestHandler.do_HEAD
    http/server.py:SimpleHTTPRequestHandler.send_head
"""
)
