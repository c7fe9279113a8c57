// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Golden files, in {@code src/test/resources/pagerace/explore}. */
public final class Golden {
    private Golden() {}

    /** Compares {@code actual} with the golden file; if they differ, leaves what would be right in {@code target/golden}. */
    public static void check(String name, String actual) {
        try (InputStream golden = Golden.class.getResourceAsStream(name)) {
            String expected = golden == null ? "" : new String(golden.readAllBytes(), StandardCharsets.UTF_8);
            if (!actual.equals(expected)) {
                Files.writeString(
                        Files.createDirectories(Path.of("target", "golden")).resolve(name), actual);
            }
            assertThat(actual).as("see target/golden/" + name).isEqualTo(expected);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
