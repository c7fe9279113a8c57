// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import pagerace.race.Reachability;
import pagerace.report.HostReport;
import pagerace.report.Journal;
import pagerace.report.Json;
import pagerace.report.Report;
import pagerace.report.Result;
import pagerace.report.Run;
import pagerace.report.RunVerdict;
import pagerace.stress.FakeEngine;
import pagerace.stress.Limits;
import pagerace.terminal.Terminal;
import pagerace.verdict.Cause;
import pagerace.verdict.Host;
import pagerace.verdict.PredictionSummary;
import pagerace.verdict.PredictionSummary.Answer;
import pagerace.verdict.PredictionSummary.Explored;
import pagerace.verdict.Probe;
import pagerace.verdict.TestRace;
import pagerace.verdict.TestRace.Fix;
import pagerace.verdict.Verdict;

/**
 * The gate of the build: every verdict, in every way in which a run can end, against exit code, mark, and end of the journal. The
 * table goes over the enums, so a new constant without a row does not compile.
 */
class StressSessionTest {
    private static final Host X86 = new Host("Linux", "amd64", 2, "17", Reachability.TSO);
    private static final Host ONE_CPU = new Host("Linux", "amd64", 1, "17", Reachability.TSO);
    private static final Duration AMPLE = Duration.ofMinutes(4);
    private static final Map<String, Double> LOUD = Map.of("QUIET", 1000.0, "WRONG", 1.0);
    private static final Map<String, Double> GOOD = Map.of("QUIET", 1000.0, "OVERLAPPED", 10.0);

    @TempDir
    private Path directory = Path.of("");

    /** How a run ends. */
    private enum End {
        /** It went on to its end. */
        BY_ITSELF,
        /** A signal came when each point had run once. */
        INTERRUPTED,
        /** The driver threw. */
        THREW,
        /** The host has one CPU, so nothing starts. */
        ONE_CPU,
        /** The host has two, and JCStress finds no place for two actors. */
        NO_PLACE
    }

    /**
     * What to run so that the point in question gets a verdict.
     *
     * @param fix its variant
     * @param rates what it yields
     * @param cause of an inconclusive one why
     */
    private record Case(
            Verdict verdict,
            Fix fix,
            Map<String, Double> rates,
            @Nullable Cause cause) {
        @Override
        public String toString() {
            return cause == null ? verdict.name() : verdict + " by " + cause;
        }

        /** What is said of a run that went on to its end. */
        RunVerdict ofRun() {
            return switch (verdict) {
                case HOLDS, REPRODUCED, LATENT, UNKNOWN, SKIPPED -> RunVerdict.PASSED;
                case BROKEN, UNPREDICTED -> RunVerdict.FAILED;
                case INCONCLUSIVE ->
                    switch (requireNonNull(cause)) {
                        case HOST, BUDGET -> RunVerdict.UNDECIDED;
                        case INSTRUMENT -> RunVerdict.FAILED;
                    };
            };
        }
    }

    private static Stream<Case> casesOf(Verdict verdict) {
        return switch (verdict) {
            case HOLDS -> Stream.of(new Case(verdict, Fix.FIXED, GOOD, null));
            case REPRODUCED -> Stream.of(new Case(verdict, Fix.UNFENCED, LOUD, null));
            case LATENT -> Stream.of(new Case(verdict, Fix.RELAXED, GOOD, null));
            case UNKNOWN -> Stream.of(new Case(verdict, Fix.OPEN, GOOD, null));
            case BROKEN -> Stream.of(new Case(verdict, Fix.FIXED, LOUD, null));
            case UNPREDICTED -> Stream.of(new Case(verdict, Fix.FIXED, Map.of("NOBODY_KNOWS", 1.0), null));
            case INCONCLUSIVE ->
                Stream.of(Cause.values()).map(cause -> new Case(verdict, Fix.FIXED, Map.of("QUIET", 1000.0), cause));
            case SKIPPED -> Stream.of(new Case(verdict, Fix.FIXED, GOOD, null));
        };
    }

