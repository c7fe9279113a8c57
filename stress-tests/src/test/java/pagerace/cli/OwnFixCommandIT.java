// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pagerace.machine.Machine;
import pagerace.mm.Entry;
import pagerace.mm.Steps;
import pagerace.mm.op.GupFast;
import pagerace.mm.op.Linux;
import pagerace.own.OwnFix;
import pagerace.report.Journal;
import pagerace.verdict.Measurement;
import pagerace.verdict.Tier;

/** The command line with a user's own fix on its class path, each time in a JVM of its own. */
class OwnFixCommandIT {
    /** Starts from mainline and changes nothing: what it is planned beside has no control that is planned everywhere. */
    public static class Unchanged extends OwnFix<GupFast, GupFast.Step> {
        /** Of {@code GUP-fast}. */
        public Unchanged() {
            super(
                    "GupFastVsFork",
                    "SEQ_ANON_EXCLUSIVE",
                    GupFast.class,
                    Linux.V6_1.steps(GupFast.Step.class),
                    "nothing is changed");
        }

        @Override
        public GupFast operation(Machine machine, GupFast builtIn, Steps<GupFast.Step> steps) {
            return builtIn;
        }
    }

    /** Changes nothing either. */
    public static final class OneOfTwo extends Unchanged {}

    /** Never gets anywhere by the fast path. */
    public static final class OtherOfTwo extends Unchanged {
        @Override
        public GupFast operation(Machine machine, GupFast builtIn, Steps<GupFast.Step> steps) {
            return new GupFast(builtIn.kernel, builtIn.mm) {
                @Override
                public Grab grab(int cpu, Entry entry, int flags) {
                    return new Grab(End.SEQ_ODD, 0);
                }
            };
        }
    }

    /** Counts its runs in a field. */
    public static final class Counting extends Unchanged {
        @Override
        public GupFast operation(Machine machine, GupFast builtIn, Steps<GupFast.Step> steps) {
            return new GupFast(builtIn.kernel, builtIn.mm) {
                private int runs;

                @Override
                public Grab grab(int cpu, Entry entry, int flags) {
                    mm.table.pmd().word.writeOnce(runs++);
                    return super.grab(cpu, entry, flags);
                }
            };
        }
    }

    /** Has a name that is taken. */
    public static final class Seq extends Unchanged {}

    /** Cannot be made. */
    public static final class Failing extends Unchanged {
        /** Fails. */
        public Failing() {
            throw new IllegalStateException("mine");
        }
    }

    private record Said(int code, String out, String err) {}

    @TempDir
    private Path directory;

