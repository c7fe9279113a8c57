// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pagerace.report.HostReport;
import pagerace.report.Journal;
import pagerace.report.Json;
import pagerace.report.RunVerdict;
import pagerace.verdict.Measurement;

/** Real runs to which something happens from outside: nothing measured is lost, and nothing passes that did not. */
class RunsThatGoWrongIT {
    /** Should hold, so it is run until the budget ends; and it brings its control. */
    private static final String POINT = "UnpinDirtyVsClean/PRECHECK_AFTER_FENCE";

    private static final Path JAR = Path.of("target", "pagerace.jar").toAbsolutePath();
    private static final long PATIENCE_MINUTES = 10;

    @TempDir
    private Path directory = Path.of("");

    /** A command line that runs. */
    private final class Going {
        private final Process process;
        private final Path said;

        Going(List<String> before, Map<String, String> environment, List<String> options) throws IOException {
            this(
                    before,
                    environment,
                    options,
                    List.of("stress", "--filter=" + POINT, "--budget=25s", "--output=" + output()));
        }

        Going(List<String> before, Map<String, String> environment, List<String> options, List<String> arguments)
                throws IOException {
            said = Files.createTempFile(directory, "said", ".txt");
            List<String> command = new ArrayList<>(before);
            command.addAll(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString()));
            command.addAll(options);
            command.addAll(List.of("-cp", JAR.toString(), Main.class.getName()));
            command.addAll(arguments);
            ProcessBuilder builder =
                    new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(said.toFile());
            builder.environment().putAll(environment);
            process = builder.start();
        }

        /** Waits until it measures, and returns the fork that does. */
        ProcessHandle fork() throws IOException, InterruptedException {
            for (long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(PATIENCE_MINUTES);
                    System.nanoTime() < end && process.isAlive();
                    Thread.sleep(20)) {
                if (lines() > 1) {
                    List<ProcessHandle> forks = process.descendants()
                            .filter(child -> child.info().command().orElse("").endsWith("java"))
                            .toList();
                    if (!forks.isEmpty()) {
                        return forks.get(0);
                    }
                }
            }
            throw new AssertionError("no fork: " + text());
        }

        private long lines() throws IOException {
            Path journal = output().resolve("measured.jsonl");
            if (!Files.exists(journal)) {
                return 0;
            }
            try (Stream<String> lines = Files.lines(journal)) {
                return lines.count();
            }
        }

        void signal(String name, String target) throws IOException, InterruptedException {
            int code = new ProcessBuilder("kill", "-" + name, "--", target + process.pid())
                    .start()
                    .waitFor();
            assertThat(code).as("kill -" + name).isZero();
        }

