// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pagerace.race.Catalogue;

/** The script, in a real bash. */
class CompletionTest {
    private static final Path BASH = Path.of("/bin/bash");

    @TempDir
    private Path directory = Path.of("");

    /** What bash would offer for the last of {@code words}. */
    private List<String> complete(String... words) throws IOException, InterruptedException {
        assumeTrue(Files.isExecutable(BASH));
        Path script = Files.writeString(
                directory.resolve("completion"), Ran.of("completion").out());
        String ask =
                "source " + script + " && complete -p pagerace >&2 && COMP_WORDS=(pagerace \"$@\") && COMP_CWORD=$# &&"
                        + " _complete_pagerace && printf '%s\\n' \"${COMPREPLY[@]}\"";
        List<String> command = new ArrayList<>(List.of(BASH.toString(), "--norc", "-c", ask, "bash"));
        command.addAll(List.of(words));
        Process bash = new ProcessBuilder(command)
                .redirectError(directory.resolve("registered").toFile())
                .start();
        String said = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(bash.waitFor()).isZero();
        assertThat(directory.resolve("registered")).content().contains("_complete_pagerace pagerace");
        return said.lines().toList();
    }

    @Test
    void commands() throws Exception {
        assertThat(complete("")).contains("list", "explain", "stress", "doctor", "completion");
        assertThat(complete("do")).containsExactly("doctor");
    }

    @Test
    void options() throws Exception {
        assertThat(complete("stress", "--j")).containsExactlyInAnyOrder("--jdk", "--jvm-args");
    }

    @Test
    void racesAndVariants() throws Exception {
        assertThat(complete("list", "Gup")).containsExactly("GupFastVsFork", "GupWriteVsWriteback");
        assertThat(complete("explain", "GupFastVsFork/SEQ_"))
                .containsExactlyInAnyOrderElementsOf(Catalogue.race("GupFastVsFork").orElseThrow().variants().stream()
                        .map(variant -> "GupFastVsFork/" + variant.name())
                        .filter(name -> name.startsWith("GupFastVsFork/SEQ_"))
                        .toList());
        assertThat(complete("stress", "--filter", "GupFastVsFork/CHECK")).containsExactly("GupFastVsFork/CHECK_ONLY");
    }
}
