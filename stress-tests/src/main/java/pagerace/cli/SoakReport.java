// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import java.io.PrintStream;
import java.util.Locale;
import pagerace.machine.HardwareMachine;
import pagerace.soak.Mutant;
import pagerace.soak.SoakResult;

/** What the console says of a soak, and whether it came to what it should. */
final class SoakReport {
    private final PrintStream out;
    private final SoakResult result;
    private final boolean complete;

    /** Of {@code result}, which is {@code complete} if nobody interrupted it. */
    SoakReport(PrintStream out, SoakResult result, boolean complete) {
        this.out = out;
        this.result = result;
        this.complete = complete;
    }

    /** Says what came of mainline; whether it holds, as far as the run can say. */
    boolean ofMainline() {
        printEvaluations();
        printCounters();
        if (result.violation() != null) {
            printViolation();
            out.println("VIOLATED after " + size());
            return false;
        }
        boolean evaluated = isEvaluated();
        for (SoakResult.Counter counter : result.unhealthy()) {
            out.printf(
                    Locale.ROOT,
                    "%s: %s ended %,d times in %s, not %s%n",
                    result.isUnhealthy() ? "UNHEALTHY" : "Too early to say",
                    counter.operation(),
                    counter.count(),
                    counter.end(),
                    counter.healthy());
        }
        if (!evaluated) {
            out.println("UNEVALUATED: no invariant was violated, but some were never evaluated, in " + size());
            return false;
        }
        if (result.isUnhealthy()) {
            out.println("UNHEALTHY: no invariant was violated, but not everything happened that should, in " + size());
            return false;
        }
        out.println((result.isLongEnough() ? "HOLDS" : "HOLDS SO FAR") + ": no invariant was violated in " + size());
        return true;
    }

    /** Says what came of {@code mutant}; whether it was caught if it must be, and not if it cannot be. */
    boolean ofMutant(Mutant mutant) {
        if (result.violation() != null) {
            printViolation();
            if (!mutant.mayShowAs(result.violation())) {
                out.println("NOT CAUGHT: something else went wrong after " + size());
                return false;
            }
            out.println("CAUGHT after " + size());
            return mutant.isReachable() || !onX86();
        }
        boolean evaluated = isEvaluated();
        String expected = mutant.isReachable() ? "rare" : "as expected on x86";
        out.println("NOT CAUGHT" + (mutant.mustBeCaught() ? "" : ", " + expected + ",") + " in " + size());
        return evaluated && !mutant.mustBeCaught();
    }

    /** Whether each invariant was looked at, as it is in any run that nobody interrupts; says which were not. */
    private boolean isEvaluated() {
        for (SoakResult.Evaluated never : result.unevaluated()) {
            out.printf(
                    Locale.ROOT,
                    "%s: \"%s\" was evaluated 0 times %s%n",
                    complete ? "UNEVALUATED" : "Too early to say",
                    never.invariant(),
                    never.moment());
        }
        return !complete || result.unevaluated().isEmpty();
    }

    private static boolean onX86() {
        return HardwareMachine.isX86(System.getProperty("os.arch", ""));
    }

    private void printViolation() {
        out.println(result.violation());
        if (!result.events().isEmpty()) {
            out.println("The last operations there, the latest at 0:");
            result.events().forEach(out::println);
        }
    }

    private void printEvaluations() {
        out.printf(Locale.ROOT, "  %-22s %-14s %16s  %s%n", "invariant", "evaluated", "times", "on");
        for (SoakResult.Evaluated one : result.evaluations()) {
            out.printf(
                    Locale.ROOT,
                    "  %-22s %-14s %,16d  %,d %s%n",
                    one.invariant(),
                    one.moment(),
                    one.times(),
                    one.objects(),
                    one.kind());
        }
    }

    private void printCounters() {
        out.printf(Locale.ROOT, "  %-18s %-24s %13s  %s%n", "operation", "ended in", "times", "healthy");
        for (SoakResult.Counter counter : result.counters()) {
            out.printf(
                    Locale.ROOT,
                    "  %-18s %-24s %,13d  %s%n",
                    counter.operation(),
                    counter.end(),
                    counter.count(),
                    counter.healthy());
        }
    }

    private String size() {
        return String.format(
                Locale.ROOT,
                "%.1f s, %,d rounds, %,d operations",
                result.elapsed().toMillis() / 1000.0,
                result.rounds(),
                result.operations());
    }
}
