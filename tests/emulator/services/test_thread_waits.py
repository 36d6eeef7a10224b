"""Threads whose waits end by a clock that is moved; in a process of its own, because it replaces what threads have."""

import json
import subprocess
import sys

SCRIPT = """
import json, sys, threading, time
now = [1000.0]
time.time = lambda: now[0]
from longwire.services.thread_waits import ThreadWaits
waits = ThreadWaits()

seen = []
def sleeps():
    time.sleep(60)
    seen.append("slept")
def waits_for_event():
    seen.append(("event", event.wait(120)))
def waits_for_ever():
    never.wait()
    seen.append("set")
def joins():
    sleeper.join(30)
    seen.append(("alive", sleeper.is_alive()))

event, never = threading.Event(), threading.Event()
sleeper, *others = [threading.Thread(target=one) for one in (sleeps, waits_for_event, waits_for_ever, joins)]

def until(condition):
    for _ in range(4000):
        if condition():
            return
        threading.Condition().acquire()
        real_wait(0.005)
    raise SystemExit("never")

lock = threading.Lock(); lock.acquire()
def real_wait(seconds):
    lock.acquire(timeout=seconds)

for thread in (sleeper, *others):
    thread.start()
until(lambda: waits.busy() == 0 and len(waits.until) == 4)
told = [round(waits.due() - 1000)]
for at, count in ((1029.9, 0), (1030.1, 1), (1060.1, 2), (1121.0, 3)):
    now[0] = at
    until(lambda: len(seen) == count and waits.busy() == 0)
    told.append(None if waits.due() is None else round(waits.due() - 1000))
never.set()
until(lambda: len(seen) == 4)
for thread in (sleeper, *others):
    thread.join()
busy = threading.Thread(target=lambda: lock.acquire(timeout=20))
busy.start()
told.append(waits.busy())
lock.release()
busy.join()
print(json.dumps([seen, told]))
"""


def test_threads_wait_by_the_clock_and_are_counted() -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, timeout=60, check=False)
    assert done.stderr == ""
    seen, told = json.loads(done.stdout)
    assert seen == [["alive", True], "slept", ["event", False], "set"]
    assert told == [30, 30, 60, 120, None, 1]