    private Said run(List<Class<?>> fixes, String... arguments) throws IOException, InterruptedException {
        Path services = Files.createDirectories(directory.resolve("META-INF").resolve("services"));
        Files.write(
                services.resolve(OwnFix.class.getName()),
                fixes.stream().map(Class::getName).toList());
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path") + File.pathSeparator + directory,
                Main.class.getName()));
        command.addAll(List.of(arguments));
        Path out = directory.resolve("out");
        Path err = directory.resolve("err");
        int code = new ProcessBuilder(command)
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start()
                .waitFor();
        return new Said(
                code, Files.readString(out, StandardCharsets.UTF_8), Files.readString(err, StandardCharsets.UTF_8));
    }

    @Test
    void isExploredWithoutDisagreement() throws Exception {
        Said said = run(List.of(Unchanged.class), "explore", "GupFastVsFork/UNCHANGED[write,small,first-pin,x86]");
        assertThat(said.err()).isEmpty();
        assertThat(said.code()).isZero();
        assertThat(said.out())
                .contains(
                        "GupFastVsFork/UNCHANGED[write,small,first-pin,x86]",
                        "The simplest schedule to OUT_OF_SYNC under WEAK")
                .doesNotContain("the catalogue says");
    }

    @Test
    void itsStepsAreDroppedAndNobodyElses() throws Exception {
        Said said = run(List.of(Unchanged.class), "necessity", "GupFastVsFork/UNCHANGED[write,small,later-pin,x86]");
        assertThat(said.code()).isZero();
        assertThat(said.out().lines().filter(line -> line.startsWith("  ") && !line.startsWith("   ")))
                .hasSize(Linux.V6_1.steps(GupFast.Step.class).inOrder().size())
                .allMatch(line -> line.startsWith("  UNCHANGED-"))
                .contains("  UNCHANGED-RECHECK_SEQ: as UNCHANGED, but without GupFast's RECHECK_SEQ");
        assertThat(said.out()).contains("needed: without it, reachable from SC on");
    }

    @Test
    void itsControlRunsEvenWhereNoPlanHasIt() throws Exception {
        Said said = run(
                List.of(Unchanged.class),
                "stress",
                "--budget=1s",
                "--output=" + directory,
                "--filter=GupFastVsFork/UNCHANGED[write,small,first-pin,x86]");
        assertThat(said.code()).isEqualTo(2);
        assertThat(said.err()).contains("the plan for 2 points needs at least");
    }

    @Test
    void twoOfOneRaceAreMeasuredInOneVmAndEachAsItself() throws Exception {
        String place = "[write,small,later-pin,x86]";
        Said said = run(
                List.of(OneOfTwo.class, OtherOfTwo.class),
                "stress",
                "--budget=20s",
                "--output=" + directory,
                "--filter=GupFastVsFork/*_OF_TWO" + place);
        // From JDK 24 on the VM has something to say of native code.
        assertThat(said.err().lines().filter(line -> !line.isBlank() && !line.startsWith("WARNING: ")))
                .isEmpty();
        List<Measurement> measured =
                Journal.read(directory.resolve("measured.jsonl")).measurements();
        Function<String, List<Measurement>> inC2 = variant -> measured.stream()
                .filter(m ->
                        m.point().equals("GupFastVsFork/" + variant + place) && m.tier() == Tier.C2 && m.samples() > 0)
                .toList();
        List<Measurement> one = inC2.apply("ONE_OF_TWO");
        List<Measurement> other = inC2.apply("OTHER_OF_TWO");
        assumeThat(one).as("the host had time for it").isNotEmpty();
        assumeThat(other).as("the host had time for it").isNotEmpty();
        assertThat(one.get(0).vm()).isEqualTo(other.get(0).vm());
        assertThat(one).allMatch(m -> m.outcomes().containsKey("PINNED_IN_SYNC"));
        assertThat(other)
                .allMatch(m ->
                        m.samples() > 0 && m.outcomes().keySet().stream().allMatch(word -> word.startsWith("SLOW_")));
        assertThat(one)
                .extracting(Measurement::vm)
                .as("no VM measures a point twice")
                .doesNotHaveDuplicates();
        assertThat(measured)
                .filteredOn(m -> m.tier() == Tier.C2 && m.samples() > 0)
                .allSatisfy(m -> assertThat(m.warmUp().values().stream()
                                .mapToLong(count -> count)
                                .sum())
                        .as("executions before the compiler has had to look")
                        .isGreaterThanOrEqualTo(40_000));
    }

    @Test
    void thatBreaksARuleIsNamedWithClassAndLine() throws Exception {
        for (String command : List.of("explore", "necessity", "stress")) {
            List<String> arguments = new ArrayList<>(List.of(command));
            String point = "GupFastVsFork/COUNTING[write,small,later-pin,x86]";
            arguments.addAll(
                    command.equals("stress") ? List.of("--filter=" + point, "--output=" + directory) : List.of(point));
            Said said = run(List.of(Counting.class), arguments.toArray(String[]::new));
            assertThat(said.code()).as(command).isEqualTo(2);
            assertThat(said.err().lines())
                    .as(command)
                    .singleElement()
                    .asString()
                    .startsWith("The own fix GupFastVsFork/COUNTING")
                    .contains("cannot be explored: an actor did not repeat itself: WRITE of word ")
                    .containsPattern("OwnFixCommandIT\\$Counting\\$1\\.grab:\\d+")
                    .endsWith(".");
        }
    }

    @Test
    void thatCannotBeUsedIsOneSentence() throws Exception {
        Said said = run(List.of(Seq.class, Failing.class, Unchanged.class), "explore", "GupFastVsFork/CHECK_ONLY");
        assertThat(said.code()).isEqualTo(2);
        assertThat(said.out()).isEmpty();
        assertThat(said.err().lines())
                .hasSize(2)
                .allMatch(line -> line.endsWith("."))
                .anyMatch(line ->
                        line.contains("$Failing could not be instantiated: java.lang.IllegalStateException: mine"))
                .anyMatch(line -> line.contains("$Seq is called SEQ, as another variant of GupFastVsFork is"));
    }
}
