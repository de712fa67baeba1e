"""Peers for benchmark (a): no-op processes per second through HyperQueue and through Ray, on this machine.

usage: peers.py hyperqueue|ray JOBS [ROUNDS]

Prints one line a round and the median: `peer NAME: VALUE jobs/s`. HyperQueue runs `/bin/true` as a task of its worker; Ray
runs a task that spawns `/bin/true` with posix_spawn and waits for it. Neither keeps a durable journal.
"""

import os
import statistics
import sys
import tempfile
import time


def hyperqueue(jobs):
    from hyperqueue import Job
    from hyperqueue.cluster import LocalCluster, WorkerConfig

    with tempfile.TemporaryDirectory() as folder:
        with LocalCluster(server_dir=folder, worker_config=WorkerConfig(cores=2)) as cluster:
            client = cluster.client()

            def once(count):
                job = Job()
                for _ in range(count):
                    job.program(["/bin/true"], stdout=None, stderr=None)
                client.wait_for_jobs([client.submit(job)])

            once(100)
            start = time.monotonic()
            once(jobs)
            return jobs / (time.monotonic() - start)


def ray(jobs):
    import ray as framework

    framework.init(num_cpus=2, log_to_driver=False, include_dashboard=False, logging_level="error")

    @framework.remote
    def noop():
        pid = os.posix_spawn("/bin/true", ["/bin/true"], {})
        return os.waitpid(pid, 0)[1]

    framework.get([noop.remote() for _ in range(200)])
    start = time.monotonic()
    framework.get([noop.remote() for _ in range(jobs)])
    rate = jobs / (time.monotonic() - start)
    framework.shutdown()
    return rate


def main():
    name, jobs = sys.argv[1], int(sys.argv[2])
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 3
    run = {"hyperqueue": hyperqueue, "ray": ray}[name]
    rates = []
    for number in range(rounds):
        rates.append(run(jobs))
        print(f"round {number + 1}: {rates[-1]:.0f} jobs/s", flush=True)
    print(f"peer {name}: {statistics.median(rates):.0f} jobs/s")


main()
