// SPDX-License-Identifier: Apache-2.0
package pagerace.report;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import pagerace.verdict.Cause;
import pagerace.verdict.Given;
import pagerace.verdict.Verdict;

/** From what is said of points and canaries to what is said of the run, and how to say it. */
final class RunVerdicts {
    /** Nobody waits longer than that for a better host. */
    private static final Duration TOO_LONG = Duration.ofHours(3);

    private final Session session;
    private final List<Result> planned;
    private final List<Result> failing;
    private final List<Result> undecided;
    private final List<CanaryResult> silent;

    RunVerdicts(Session session, List<Result> results, List<CanaryResult> canaries) {
        this.session = session;
        planned = results.stream().filter(result -> result.plan() != null).toList();
        failing = results.stream()
                .filter(Result::fails)
                .sorted(Comparator.comparing(Result::verdict))
                .toList();
        undecided = results.stream().filter(Result::isLeftUndecided).toList();
        silent = canaries.stream().filter(canary -> canary.cause() != null).toList();
    }

    RunVerdict verdict() {
        if (isUnplanned() || !failing.isEmpty() || silent.stream().anyMatch(CanaryResult::fails)) {
            return RunVerdict.FAILED;
        }
        boolean open = !undecided.isEmpty() || !silent.isEmpty() || isInterrupted();
        return open ? RunVerdict.UNDECIDED : RunVerdict.PASSED;
    }

    /** Whether nobody asked for anything. Only a shard may have no part in what was asked for. */
    private boolean isUnplanned() {
        return planned.isEmpty() && session.runs().stream().anyMatch(run -> run.shard() == null);
    }

    private boolean isInterrupted() {
        return !session.runs().stream().allMatch(Run::complete);
    }

    /**
     * The verdict in one sentence.
     *
     * @param given what the hosts gave the forks
     * @param missingMillis for how much longer forks would have to run
     */
    String headline(Given given, long missingMillis) {
        RunVerdict verdict = verdict();
        return verdict + ": "
                + switch (verdict) {
                    case PASSED -> planned.isEmpty() ? "nothing was to be done" : decided();
                    case FAILED -> String.join("; ", failures());
                    case UNDECIDED -> open(given, missingMillis);
                };
    }

    private String decided() {
        return (planned.size() == 1 ? "the point is" : "all " + planned.size() + " points are")
                + " decided, and nothing fails";
    }

    private List<String> failures() {
        List<String> failures = new ArrayList<>();
        if (isUnplanned()) {
            failures.add("no point was planned");
        }
        silent.stream().filter(CanaryResult::fails).forEach(canary -> failures.add(canary.inWords()));
        if (!failing.isEmpty()) {
            Map<Verdict, Integer> counts = new TreeMap<>();
            failing.forEach(result -> counts.merge(result.verdict(), 1, Integer::sum));
            failures.add(counts.entrySet().stream()
                            .map(each -> each.getValue() + " " + each.getKey())
                            .collect(Collectors.joining(", "))
                    + ", first " + failing.get(0).key() + " (" + failing.get(0).reason() + ")");
        }
        return failures;
    }

    private String open(Given given, long missingMillis) {
        List<String> said = new ArrayList<>();
        if (isInterrupted()) {
            said.add("interrupted: what was measured until then is reported");
        }
        if (session.runs().stream().anyMatch(run -> run.host().cpus() < 2)) {
            said.add("two actors need two CPUs, and the host has one");
        } else {
            said.add((session.runs().size() == 1 ? "this host " : "these hosts ") + given.inWords());
        }
        silent.forEach(canary -> said.add(canary.inWords()));
        if (!undecided.isEmpty()) {
            said.add(undecided.size() + " of " + planned.size() + (planned.size() == 1 ? " point" : " points")
                    + " undecided, " + causes());
            said.add(remedy(missingMillis));
        }
        return String.join("; ", said);
    }

    private String causes() {
        Map<Cause, Integer> counts = new TreeMap<>();
        undecided.forEach(result -> counts.merge(result.cause(), 1, Integer::sum));
        Map<Cause, String> words = new LinkedHashMap<>();
        words.put(Cause.HOST, "by the host's fault");
        words.put(Cause.BUDGET, "for want of time");
        return counts.entrySet().stream()
                .map(each -> each.getValue() + " " + words.get(each.getKey()))
                .collect(Collectors.joining(" and "));
    }

    private String remedy(long missingMillis) {
        if (session.runs().size() > 1) {
            return "give the shards more time, or quieter hosts";
        }
        Run run = session.runs().get(0);
        if (run.host().cpus() < 2) {
            return "give it another CPU";
        }
        Duration needed = Duration.ofSeconds(run.elapsed()).plusMillis(missingMillis);
        if (needed.compareTo(TOO_LONG) > 0) {
            return "more time will hardly help: a quieter host will, or fewer points by a filter";
        }
        long minutes = needed.toMinutes() + 1;
        return "needs about " + minutes + (minutes == 1 ? " minute" : " minutes") + " like this: --budget " + minutes
                + "m, or -Dpagerace.budget=" + minutes + "m";
    }
}
