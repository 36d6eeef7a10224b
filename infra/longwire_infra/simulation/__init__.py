"""What a workload does to AWS's quotas: in arithmetic, and by simulating it second by second."""
