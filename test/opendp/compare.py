"""Compares oboro's discrete Laplace sampler with OpenDP's, draw for draw in distribution.

A two-sample chi-square test (classes of ten or more expected in both) and the Kolmogorov-Smirnov distance, at the
scales that the tier dp uses. The positive control is a scale that is off by five per cent: it must be seen. Exits 1 on
disagreement, or when the control is not seen.
"""

import math
import subprocess
import sys
from collections import Counter

try:
    import opendp.prelude as dp
except ImportError:
    sys.exit("opendp is missing: make a virtual environment and pip install -r test/opendp/requirements.txt in it")

dp.enable_features("contrib")

COUNT = int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000
# L0 / epsilon of the tables: visits 4/1, dwell 4/0.5, transitions 4/0.3, and one below 1.
SCALES = [(4000, 1000), (4000, 500), (4000, 300), (1, 2)]
# Both tests are deterministic on our side and random on OpenDP's: a false alarm about once in 10,000 runs.
DEVIATIONS = 4.0


def ours(scale, per, count):
    out = subprocess.run(
        ["node", sys.argv[1], str(scale), str(per), str(count)], check=True, capture_output=True, text=True
    ).stdout
    return Counter(int(line) for line in out.split())


def theirs(scale, count):
    space = dp.vector_domain(dp.atom_domain(T="i64")), dp.l1_distance(T="i64")
    noise = dp.m.make_laplace(*space, scale=scale)
    return Counter(noise([0] * count))


def chi_square(a, b):
    """Value and degrees of freedom; equal counts of draws are assumed."""
    value, freedom, rare_a, rare_b = 0.0, -1, 0, 0
    for x in set(a) | set(b):
        n, m = a.get(x, 0), b.get(x, 0)
        if n + m < 20:
            rare_a, rare_b = rare_a + n, rare_b + m
            continue
        value += (n - m) ** 2 / (n + m)
        freedom += 1
    if rare_a + rare_b >= 20:
        value += (rare_a - rare_b) ** 2 / (rare_a + rare_b)
        freedom += 1
    return value, max(freedom, 1)


def ks(a, b, count):
    distance, sum_a, sum_b = 0.0, 0, 0
    for x in sorted(set(a) | set(b)):
        sum_a, sum_b = sum_a + a.get(x, 0), sum_b + b.get(x, 0)
        distance = max(distance, abs(sum_a - sum_b) / count)
    return distance


def agree(a, b, count):
    value, freedom = chi_square(a, b)
    distance = ks(a, b, count)
    limit = 2.23 * math.sqrt(2 / count)  # two-sample KS, one in 10,000
    ok = value < freedom + DEVIATIONS * math.sqrt(2 * freedom) and distance < limit
    return ok, f"chi-square {value:8.1f} ({freedom} degrees)   KS {distance:.5f} (limit {limit:.5f})"


def main():
    failed = False
    for scale, per in SCALES:
        mine, other = ours(scale, per, COUNT), theirs(scale / per, COUNT)
        ok, text = agree(mine, other, COUNT)
        failed |= not ok
        print(f"scale {scale / per:7.3f}   {text}   {'agree' if ok else 'DISAGREE'}")
    seen, text = agree(ours(4000, 1000, COUNT), theirs(4.2, COUNT), COUNT)
    failed |= seen
    print(f"control, 4.000 against 4.200   {text}   {'NOT SEEN' if seen else 'seen'}")
    sys.exit(1 if failed else 0)


main()
