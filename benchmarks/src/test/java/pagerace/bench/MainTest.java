// SPDX-License-Identifier: Apache-2.0
package pagerace.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MainTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(String... arguments) {
        return Main.run(stream(out), stream(err), arguments);
    }

    private static PrintStream stream(ByteArrayOutputStream bytes) {
        return new PrintStream(bytes, true, StandardCharsets.UTF_8);
    }

    @Test
    void aRunLeavesPricesAndWhatJmhMeasured(@TempDir Path directory) throws IOException {
        assertThat(run("--short", "--filter=UnpinDirtyVsClean/PRECHECK", "--output=" + directory))
                .isZero();
        JsonNode file =
                new ObjectMapper().readTree(directory.resolve("prices.json").toFile());
        assertThat(file.get("complete").asBoolean()).isTrue();
        assertThat(file.get("control").get("voidBecause").isNull())
                .as("a fence costs time here, too: " + file.get("control"))
                .isTrue();
        assertThat(file.get("control").get("ratio").get("n").asInt())
                .isEqualTo(Effort.SHORT.ofControl().rounds());
        assertThat(file.get("prices")).hasSize(10);
        JsonNode base = file.get("prices").get(0);
        assertThat(base.get("point").asText()).isEqualTo("UnpinDirtyVsClean/PRECHECK");
        assertThat(base.get("claim").asText()).isEqualTo("SAME");
        JsonNode dearer = file.get("prices").get(2);
        assertThat(dearer.get("point").asText()).isEqualTo("UnpinDirtyVsClean/ALWAYS_LOCK");
        assertThat(dearer.get("ratio").get("n").asInt()).isEqualTo(Effort.SHORT.rounds());
        assertThat(dearer.get("ratio").get("median").asDouble()).isGreaterThan(0);
        assertThat(dearer.get("again").get("n").asInt())
                .as("the base against itself, where courses differ")
                .isEqualTo(Effort.SHORT.rounds());
        JsonNode writeback = file.get("prices").get(5);
        assertThat(writeback.get("operation").asText()).isEqualTo("writeback");
        assertThat(writeback.get("again").isNull()).as("all do the same").isTrue();
        JsonNode raw = new ObjectMapper().readTree(directory.resolve("jmh.json").toFile());
        assertThat(raw).as("the control, and the race").hasSize(2 * Effort.SHORT.forks());
        assertThat(raw.get(1).get("params").get("plan").asText().split(" \\| ", -1))
                .hasSize(raw.get(1).get("measurementIterations").asInt() / Effort.SHORT.rounds())
                .contains("2 UnpinDirtyVsClean/ALWAYS_LOCK: user of the pin");
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains(
                        "user of the pin, compared with UnpinDirtyVsClean/PRECHECK",
                        "] UnpinDirtyVsClean, JVM 1 of 1",
                        "\nControl: a fence more costs ");
    }

    /** What every entry takes: the one with the fence so much, all others 10 ns. */
    private JsonNode timed(double withFence, int exitCode, Path directory) throws IOException {
        int code = Main.run(
                stream(out),
                stream(err),
                (effort, arguments) -> new FakeRunner(
                        effort.rounds(), 1, (entry, jvm, round) -> entry.contains("/WITH_FENCE") ? withFence : 10),
                "--short",
                "--filter=UnpinDirtyVsClean",
                "--output=" + directory);
        assertThat(code).isEqualTo(exitCode);
        return new ObjectMapper().readTree(directory.resolve("prices.json").toFile());
    }

    @Test
    void pricesCountIfAFenceMoreCostsMore(@TempDir Path directory) throws IOException {
        JsonNode file = timed(20, 0, directory);
        assertThat(file.get("control").get("voidBecause").isNull()).isTrue();
        assertThat(file.get("control").get("ratio").get("median").asDouble()).isEqualTo(2);
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("\nControl: a fence more costs 2.00 [2.00, 2.00] times as much\n");
    }

    @ParameterizedTest
    @ValueSource(doubles = {10, 5})
    void pricesAreVoidIfItDoesNot(double withFence, @TempDir Path directory) throws IOException {
        JsonNode file = timed(withFence, 1, directory);
        String because = file.get("control").get("voidBecause").asText();
        assertThat(because).endsWith(" times as much, which must cost more on any host");
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("\nControl: void: " + because + "\n");
        assertThat(file.get("prices"))
                .as("what was measured stays there to be looked at")
                .isNotEmpty();
    }

    @Test
    void anUnknownSubjectIsAnsweredWithThoseThereAre() {
        assertThat(run("--filter= GupSlow/SEQ")).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .startsWith("Nothing on the price list begins with GupSlow; there are GupFastVsFork, ")
                .contains("PinAndUnpin");
    }

    @Test
    void anUnknownOptionIsNoStackTrace() {
        assertThat(run("--fast")).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .contains("Unknown option: '--fast'")
                .doesNotContain("\tat ");
    }
}