    static Stream<Arguments> table() {
        return Stream.of(Verdict.values())
                .flatMap(StressSessionTest::casesOf)
                .flatMap(its -> Stream.of(End.values())
                        .flatMap(end -> Stream.of(Gate.Undecided.values())
                                .map(undecided -> Arguments.of(its, end, undecided))));
    }

    /** The exit code; -1 for an exception. */
    private static int expectedCode(Case its, End end, Gate.Undecided undecided) {
        RunVerdict run = its.verdict == Verdict.SKIPPED
                ? RunVerdict.PASSED
                : switch (end) {
                    case BY_ITSELF -> its.ofRun();
                    case INTERRUPTED ->
                        its.verdict == Verdict.INCONCLUSIVE || its.ofRun() == RunVerdict.PASSED
                                ? RunVerdict.UNDECIDED
                                : its.ofRun();
                    case ONE_CPU -> RunVerdict.UNDECIDED;
                    case THREW, NO_PLACE -> null;
                };
        boolean wentOn = end == End.BY_ITSELF || end == End.ONE_CPU;
        return run == null
                ? -1
                : switch (run) {
                    case PASSED -> ExitCode.PASSED;
                    case FAILED -> ExitCode.FAILED;
                    case UNDECIDED -> undecided == Gate.Undecided.WARN && wentOn ? ExitCode.PASSED : ExitCode.UNDECIDED;
                };
    }

    @ParameterizedTest(name = "{0}, {1}, {2}")
    @MethodSource("table")
    void everyVerdictInEveryWayToEnd(Case its, End end, Gate.Undecided undecided) throws Exception {
        boolean nothingToDo = its.verdict == Verdict.SKIPPED;
        Played played = play(its, end, undecided);
        int expected = expectedCode(its, end, undecided);
        assertThat(played.code).as(played.said).isEqualTo(expected);
        boolean wentOn = nothingToDo || end == End.BY_ITSELF || end == End.ONE_CPU;
        assertThat(Journal.read(directory.resolve("measured.jsonl")).end() != null)
                .as("the journal has its end")
                .isEqualTo(wentOn);
        Report report = Json.read(Files.readString(directory.resolve("report.json")));
        HostReport host = report.hosts().get(0);
        assertThat(host.isComplete()).isEqualTo(wentOn);
        if (end == End.BY_ITSELF && !nothingToDo) {
            Result result = host.results().stream()
                    .filter(each -> each.key().equals(TestRace.point(its.fix).key()))
                    .findFirst()
                    .orElseThrow();
            assertThat(result.verdict()).as(result.reason()).isEqualTo(its.verdict);
            assertThat(result.cause()).isEqualTo(its.cause);
            assertThat(report.verdict()).isEqualTo(its.ofRun());
        }
        boolean passed = expected == ExitCode.PASSED && report.verdict() == RunVerdict.PASSED;
        boolean forgiven = expected == ExitCode.PASSED && report.verdict() == RunVerdict.UNDECIDED;
        assertMark("passed", passed);
        assertMark("undecided", forgiven);
        assertThat(played.said.contains("Accepted as it is, because of --undecided warn\n"))
                .isEqualTo(forgiven);
        if (expected >= 0) {
            assertThat(played.said).endsWith("\n" + host.headline() + "\n");
            assertThat(host.headline()).startsWith(report.verdict() + ": ");
        }
    }

    private void assertMark(String name, boolean left) throws IOException {
        Path mark = directory.resolve(name);
        assertThat(Files.exists(mark)).as(name).isEqualTo(left);
        if (left) {
            assertThat(mark).hasContent(FakeEngine.RUN + "\n");
        }
    }

    private record Played(int code, String said) {}

