// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import pagerace.explore.Necessity;
import pagerace.price.PriceFile;
import pagerace.race.Race;
import pagerace.report.Journal;
import pagerace.report.Report;
import pagerace.report.Run;
import pagerace.report.Session;
import pagerace.report.Table;
import pagerace.stress.Engine;
import pagerace.stress.Limits;
import pagerace.stress.StressRun;
import pagerace.verdict.Measurement;
import pagerace.verdict.PredictionSummary;
import pagerace.verdict.Tally;

/**
 * A stress run from its plan to its exit code: it measures, writes down what was measured as it comes, grades, reports, and leaves
 * its mark.
 *
 * @param races the catalogue
 * @param run the run, as it begins
 * @param plan the points that threads are to run, of which nothing has been measured yet
 * @param asked the keys of all points that the report is about
 * @param predictions what the explorer says of each point that it was asked about, by key
 * @param necessity which steps are needed, by race
 * @param prices what was timed; null if nothing was
 * @param limits how long the threads may take
 * @param clock how long they have taken, what prepares them included
 * @param outputs where everything goes
 * @param gate what to make of it
 */
record StressSession(
        List<Race> races,
        Run run,
        List<Tally> plan,
        Set<String> asked,
        Map<String, PredictionSummary> predictions,
        Map<String, List<Necessity.Row>> necessity,
        @Nullable PriceFile prices,
        Limits limits,
        Supplier<Duration> clock,
        Outputs outputs,
        Gate gate) {
    /** Starts what runs forks; null if the host has no place for two actors. */
    interface Starter {
        @Nullable
        Engine start();
    }

    /**
     * Runs all of it; returns the exit code. Whatever is thrown on the way, what was measured until then is reported first.
     *
     * @param engine is asked once, if there is anything to measure
     * @param out takes progress and results
     * @param atShutdown takes what is to be started when the JVM shuts down
     */
    int run(Starter engine, Console out, Consumer<Thread> atShutdown) throws IOException {
        List<Measurement> measured = new CopyOnWriteArrayList<>();
        Report[] reported = new Report[1];
        Ending ending = new Ending(
                complete -> {
                    Session session = new Session(
                            List.of(run.ended(clock.get().toSeconds(), complete)),
                            keys(),
                            List.copyOf(measured),
                            prices);
                    Report report = Report.of(races, asked, predictions, necessity, List.of(session));
                    outputs.write(report, Format.USUAL);
                    out.print(Table.of(report, out.terminal()));
                    out.print(gate.warning(report));
                    out.println(
                            "Reports: " + outputs.directory().toAbsolutePath().normalize());
                    report.hosts().forEach(host -> out.print(Table.headline(host, out.terminal())));
                    out.out().flush();
                    reported[0] = report;
                    return gate.code(report);
                },
                atShutdown);
        int code;
        try (Journal journal = new Journal(outputs.journal(), head())) {
            code = ending.reportAfter(() -> {
                boolean complete = measure(engine, out, ending, measurement -> {
                    measured.add(measurement);
                    journal.add(measurement);
                });
                if (complete) {
                    journal.end(clock.get().toSeconds());
                }
                return complete;
            });
        }
        Outputs.Mark mark = gate.mark(reported[0]);
        if (mark != null) {
            outputs.leave(mark, run.id());
        }
        return code;
    }

    private Journal.Head head() {
        return new Journal.Head(Journal.SCHEMA, run, Report.digest(races), keys());
    }

    private List<String> keys() {
        return plan.stream().map(tally -> tally.point().key()).toList();
    }

    /**
     * Whether the run went on to its end. On one CPU that comes at once: the report says why nothing was measured.
     *
     * @throws BadInput if there are more, and yet no place for two actors
     */
    private boolean measure(Starter starter, Console out, Ending ending, Consumer<Measurement> sink) {
        if (plan.isEmpty()) {
            return true;
        }
        AtomicBoolean interrupted = new AtomicBoolean();
        ending.onInterruption(() -> interrupted.set(true));
        try (@Nullable Engine engine = starter.start()) {
            if (engine == null) {
                if (run.host().cpus() > 1) {
                    throw new BadInput("JCStress finds no place for two actors among the "
                            + run.host().cpus() + " CPUs that this process may use; ./pagerace doctor says more.");
                }
                return true;
            }
            StressRun stress =
                    new StressRun(plan, run.host().memoryModel(), run.forks(), engine, new ConsoleProgress(out), sink);
            ending.onInterruption(stress::stop);
            if (interrupted.get()) {
                return false;
            }
            stress.run(clock.get(), limits);
            return !stress.isStopped();
        }
    }
}
