#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What competing load does to a stress run: 0, 1, 2 and 4 busy loops beside it, a row of Markdown for each. The loops end with
# the script, and after an hour in any case. Arguments are those of stress: --budget 9m, --filter 'GupFastVsFork/SEQ*'.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
loops=
end() {
    [ -z "$loops" ] || kill $loops 2>/dev/null || true
    loops=
}
trap 'end; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

# What the one line of sums says of the host: the figure in $1 is the first group.
figure() {
    sed -n "s/.*the host gave its actors $1.*/\1/p" "$work/said" | head -n 1
}

echo '| busy loops | points that have what they need | after | CPU time of the actors | slots of 10 ms in which two threads met | stolen | the run |'
echo '|---|---|---|---|---|---|---|'
for n in 0 1 2 4; do
    i=0
    while [ "$i" -lt "$n" ]; do
        timeout 3600 sh -c 'while :; do :; done' &
        loops="$loops $!"
        i=$((i + 1))
    done
    code=0
    "$root/pagerace" stress --output "$work/$n" "$@" > "$work/said" || code=$?
    end
    if [ "$code" -eq 2 ] || [ "$code" -eq 3 ]; then
        exit "$code"
    fi
    # [1m26s, 1m33s left] 48 of 48 points have what they need; ...
    points=$(sed -n 's/^\([0-9]*\) points\{0,1\} on real threads.*/\1/p' "$work/said")
    last=$(sed -n 's/^\[.*\] \([0-9]*\) of [0-9]* points have what they need;.*/\1/p' "$work/said" | tail -n 1)
    after=$(sed -n "s/^\[\([^,]*\),.*\] $points of $points points have what they need;.*/\1/p" "$work/said" | head -n 1)
    verdict=$(sed -n 's/^\(PASSED\|UNDECIDED\|FAILED\): .*/\1/p' "$work/said" | tail -n 1)
    echo "| $n | ${last:-0} of $points | ${after:--} | $(figure '\([0-9]* %\)') | $(figure '.*met in \([0-9]* of [0-9]*\)') | $(figure '.*, \([0-9.]* %\) stolen') | $verdict |"
done
