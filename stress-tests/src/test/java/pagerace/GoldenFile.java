// SPDX-License-Identifier: Apache-2.0
package pagerace;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Golden files, in {@code src/test/resources/pagerace}. After an intended change run the test with {@code -Dpagerace.golden=write},
 * and read the difference.
 */
public final class GoldenFile {
    private GoldenFile() {}

    /** Compares {@code text} with the golden file {@code name}, or writes it. */
    public static void check(String name, String text) throws IOException {
        Path golden = Path.of("src", "test", "resources", "pagerace").resolve(name);
        if ("write".equals(System.getProperty("pagerace.golden"))) {
            Files.createDirectories(requireNonNull(golden.getParent()));
            Files.writeString(golden, text);
        }
        assertThat(text).isEqualTo(Files.readString(golden, StandardCharsets.UTF_8));
    }
}
