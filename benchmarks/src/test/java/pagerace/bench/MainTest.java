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
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
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
        JsonNode control = file.get("controls").get(0);
        assertThat(control.get("subject").asText()).isEqualTo("UnpinDirtyVsClean");
        assertThat(control.get("voidBecause").isNull())
                .as("a fence costs time here, too: " + control)
                .isTrue();
        assertThat(control.get("ratio").get("n").asInt())
                .as("timed as the prices are")
                .isEqualTo(Effort.SHORT.rounds());
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
        assertThat(raw).hasSize(Effort.SHORT.forks());
        assertThat(raw.get(0).get("params").get("plan").asText().split(" \\| ", -1))
                .hasSize(raw.get(0).get("measurementIterations").asInt() / Effort.SHORT.rounds())
                .contains("2 UnpinDirtyVsClean/ALWAYS_LOCK: user of the pin");
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains(
                        "user of the pin, compared with UnpinDirtyVsClean/PRECHECK",
                        "] UnpinDirtyVsClean, JVM 1 of 1",
                        "\nControl: a fence more costs ");
    }

    /** Two races, as {@code runner} times them. */
    private JsonNode timed(PlanRunner runner, int exitCode, Path directory) throws IOException {
        int code = Main.run(
                stream(out),
                stream(err),
                (effort, arguments) -> runner,
                "--short",
                "--filter=InvalidateVs",
                "--output=" + directory);
        assertThat(code).isEqualTo(exitCode);
        return new ObjectMapper().readTree(directory.resolve("prices.json").toFile());
    }

    /** Every entry takes 10 ns, and the one with the fence as many as it is told. */
    private static PlanRunner withFence(double nanos) {
        return new FakeRunner(
                Effort.SHORT.rounds(), 1, (entry, jvm, round) -> entry.contains("/WITH_FENCE") ? nanos : 10);
    }

    @Test
    void pricesCountIfAFenceMoreCostsMore(@TempDir Path directory) throws IOException {
        JsonNode file = timed(withFence(20), 0, directory);
        assertThat(file.get("controls"))
                .hasSize(2)
                .allMatch(control -> control.get("voidBecause").isNull());
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("\nControl: a fence more costs 2.00 [2.00, 2.00] times as much\n");
    }

    @ParameterizedTest
    @ValueSource(doubles = {10, 5})
    void pricesAreVoidIfItDoesNot(double nanos, @TempDir Path directory) throws IOException {
        JsonNode file = timed(withFence(nanos), 1, directory);
        String because = file.get("controls").get(1).get("voidBecause").asText();
        assertThat(because).endsWith(" times as much, which must cost more on any host");
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("; void: InvalidateVsRemove, since " + because + "\n")
                .doesNotContain("compared with");
        assertThat(file.get("prices"))
                .as("what was measured stays there to be looked at")
                .isNotEmpty();
    }

    @Test
    void aVoidSubjectLeavesTheOthersTheirPrices(@TempDir Path directory) throws IOException {
        timed(
                (subject, plan) ->
                        withFence(subject.equals("InvalidateVsRemove") ? 5 : 20).run(subject, plan),
                0,
                directory);
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains(
                        "compared with InvalidateVsSecondaryFault/",
                        "\nControl: a fence more costs 2.00 [2.00, 2.00] times as much; void: InvalidateVsRemove, since ")
                .doesNotContain("compared with InvalidateVsRemove/");
    }

    /** As if the rounds that count began with one that runs backwards. */
    @Test
    void whenEveryEntryHasTheTimeOfItsMirrorImageAllIsVoid(@TempDir Path directory) throws IOException {
        JsonNode file = timed((subject, plan) -> withFence(100).run(subject, reversed(plan)), 1, directory);
        assertThat(file.get("controls"))
                .hasSize(2)
                .noneMatch(control -> control.get("voidBecause").isNull());
    }

    private static List<String> reversed(List<String> plan) {
        List<String> backwards = new ArrayList<>(plan);
        Collections.reverse(backwards);
        return backwards;
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
