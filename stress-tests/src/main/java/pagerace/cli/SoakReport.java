// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import pagerace.machine.HardwareMachine;
import pagerace.soak.Mutant;
import pagerace.soak.SoakResult;
import pagerace.terminal.Columns;
import pagerace.terminal.Terminal;

/** What the console says of a soak, and whether it came to what it should. */
final class SoakReport {
    private final PrintStream out;
    private final Terminal terminal;
    private final SoakResult result;
    private final boolean complete;

    /** Of {@code result}, which is {@code complete} if nobody interrupted it. */
    SoakReport(PrintStream out, Terminal terminal, SoakResult result, boolean complete) {
        this.out = out;
        this.terminal = terminal;
        this.result = result;
        this.complete = complete;
    }

    /** Says what came of mainline; whether it holds, as far as the run can say. */
    boolean ofMainline() {
        printEvaluations();
        printCounters();
        String violation = result.violation();
        if (violation != null) {
            printViolation(violation);
            say("VIOLATED after " + size());
            return false;
        }
        boolean evaluated = isEvaluated();
        for (SoakResult.Counter counter : result.unhealthy()) {
            say(String.format(
                    Locale.ROOT,
                    "%s: %s ended %,d times in %s, not %s",
                    result.isUnhealthy() ? "UNHEALTHY" : "Too early to say",
                    counter.operation(),
                    counter.count(),
                    counter.end(),
                    counter.healthy()));
        }
        if (!evaluated) {
            say("UNEVALUATED: no invariant was violated, but not every check was made, in " + size());
            return false;
        }
        if (result.isUnhealthy()) {
            say("UNHEALTHY: no invariant was violated, but not everything happened that should, in " + size());
            return false;
        }
        say((result.isLongEnough() ? "HOLDS" : "HOLDS SO FAR") + ": no invariant was violated in " + size());
        return true;
    }

    /** Says what came of {@code mutant}; whether it was caught if it must be, and not if it cannot be. */
    boolean ofMutant(Mutant mutant) {
        String violation = result.violation();
        if (violation != null) {
            printViolation(violation);
            if (!mutant.mayShowAs(violation)) {
                say("NOT CAUGHT: something else went wrong after " + size());
                return false;
            }
            say("CAUGHT after " + size());
            return mutant.isReachable() || !onX86();
        }
        boolean evaluated = isEvaluated();
        String expected = mutant.isReachable() ? "rare" : "as expected on x86";
        say("NOT CAUGHT" + (mutant.mustBeCaught() ? "" : ", " + expected + ",") + " in " + size());
        return evaluated && !mutant.mustBeCaught();
    }

    /** Whether each check was made, as it is in any run that nobody interrupts; says which were not. */
    private boolean isEvaluated() {
        for (SoakResult.Evaluated missing : result.unevaluated()) {
            say((complete ? "UNEVALUATED" : "Too early to say") + ": \"" + missing.invariant() + "\" was evaluated "
                    + (missing.times() == 0 ? "0 times" : "on " + objects(missing)) + " " + missing.moment() + ": "
                    + missing.what());
        }
        return !complete || result.unevaluated().isEmpty();
    }

    private static boolean onX86() {
        return HardwareMachine.isX86(System.getProperty("os.arch", ""));
    }

    private void printViolation(String violation) {
        say(violation);
        if (!result.events().isEmpty()) {
            say("The last operations there, the latest at 0:");
            result.events().forEach(this::say);
        }
    }

    private void printEvaluations() {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("invariant", "evaluated", "times", "on", "what"));
        for (SoakResult.Evaluated one : result.evaluations()) {
            rows.add(List.of(
                    one.invariant(),
                    one.moment(),
                    String.format(Locale.ROOT, "%,d", one.times()),
                    objects(one),
                    one.what()));
        }
        print(rows, List.of(3, 1, 2));
    }

    /** How many; and out of how many, if it must be more than one. */
    private static String objects(SoakResult.Evaluated one) {
        String all = one.fewestObjects() == 1 ? "" : "of " + one.fewestObjects() + " ";
        return String.format(Locale.ROOT, "%,d ", one.objects()) + all + one.kind();
    }

    private void printCounters() {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("operation", "ended in", "times", "healthy"));
        for (SoakResult.Counter counter : result.counters()) {
            rows.add(List.of(
                    counter.operation(),
                    counter.end(),
                    String.format(Locale.ROOT, "%,d", counter.count()),
                    counter.healthy()));
        }
        print(rows, List.of());
    }

    /** Both tables have numbers in the third column. */
    private void print(List<List<String>> rows, List<Integer> dispensable) {
        Columns columns = new Columns(terminal, "  ", rows, Set.of(2), dispensable);
        rows.forEach(row -> out.print(columns.line(row)));
    }

    private void say(String line) {
        out.print(terminal.fit(line + "\n"));
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
