// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import pagerace.race.Nearest;
import pagerace.soak.Mutant;
import pagerace.soak.Soak;
import pagerace.soak.SoakResult;
import pagerace.terminal.Columns;
import pagerace.terminal.Terminal;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Runs random operations over one address space and checks invariants over all of it. */
@Command(
        name = "soak",
        description =
                "Run random operations on real threads over one address space, and check invariants over all of it"
                        + " whenever the threads pause.",
        exitCodeList = {
            "0:mainline holds, the mutant was caught if it must be, or the mutants were listed",
            "1:a violation, a check that was never made, an operation that never ended as it should, a mutant that was"
                    + " not caught, or an interruption",
            ExitCode.MEANS_BAD_INPUT,
            ExitCode.MEANS_CRASHED
        },
        footer = {
            "Mainline passes if every check was made and no invariant is violated and, after 30 million operations, every"
                    + " operation has ended in every way that it should; a mutant passes if it is caught, or if x86 cannot"
                    + " show it and does not. A run goes on beyond its time, by a second or so, until every check was"
                    + " made.",
            "Without --all nothing in the same run shows that a mistake would have been seen."
        })
final class SoakCommand implements Callable<Integer> {
    @Option(
            names = "--time",
            paramLabel = "TIME",
            defaultValue = "60s",
            description = "How long a run may take: 10m, 60s, PT1H. Default: ${DEFAULT-VALUE}.")
    private String time = "60s";

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "How many threads. Default: one for each CPU, at least 2.")
    private int threads = Math.max(2, Runtime.getRuntime().availableProcessors());

    @Option(
            names = "--seed",
            paramLabel = "S",
            description = "Gives every thread the same sequence of choices again. Default: any.")
    private long seed = ThreadLocalRandom.current().nextLong(Integer.MAX_VALUE);

    @Option(
            names = "--mutant",
            paramLabel = "NAME",
            description = "The mutant to run. Default: none, which is mainline.")
    private @Nullable String mutant;

    @Option(
            names = "--stripes",
            paramLabel = "N",
            defaultValue = "64",
            description = "Page-table locks of an address space, a power of two. Default: ${DEFAULT-VALUE}.")
    private int stripes = 64;

    @Option(
            names = "--folios",
            paramLabel = "N",
            defaultValue = "1024",
            description = "Folios, spare ones included. Default: ${DEFAULT-VALUE}.")
    private int folios = 1024;

    @Option(names = "--list", description = "List the mutants, and what it takes to see them fail.")
    private boolean list;

    @Option(
            names = "--all",
            description = "Run mainline, then every mutant that must be caught, each for at most the time.")
    private boolean all;

    private volatile boolean interrupted;

    private final PrintStream out;
    private final Terminal terminal;
    private final Runs runs;

    /** What runs a soak. */
    @FunctionalInterface
    interface Runs {
        SoakResult run(Soak.Settings settings, Duration time, Soak.Progress progress);
    }

    SoakCommand(Console console) {
        this(console, Soak::run);
    }

    SoakCommand(Console console, Runs runs) {
        out = console.out();
        terminal = console.terminal();
        this.runs = runs;
    }

    @Override
    public Integer call() throws IOException {
        if (list) {
            listMutants();
            return ExitCode.PASSED;
        }
        Duration limit = Budget.parse(time);
        check();
        Mutant asked = mutant == null ? null : named(mutant);
        boolean passed = run(asked, limit);
        if (all) {
            Iterator<Mutant> rest = catchable().iterator();
            while (rest.hasNext() && !interrupted) {
                passed &= run(rest.next(), limit);
            }
            out.println(passed ? "PASSED: mainline holds, and every mutant was caught" : "FAILED");
        }
        return passed ? ExitCode.PASSED : ExitCode.FAILED;
    }

    private void check() {
        if (threads < 2) {
            throw new BadInput("A soak by " + threads + " threads has nothing to race; use 2 at least.");
        }
        if (Integer.bitCount(stripes) != 1 || stripes < 1) {
            throw new BadInput("The number of stripes must be a power of two, not " + stripes
                    + "; the nearest below is " + Integer.highestOneBit(Math.max(1, stripes)) + ".");
        }
        int fewest = Soak.Settings.fewestFolios(threads);
        if (folios < fewest) {
            throw new BadInput(
                    folios + " folios are too few for " + threads + " threads; give " + fewest + " at least.");
        }
        if (all && mutant != null) {
            throw new BadInput("All mutants and one mutant cannot be asked for together; leave out --all or --mutant.");
        }
    }

    private static Mutant named(String name) {
        List<String> names = Arrays.stream(Mutant.values()).map(Mutant::name).toList();
        return Arrays.stream(Mutant.values())
                .filter(one -> one.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new BadInput("There is no mutant " + name + "; "
                        + Nearest.hint(name, names, "soak --list names them") + "."));
    }

    private static Stream<Mutant> catchable() {
        return Arrays.stream(Mutant.values()).filter(Mutant::mustBeCaught);
    }

    private void listMutants() {
        List<String> head = List.of("mutant", "shown by", "in a soak");
        List<List<String>> rows = Stream.of(Mutant.values())
                .map(one -> List.of(
                        one.name(),
                        one.shown().toString(),
                        one.mustBeCaught() ? "must be caught" : one.isReachable() ? "rare" : "not expected on x86"))
                .toList();
        Columns columns = new Columns(
                terminal, "", Stream.concat(Stream.of(head), rows.stream()).toList());
        out.print(columns.line(head));
        rows.forEach(row -> out.print(columns.line(row)));
        out.print(terminal.fit(
                "\nsequential: one thread after the other shows it. SC: some interleaving. TSO: a store buffer,"
                        + " as x86 has. weak only: only a CPU weaker than x86. other TLBs: only a TLB flush that does not wait for"
                        + " walkers, as on arm64; here each flush waits.\n"));
    }

    /** Whether the run came to what it should. */
    private boolean run(@Nullable Mutant which, Duration limit) throws IOException {
        String name = which == null ? "mainline" : which.name();
        out.print(terminal.fit(String.format(
                Locale.ROOT,
                "Soak of %s: %d threads, %d folios, %d stripes, seed %d, at most %s%n",
                name,
                threads,
                folios,
                stripes,
                seed,
                Budget.text(limit))));
        OneSoak soak = new OneSoak(which, limit);
        Ending ending = new Ending(soak::report);
        ending.onInterruption(soak::interrupt);
        return ending.reportAfter(soak::run) == ExitCode.PASSED;
    }

    /** One run: shows how far it is, ends between two rounds if the user wants it to, and reports what it has by then. */
    private final class OneSoak implements Soak.Progress {
        private final @Nullable Mutant which;
        private final Duration limit;
        private final ProgressLine line = new ProgressLine(out, terminal);
        private @Nullable SoakResult result;

        OneSoak(@Nullable Mutant which, Duration limit) {
            this.which = which;
            this.limit = limit;
        }

        /** Whether it went on to its end. */
        boolean run() {
            result = runs.run(new Soak.Settings(seed, threads, stripes, folios, which, Long.MAX_VALUE), limit, this);
            return !interrupted;
        }

        void interrupt() {
            interrupted = true;
        }

        @Override
        public boolean isInterrupted() {
            return interrupted;
        }

        @Override
        public void at(Duration elapsed, long rounds, long operations) {
            if (line.isDue(elapsed)) {
                line.show(
                        elapsed,
                        String.format(
                                Locale.ROOT,
                                "[%s, %s left] %,d rounds, %,d operations",
                                Budget.text(elapsed),
                                Budget.text(elapsed.compareTo(limit) < 0 ? limit.minus(elapsed) : Duration.ZERO),
                                rounds,
                                operations));
            }
        }

        int report(boolean complete) {
            line.clear();
            boolean passed = false;
            if (result != null) {
                SoakReport report = new SoakReport(out, terminal, result, complete);
                passed = which == null ? report.ofMainline() : report.ofMutant(which);
            }
            if (!complete) {
                out.println("INTERRUPTED: it was to go on");
            }
            return passed && complete ? ExitCode.PASSED : ExitCode.FAILED;
        }
    }
}