        int code() throws InterruptedException {
            assertThat(process.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES))
                    .as("it ends")
                    .isTrue();
            return process.exitValue();
        }

        String text() throws IOException {
            return Files.readString(said, StandardCharsets.UTF_8);
        }
    }

    private Path output() {
        return directory.resolve("out");
    }

    private Going start(String... before) throws IOException {
        return new Going(List.of(before), Map.of(), List.of());
    }

    private HostReport report() throws IOException {
        return Json.read(Files.readString(output().resolve("report.json")))
                .hosts()
                .get(0);
    }

    private void assertNoMark() {
        assertThat(output().resolve("passed")).doesNotExist();
        assertThat(output().resolve("undecided")).doesNotExist();
    }

    /** The host may be as bad as it likes: neither a failure, nor anything about the suite itself. */
    private static void assertPassedOrUndecided(Going run) throws IOException, InterruptedException {
        assertThat(run.code()).as(run.text()).isIn(ExitCode.PASSED, ExitCode.UNDECIDED);
    }

    /** To the run alone, as a job engine does it, and to its whole group, as a terminal does. */
    @ParameterizedTest
    @CsvSource({"INT, ''", "TERM, ''", "INT, -"})
    void anInterruptedRunReportsWhatItHas(String signal, String target) throws IOException, InterruptedException {
        // A build in the background ignores SIGINT, and so would what it starts.
        Going run = start("env", "--default-signal=INT", "setsid");
        ProcessHandle fork = run.fork();
        run.signal(signal, target);
        assertThat(run.code()).as("what a shell says of a signal").isIn(128 + 2, 128 + 15);
        assertThat(fork.isAlive()).as("the fork").isFalse();
        HostReport report = report();
        assertThat(report.isComplete()).isFalse();
        assertThat(report.measurements()).isNotEmpty();
        assertThat(report.verdict()).isEqualTo(RunVerdict.UNDECIDED);
        assertThat(report.headline())
                .startsWith("UNDECIDED: the run was interrupted, and this is what it had measured; ");
        assertThat(run.text()).contains(report.headline());
        assertThat(Journal.read(output().resolve("measured.jsonl")).end()).isNull();
        assertNoMark();
    }

    @Test
    void aForkThatIsKilledCostsItselfAndFailsTheRun() throws IOException, InterruptedException {
        Going run = start();
        assertThat(run.fork().destroyForcibly()).isTrue();
        assertThat(run.code()).as(run.text()).isEqualTo(ExitCode.FAILED);
        HostReport report = report();
        assertThat(report.isComplete()).as("the others went on").isTrue();
        assertThat(report.measurements().stream().filter(m -> m.failure() != null))
                .singleElement()
                .matches(Measurement::crashed);
        // While it measured, or between two forks.
        assertThat(run.text())
                .containsPattern("a fork crashed: the VM (is gone|died between two forks): it ended with code 137");
        assertNoMark();
    }

    @Test
    void aRunThatIsKilledLeavesWhatItMeasured() throws IOException, InterruptedException {
        Going run = start();
        ProcessHandle fork = run.fork();
        run.signal("KILL", "");
        assertThat(run.code()).isEqualTo(128 + 9);
        fork.destroyForcibly();
        assertNoMark();
        Ran again = Ran.of(
                "report", "--undecided=warn", output().resolve("measured.jsonl").toString());
        assertThat(again.code()).as("an interrupted run is not forgiven").isEqualTo(ExitCode.UNDECIDED);
        assertThat(report().measurements()).isNotEmpty();
        assertNoMark();
    }

    @Test
    void twoRunsDoNotShareADirectory() throws IOException, InterruptedException {
        Going first = start();
        ProcessHandle fork = first.fork();
        Going second = start();
        assertThat(second.code()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(second.text())
                .isEqualTo("Another run is going on in " + output() + "; name another directory by --output.\n");
        assertPassedOrUndecided(first);
        assertThat(fork.isAlive()).isFalse();
        assertThat(report().isComplete()).isTrue();
    }

    @Test
    void onOneCpuNothingIsMeasuredAndThatIsSaid() throws IOException, InterruptedException {
        assumeThat(Files.isExecutable(Path.of("/usr/bin/taskset")))
                .as("taskset")
                .isTrue();
        Going run = start("taskset", "-c", "0");
        assertThat(run.code()).as(run.text()).isEqualTo(ExitCode.UNDECIDED);
        assertThat(report().headline())
                .isEqualTo(
                        "UNDECIDED: two actors need two CPUs, and this process may use one; 2 of 2 points undecided, 2 because"
                                + " of the host; give it a second one");
        assertThat(report().measurements()).isEmpty();
    }

    @Test
    void onOneCpuTheDoctorNamesTheProblem() throws IOException, InterruptedException {
        assumeThat(Files.isExecutable(Path.of("/usr/bin/taskset")))
                .as("taskset")
                .isTrue();
        Going asked = new Going(List.of("taskset", "-c", "0"), Map.of(), List.of(), List.of("doctor"));
        assertThat(asked.code()).as(asked.text()).isEqualTo(1);
        assertThat(asked.text()).contains("problem  CPUs").endsWith("see the problems.\n");
    }

    @Test
    void withoutAffinityTheSystemPlacesTheActors() throws IOException, InterruptedException {
        List<String> options = List.of("-Djna.nounpack=true", "-Djna.nosys=true");
        List<String> doctor = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        doctor.addAll(options);
        doctor.addAll(List.of("-cp", JAR.toString(), Main.class.getName(), "doctor"));
        Process asked = new ProcessBuilder(doctor).redirectErrorStream(true).start();
        assertThat(new String(asked.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .contains("JCStress cannot bind threads to CPUs");
        assertPassedOrUndecided(new Going(List.of(), Map.of(), options));
        assertThat(report().measurements()).isNotEmpty();
    }

    @Test
    void whatTheEnvironmentGivesEveryVmIsRecorded() throws IOException, InterruptedException {
        Going run = new Going(List.of(), Map.of("JAVA_TOOL_OPTIONS", "-Dmine=1"), List.of());
        assertPassedOrUndecided(run);
        assertThat(report().runs().get(0).jvmArguments()).containsExactly("JAVA_TOOL_OPTIONS=-Dmine=1");
    }

    @Test
    void noLocaleChangesWhatIsWritten() throws IOException, InterruptedException {
        Going run = new Going(List.of(), Map.of("LC_ALL", "C"), List.of("-Dfile.encoding=ISO-8859-1"));
        assertPassedOrUndecided(run);
        assertThat(run.text()).isASCII();
        assertThat(Files.readString(output().resolve("report.html"), StandardCharsets.UTF_8))
                .contains("●");
        assertThat(Files.readString(output().resolve("report.json"), StandardCharsets.UTF_8))
                .contains(POINT);
    }

    /** A file may have 1 KB: the head of the journal has room, and a line or two. */
    @Test
    void aFullDiskIsOneSentence() throws IOException, InterruptedException {
        List<String> limited = List.of("bash", "-c", "ulimit -f 1; exec \"$@\"", "bash");
        Going run = new Going(limited, Map.of(), List.of("-XX:-UsePerfData"));
        assertThat(run.code()).as(run.text()).isEqualTo(ExitCode.CRASHED);
        assertThat(run.text()).contains("Nothing can be written to " + output()).doesNotContain("Exception", "\tat ");
        assertNoMark();
    }
}
