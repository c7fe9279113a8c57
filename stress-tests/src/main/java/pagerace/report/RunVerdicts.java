// SPDX-License-Identifier: Apache-2.0
package pagerace.report;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import pagerace.verdict.Cause;
import pagerace.verdict.Given;
import pagerace.verdict.Verdict;

/** From what is said of points and canaries to what is said of the run, and how to say it. */
final class RunVerdicts {
    /** For more than that nobody is asked. */
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
        silent = canaries.stream().filter(canary -> !canary.wasShown()).toList();
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
        List<String> said = switch (verdict) {
            case PASSED -> passed();
            case FAILED -> failed();
            case UNDECIDED -> open(given, missingMillis);
        };
        return verdict + ": " + String.join("; ", said);
    }

    private List<String> passed() {
        if (planned.isEmpty()) {
            return List.of("there was nothing to do");
        }
        List<String> said = new ArrayList<>();
        long unknown = planned.stream()
                .filter(result -> result.verdict() == Verdict.UNKNOWN)
                .count();
        long decided = planned.size() - unknown;
        said.add(
                unknown == 0
                        ? (decided == 1 ? "the point is" : "all " + decided + " points are") + " decided"
                        : decided + " of " + points() + " decided, " + unknown + " UNKNOWN");
        said.add("nothing fails");
        return said;
    }

    /** {@code 175 points}. */
    private String points() {
        return planned.size() + (planned.size() == 1 ? " point" : " points");
    }

    private List<String> failed() {
        List<String> said = new ArrayList<>();
        if (isUnplanned()) {
            said.add("no point was planned");
        }
        silent.stream().filter(CanaryResult::fails).forEach(canary -> said.add(canary.inWords()));
        if (!failing.isEmpty()) {
            Map<Verdict, Integer> counts = new TreeMap<>();
            failing.forEach(result -> counts.merge(result.verdict(), 1, Integer::sum));
            said.add(counts.entrySet().stream()
                            .map(each -> each.getValue() + " " + each.getKey())
                            .collect(Collectors.joining(", "))
                    + ", first " + failing.get(0).key() + " (" + failing.get(0).reason() + ")");
        }
        if (!undecided.isEmpty()) {
            said.add(undecided.size() + " of " + points() + " undecided");
        }
        if (isInterrupted()) {
            said.add("the run was interrupted");
        }
        return said;
    }

    private List<String> open(Given given, long missingMillis) {
        List<String> said = new ArrayList<>();
        if (isInterrupted()) {
            said.add("the run was interrupted, and this is what it had measured");
        }
        said.add(
                hasOneCpu()
                        ? "two actors need two CPUs, and this process may use one"
                        : (session.runs().size() == 1 ? "this host " : "these hosts ") + given.inWords());
        silent.forEach(canary -> said.add(canary.inWords()));
        if (!undecided.isEmpty()) {
            said.add(undecided.size() + " of " + points() + " undecided, " + causes());
        }
        said.add(remedy(missingMillis));
        return said;
    }

    private boolean hasOneCpu() {
        return session.runs().stream().anyMatch(run -> run.host().cpus() < 2);
    }

    private String causes() {
        return Stream.of(Cause.HOST, Cause.BUDGET)
                .filter(cause -> undecidedBy(cause) > 0)
                .map(cause -> undecidedBy(cause) + (cause == Cause.HOST ? " because of the host" : " for lack of time"))
                .collect(Collectors.joining(" and "));
    }

    private long undecidedBy(Cause cause) {
        return undecided.stream().filter(result -> result.cause() == cause).count();
    }

    private String remedy(long missingMillis) {
        if (isInterrupted()) {
            return "run it again";
        }
        if (hasOneCpu()) {
            return "give it a second one";
        }
        boolean timeHelps =
                undecidedBy(Cause.BUDGET) > 0 || silent.stream().anyMatch(canary -> canary.cause() == Cause.BUDGET);
        if (!timeHelps) {
            return "run it on a quieter host, or accept that with --undecided warn";
        }
        if (session.runs().size() > 1) {
            return "give each shard more time";
        }
        Duration needed = Duration.ofSeconds(session.runs().get(0).elapsed()).plusMillis(missingMillis);
        if (needed.compareTo(TOO_LONG) > 0) {
            return "it would need hours like this: run it on a quieter host, or choose fewer points by a filter";
        }
        long minutes = needed.toMinutes() + 1;
        return "it would need about " + minutes + (minutes == 1 ? " minute" : " minutes") + " like this: --budget "
                + minutes + "m (Maven: -Dpagerace.budget=" + minutes + "m)";
    }
}