    /** Runs the point and its control. */
    private Played play(Case its, End end, Gate.Undecided undecided) throws Exception {
        FakeEngine engine = new FakeEngine();
        engine.rates.put(Fix.BROKEN, LOUD);
        engine.rates.put(its.fix, its.rates);
        engine.probe = its.cause == Cause.HOST ? TestRace.BAD : TestRace.GOOD;
        Duration budget = its.cause == Cause.BUDGET ? Duration.ofSeconds(20) : AMPLE;
        List<Fix> plan = its.verdict == Verdict.SKIPPED ? List.of() : List.of(Fix.BROKEN, its.fix);
        return play(engine, plan, end, budget, undecided, end == End.ONE_CPU ? ONE_CPU : X86);
    }

    private Played play(
            FakeEngine engine, List<Fix> plan, End end, Duration budget, Gate.Undecided undecided, Host host)
            throws Exception {
        Run run = new Run(
                FakeEngine.RUN,
                "2026-01-01T00:00:00Z",
                "1",
                null,
                host,
                "",
                plan.isEmpty() ? "2/2" : null,
                List.of(),
                1,
                budget.toSeconds(),
                0,
                false);
        List<TestRace> races = List.of(new TestRace());
        StressSession session = new StressSession(
                List.copyOf(races),
                run,
                plan.stream().map(TestRace::tally).toList(),
                TestRace.keys(races),
                predictions(),
                Map.of(),
                null,
                Limits.of(budget),
                () -> Duration.ZERO,
                new Outputs(directory),
                new Gate(undecided));
        List<Thread> atShutdown = new ArrayList<>();
        engine.fate = measurement -> {
            if (engine.forks.size() == 2) {
                if (end == End.THREW) {
                    throw new IllegalStateException("as it had to");
                }
                if (end == End.INTERRUPTED) {
                    interrupt(engine, atShutdown.get(0));
                }
            }
            return measurement;
        };
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        Console out = new Console(new PrintStream(said, true, StandardCharsets.UTF_8), Terminal.FILE);
        StressSession.Starter starter = () -> end == End.ONE_CPU || end == End.NO_PLACE ? null : engine;
        if ((end == End.THREW || end == End.NO_PLACE) && !plan.isEmpty()) {
            assertThatThrownBy(() -> session.run(starter, out, atShutdown::add))
                    .hasMessage(
                            end == End.THREW
                                    ? "as it had to"
                                    : "JCStress finds no place for two actors among the 2 CPUs that this process may use;"
                                            + " ./pagerace doctor says more.");
            return new Played(-1, said.toString(StandardCharsets.UTF_8));
        }
        int code = session.run(starter, out, atShutdown::add);
        for (Thread thread : atShutdown) {
            if (thread.getState() != Thread.State.NEW) {
                thread.join();
            }
        }
        return new Played(code, said.toString(StandardCharsets.UTF_8));
    }

