"""What a handler prints."""

import os

import pytest

from bootstrap_process import Start


def test_lines_arrive_in_order_and_before_the_result(start: Start) -> None:
    child = start(
        """
        import sys
        def handler(event, context):
            print("one")
            print("two", file=sys.stderr)
            print("three\\nfour")
            sys.stdout.buffer.write(b"five\\n")
            print("no end", end="")
        """
    ).ready()
    child.call()
    assert child.lines == [
        ("stdout", "one"),
        ("stderr", "two"),
        ("stdout", "three"),
        ("stdout", "four"),
        ("stdout", "five"),
        ("stdout", "no end"),
    ]


def test_a_line_is_seen_while_the_handler_still_runs(start: Start) -> None:
    child = start("import sys\ndef handler(event, context):\n    print('now')\n    while True: pass").ready()
    child.send(None)
    assert child.exactly(5 + 3)[5:] == b"now"


def test_a_flood_is_cut_and_counted(start: Start) -> None:
    child = start(
        """
        def handler(event, context):
            for _ in range(event):
                print("x" * 99)
        """
    ).ready()
    child.call(20_000)
    assert sum(len(line) + 1 for line in child.of("stdout")) == 1_000_000
    assert child.of("platform") == ["990,000 bytes more were printed; 1,000,000 are kept of one invocation"]
    child.lines.clear()
    child.call(1)
    assert child.lines == [("stdout", "x" * 99)]


def test_what_subprocesses_print_comes_through_the_pipe(start: Start) -> None:
    child = start(
        """
        import subprocess, sys
        def handler(event, context):
            subprocess.run(["echo", "from a subprocess"], check=True)
            subprocess.run(["echo", "through sys.stdout"], check=True, stdout=sys.stdout)
        """
    ).ready()
    child.call()
    assert os.read(child.native, 1000) == b"from a subprocess\nthrough sys.stdout\n"


def test_a_forked_process_leaves_the_channel_alone(start: Start) -> None:
    child = start(
        """
        import os
        def handler(event, context):
            pid = os.fork()
            if pid == 0:
                print("from the fork")
                os._exit(0)
            os.waitpid(pid, 0)
            return "parent"
        """
    ).ready()
    assert child.call() == "parent"
    assert child.lines == []
    assert os.read(child.native, 1000) == b"from the fork\n"


def test_multiprocessing_works_as_it_does_on_lambda(start: Start) -> None:
    child = start(
        """
        from multiprocessing import Pipe, Process
        def square(end, n):
            end.send(n * n)
        def handler(event, context):
            ours, theirs = Pipe()
            process = Process(target=square, args=(theirs, event))
            process.start()
            answer = ours.recv()
            process.join()
            return answer
        """
    ).ready()
    assert child.call(7) == 49


def test_subprocesses_do_not_hold_the_channel(start: Start) -> None:
    child = start("import os, subprocess\nsubprocess.Popen(['sleep', '300'])\ndef handler(e, c): os._exit(1)").ready()
    child.send(None)
    with pytest.raises(EOFError):
        child.receive()
