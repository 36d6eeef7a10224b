"""How fast bills are: ``python tests/bench/cost.py``. One process, one core."""

import subprocess
import sys
import time
from decimal import Decimal

from longwire_infra.calculation import described
from longwire_infra.comparison import api_gateway
from longwire_infra.curves import connection_curve
from longwire_infra.estimate import estimate
from longwire_infra.prices import shipped
from longwire_infra.workload_usage import counted

FLAGS = {"connections": "10000", "messages_per_second": "1", "message_bytes": "200", "preset": "longwire-volatile"}
ESTIMATES = 10_000


def main() -> None:
    workload = described(None, FLAGS, ())
    usage = counted(workload).usage
    estimate(usage, shipped(), workload.terms)
    start = time.perf_counter()
    for _ in range(ESTIMATES):
        estimate(usage, shipped(), workload.terms)
    print(f"{ESTIMATES / (time.perf_counter() - start):,.0f} estimates/s")
    start = time.perf_counter()
    connection_curve(workload, shipped(), 100)
    print(f"{time.perf_counter() - start:.3f} s for a curve of 100 points with servers beside it")
    start = time.perf_counter()
    total = api_gateway(workload, shipped()).usd or Decimal(0)
    print(f"{time.perf_counter() - start:.5f} s for one workload, ${total:,.2f}")
    command = [sys.executable, "-m", "longwire", "cost", "--connections", "10000", "--json"]
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    print(f"{time.perf_counter() - start:.3f} s for `longwire cost`")


if __name__ == "__main__":
    main()
