// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import pagerace.stress.TierProbe;
import pagerace.verdict.Tier;

/** What stress says before it measures anything. */
class StressOptionsTest {
    @TempDir
    private Path directory = Path.of("");

    private Ran stress(String... options) {
        String[] arguments = new String[options.length + 2];
        arguments[0] = "stress";
        arguments[1] = "--output=" + directory;
        System.arraycopy(options, 0, arguments, 2, options.length);
        return Ran.of(arguments);
    }

    @Test
    void moreForksTakeLonger() {
        stress("--filter=UnpinDirtyVsClean/PRECHECK", "--budget=11s", "--forks=10")
                .isRefusedWith(
                        "A budget of 11s is less than the 14s that the plan for 1 point needs at least; give it that"
                                + " much, or choose fewer points by a filter.");
    }

    @Test
    void noMoreCpusThanThereAre() {
        stress("--budget=1s", "--cpus=9999")
                .isRefusedWith("--cpus 9999 is more than this process may use; the most is "
                        + Runtime.getRuntime().availableProcessors() + ".");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--forks=0 | With 0 forks nothing is measured; the fewest is 1.",
                "--cpus=1 | --cpus 1 is too few: a fork needs a CPU for each of its actors; the fewest is 2.",
                "--forks=x | Invalid value for option '--forks': 'x' is not an int; see pagerace stress --help.",
                "--fork=1 | pagerace stress does not understand --fork=1; the nearest is --forks.",
                "--jvm-args=-ea -Xint | --jvm-args has -Xint, which can change what is compiled and how: then no fork"
                        + " runs as its tier says; leave it out.",
                "--jvm-args=-Xmx64m | With --jvm-args=\"-Xmx64m\" no fork runs in C2: the VM does not start: Initial heap"
                        + " size set to a larger value than the maximum heap size; leave out the flag that does that.",
                "--jvm-args=-Xmx1g -XX:+Nonsense | With --jvm-args=\"-Xmx1g -XX:+Nonsense\" no fork runs in C2: the VM does not"
                        + " start: Unrecognized VM option 'Nonsense'; leave out the flag that does that.",
            })
    void optionsThatCannotBe(String option, String sentence) {
        stress("--budget=1s", option).isRefusedWith(sentence);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-Xint",
                "-Xcomp",
                "-Xmixed",
                "-XX:CompileCommand=exclude,*.*",
                "-XX:CompileThreshold=1",
                "-XX:CompilationMode=quick-only",
                "-XX:-TieredCompilation",
                "-XX:Tier3InvocationThreshold=1",
                "-XX:-UseCompiler",
                "-XX:+UseJVMCICompiler",
                "-XX:+EnableJVMCI",
                "-XX:Flags=file",
                "-XX:VMOptionsFile=file",
                "@file",
            })
    void flagsThatChangeWhatIsCompiled(String flag) {
        String sentence = " has " + flag + ", which can change what is compiled";
        assertThat(stress("--budget=1s", "--jvm-args=-ea " + flag).err()).startsWith("--jvm-args" + sentence);
        ForkOptions inherited =
                new ForkOptions(Map.of("JDK_JAVA_OPTIONS", "-ea '" + flag + "'"), TierProbe::complaints);
        assertThatThrownBy(inherited::check)
                .isInstanceOf(BadInput.class)
                .hasMessageStartingWith("JDK_JAVA_OPTIONS" + sentence);
    }

    @Test
    void whatTheEnvironmentGivesIsProbedAndRecorded() {
        ForkOptions harmless =
                new ForkOptions(Map.of("JAVA_TOOL_OPTIONS", "-ea", "OTHER", "-Xint"), TierProbe::complaints);
        harmless.check();
        assertThat(harmless.flags()).containsExactly("JAVA_TOOL_OPTIONS=-ea");
        assertThat(harmless.jvmArguments()).isEmpty();
        assertThat(new ForkOptions(Map.of(), TierProbe::complaints).flags()).isEmpty();
        assertThatThrownBy(new ForkOptions(Map.of("_JAVA_OPTIONS", "-Xmx1m"), TierProbe::complaints)::check)
                .isInstanceOf(BadInput.class)
                .hasMessageStartingWith("With _JAVA_OPTIONS=\"-Xmx1m\" no fork runs in C2: the VM does not start: ");
    }

    @Test
    void aVmThatLacksACompilerIsRefusedWithoutFlags() {
        ForkOptions plain = new ForkOptions(
                Map.of(), (arguments, environment) -> Map.of(Tier.C2, "the VM runs with TieredStopAtLevel=1"));
        assertThatThrownBy(plain::check)
                .isInstanceOf(BadInput.class)
                .hasMessage("No fork of the VM in " + System.getProperty("java.home")
                        + " is C2: the VM runs with TieredStopAtLevel=1; take a HotSpot JDK with both compilers, by --jdk, or"
                        + " JAVA_HOME for Maven.");
    }

    @Test
    void theProbeSeesWhatTheEnvironmentDoesToATier() {
        assertThat(TierProbe.complaints(List.of(), Map.of("JAVA_TOOL_OPTIONS", "-Xint")))
                .containsOnlyKeys(Tier.C2, Tier.C2_STRESS, Tier.C1);
    }

    @Test
    void theProbeKeepsQuiet() {
        PrintStream console = System.out;
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        System.setOut(new PrintStream(said, true, StandardCharsets.UTF_8));
        try {
            assertThat(TierProbe.complaints(List.of(), Map.of())).isEmpty();
        } finally {
            System.setOut(console);
        }
        assertThat(said.toString(StandardCharsets.UTF_8)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"-XX:+UseParallelGC", "-Xmx1g -XX:+UseG1GC", "-ea"})
    void flagsThatLeaveTheCompilersAlone(String flags) {
        assertThat(stress("--budget=1s", "--jvm-args=" + flags).err()).startsWith("A budget of 1s is less than");
    }

    @Test
    void noSuchJdk() {
        stress("--jdk=" + directory)
                .isRefusedWith(
                        "There is no JDK in " + directory + ": it has no bin/java; the nearest is the one that runs"
                                + " this, " + System.getProperty("java.home") + ".");
    }

    @Test
    void aJdkThatIsTooOldOrNone() throws IOException {
        stress("--jdk=" + fakeJdk("java.specification.version = 11"))
                .isRefusedWith(directory + " is JDK 11; the oldest that will do is 17.");
        stress("--jdk=" + fakeJdk("java.specification.version = 1.8"))
                .isRefusedWith(directory + " is JDK 8; the oldest that will do is 17.");
        stress("--jdk=" + fakeJdk("What?"))
                .isRefusedWith(directory + " is no JDK that runs; the oldest that will do is 17.");
    }

    /** A launcher that says {@code text}. */
    private Path fakeJdk(String text) throws IOException {
        Path java = Files.createDirectories(directory.resolve("bin")).resolve("java");
        Files.writeString(java, "#!/bin/sh\necho '    " + text + "'\n");
        Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
        return directory;
    }

    @Test
    void theSameCommandLineRunsOnTheOtherJdk() {
        Ran other = stress("--jdk", System.getProperty("java.home"), "--budget=soon");
        assertThat(other.code()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(other.err()).as("it is the child that complains").isEmpty();
    }

    /** Undecided is undecided there, too; what no command exits with, such as that of a JVM that was killed, is a crash. */
    @ParameterizedTest
    @CsvSource({"0, 0", "1, 1", "2, 2", "3, 3", "4, 4", "5, 3", "137, 3"})
    void theCodeOfTheOtherJdkCounts(int theirs, int ours) throws IOException {
        Path java = fakeJdk("").resolve("bin").resolve("java");
        Files.writeString(
                java,
                "#!/bin/sh\nif [ \"$1\" = -XshowSettings:properties ]; then\n"
                        + "  echo '    java.specification.version = 25'\nelse\n  exit " + theirs + "\nfi\n");
        assertThat(stress("--jdk=" + directory, "--forks=2").code()).isEqualTo(ours);
    }

    @Test
    void theOtherJdkGetsTheSameArgumentsAndItsCodeCounts() throws IOException {
        Path said = directory.resolve("said");
        Path java = fakeJdk("").resolve("bin").resolve("java");
        Files.writeString(
                java,
                "#!/bin/sh\nif [ \"$1\" = -XshowSettings:properties ]; then\n"
                        + "  echo '    java.specification.version = 25'\nelse\n"
                        + "  for a; do echo \"$a\"; done > " + said + "; exit 1\nfi\n");
        assertThat(stress("--jdk=" + directory, "--filter", "Gup*", "--forks=2").code())
                .isEqualTo(1);
        assertThat(said)
                .content()
                .isEqualTo("--enable-native-access=ALL-UNNAMED\n-cp\n" + System.getProperty("java.class.path")
                        + "\npagerace.cli.Main\nstress\n--output=" + directory + "\n--filter\nGup*\n--forks=2\n");
    }

    @Test
    void onlyTheOptionAndItsValueAreLeftOut() {
        assertThat(OtherJdk.without("--jdk", List.of("stress", "--jdk", "a", "--jdks=b", "--jdk=c", "--forks=1")))
                .containsExactly("stress", "--jdks=b", "--forks=1");
    }
}