    /** As a signal does: the shutdown begins, and goes on as soon as forks have been killed. */
    private static void interrupt(FakeEngine engine, Thread shutdown) {
        CountDownLatch killed = new CountDownLatch(1);
        engine.onKill = killed::countDown;
        shutdown.start();
        try {
            killed.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What an explorer says that agrees with the catalogue. */
    private static Map<String, PredictionSummary> predictions() {
        Map<String, PredictionSummary> predictions = new HashMap<>();
        for (Fix fix : Fix.values()) {
            Reachability from = TestRace.point(fix).reachableFrom();
            if (from != Reachability.UNKNOWN) {
                Map<Reachability, Explored> models = new EnumMap<>(Reachability.class);
                for (Reachability model :
                        List.of(Reachability.SEQUENTIAL, Reachability.SC, Reachability.TSO, Reachability.WEAK)) {
                    boolean reached = from != Reachability.NEVER && from.compareTo(model) <= 0;
                    models.put(
                            model,
                            new Explored(
                                    reached ? Answer.REACHABLE : Answer.NEVER,
                                    reached ? Set.of("QUIET", "OVERLAPPED", "WRONG") : Set.of("QUIET", "OVERLAPPED"),
                                    null,
                                    1,
                                    1,
                                    1,
                                    1,
                                    "c0ffee",
                                    null));
                }
                predictions.put(TestRace.point(fix).key(), new PredictionSummary(models, Map.of(), null));
            }
        }
        return predictions;
    }

    private Played playGood(FakeEngine engine, Duration budget, Gate.Undecided undecided) throws Exception {
        engine.rates.put(Fix.BROKEN, LOUD);
        engine.rates.putIfAbsent(Fix.FIXED, GOOD);
        return play(engine, List.of(Fix.BROKEN, Fix.FIXED), End.BY_ITSELF, budget, undecided, X86);
    }

    @Test
    void aSilentCanaryOnAGoodHostIsNeverForgivenAndOnABadOneUndecided() throws Exception {
        FakeEngine engine = new FakeEngine();
        engine.canaryRates = Map.of("SEEN", 1000.0);
        Played played = playGood(engine, AMPLE, Gate.Undecided.WARN);
        assertThat(played.code).as(played.said).isEqualTo(ExitCode.FAILED);
        assertThat(played.said)
                .contains("FAILED: the canary STORE_BUFFERING in C2: showed it 0 of 1,000 times in ")
                .contains("HOLDS");
        assertMark("passed", false);
        assertMark("undecided", false);
        engine.probe = TestRace.BAD;
        assertThat(playGood(engine, AMPLE, Gate.Undecided.FAIL).code).isEqualTo(ExitCode.UNDECIDED);
    }

    @Test
    void aDeadWindowFailsOnAGoodHostThoughUndecidedRunsAreForgiven() throws Exception {
        FakeEngine engine = new FakeEngine();
        engine.rates.put(Fix.FIXED, Map.of("QUIET", 1000.0));
        assertThat(playGood(engine, AMPLE, Gate.Undecided.WARN).code).isEqualTo(ExitCode.FAILED);
        engine.probe = TestRace.BAD;
        assertThat(playGood(engine, AMPLE, Gate.Undecided.WARN).code).isEqualTo(ExitCode.PASSED);
        assertMark("undecided", true);
    }

    @Test
    void theMarkOfAnotherRunDoesNotStay() throws Exception {
        Outputs outputs = new Outputs(directory);
        outputs.leave(Outputs.Mark.PASSED, "another");
        outputs.leave(Outputs.Mark.UNDECIDED, "another");
        outputs.unmark();
        assertMark("passed", false);
        assertMark("undecided", false);
        int code = outputs.alone(() -> {
            assertThatThrownBy(() -> outputs.alone(() -> ExitCode.PASSED))
                    .isInstanceOf(BadInput.class)
                    .hasMessage("Another run is going on in " + directory + "; name another directory by --output.");
            Ran.of("stress", "--output=" + directory, "--filter=UnpinDirtyVsClean/PRECHECK")
                    .isRefusedWith("Another run is going on in " + directory + "; name another directory by --output.");
            return ExitCode.FAILED;
        });
        assertThat(code).isEqualTo(ExitCode.FAILED);
        assertThat(outputs.alone(() -> ExitCode.PASSED))
                .as("and then it is free again")
                .isEqualTo(ExitCode.PASSED);
    }

    /** What is reported is what was measured, canaries included; and the probe is there. */
    @Test
    void whatTheHostGaveIsReported() throws Exception {
        FakeEngine engine = new FakeEngine();
        engine.probe = new Probe(10, 9, 1000, 20, 90_000, 100, 200, 4, 0);
        playGood(engine, Duration.ofSeconds(30), Gate.Undecided.FAIL);
        HostReport host = Json.read(Files.readString(directory.resolve("report.json")))
                .hosts()
                .get(0);
        int forks = engine.forks.size() + engine.canaries.size();
        assertThat(host.measurements()).hasSize(forks);
        assertThat(host.given().probe().slots()).isEqualTo(10 * forks);
        assertThat(host.given().probe().met()).isEqualTo(9 * forks);
        assertThat(host.canaries())
                .extracting(canary -> canary.verdict())
                .hasSize(4)
                .containsOnly(Verdict.REPRODUCED);
        assertThat(host.results().stream().map(Result::key).collect(Collectors.toSet()))
                .isEqualTo(TestRace.keys(List.of(new TestRace())));
    }
}
