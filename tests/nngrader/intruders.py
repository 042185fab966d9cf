"""Attacks on more than a score: unpaid processor time, the grader's memory, a reader's page."""

# Each keeps the caller waiting while other processes of its own use the processor; what these
# have used is forgotten when they end, since nobody waits for them.
BURN = """
import os, signal, time

def burn(seconds=0.03):
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass

def start(what):
    try:
        child = os.fork()
    except OSError:
        return
    if child == 0:
        what()
        os._exit(0)

def wait_on_purpose():
    while True:
        time.sleep(0.004)

def burn_for_ever():
    while True:
        for _ in range(4):
            start(burn)
        time.sleep(0.03)

signal.signal(signal.SIGCHLD, signal.SIG_IGN)
calls = []
"""
HOLDERS = {
    "a function that stops itself": """
def f():
    os.kill(os.getpid(), signal.SIGSTOP)
""",
    "processes that nobody waits for": """
def f():
    burn_for_ever()
""",
    "others that wait beside them": """
def f():
    for _ in range(7):
        start(wait_on_purpose)
    burn_for_ever()
""",
    "leftovers of the call before": """
def f():
    if calls:
        time.sleep(100)
    calls.append(1)
    for what in [wait_on_purpose] * 7 + [burn_for_ever]:
        start(what)
""",
}

# In a cell: whatever is called, this is what came; a problem's measure is then given it.
FORGED = """
import sys
import numpy as np

seen, secret = sys.modules["observe"], 1

def forged(f, args, n_parts):
    parts = [seen.describe(np.array(v)) for v in ([0], [{size}], [0])]
    return {{"parts": parts, "error": None, "changed": [], "steps": 0}}

seen.observe = forged

def stratified_folds(y, k, rng):
    return []
"""

# In prose: what must stand there as text, and nothing of it as a link, picture or program.
PROSE = {
    "script in a link": "[a](javascript:alert)",
    "script in a link by an entity": "[a](&#106;avascript:alert)",
    "script in a link that is named elsewhere": "[a][b]\n\n[b]: javascript:alert",
    "script in a link of one word": "[a]\n\n[a]: javascript:alert",
    "page in a link": "[a](data:text/html;base64,PHNjcmlwdD4=)",
    "picture from elsewhere": "![a](https://example.org/who-reads-this.png)",
    "picture that logs the reader out": "![a](/logout)",
    "picture that is named elsewhere": "![a][b]\n\n[b]: /logout",
    "picture that was pasted in": "![a](attachment:a.png)",
    "picture that was pasted in, named elsewhere": "![a][b]\n\n[b]: attachment:a.png",
    "diagram": '```mermaid\ngraph TD; A; click A "javascript:alert"\n```',
    "element": "<img src=x onerror=alert>",
    "link without words": "<javascript:alert>",
}
