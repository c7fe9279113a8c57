// SPDX-License-Identifier: Apache-2.0
package pagerace.report;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the explorer finds of every point of the catalogue, frozen: the sorted output of {@code explore --json}. A difference is a
 * changed verdict, an execution that was gained or lost, or a judge who puts one under another name; the commit that changes this
 * file says which keys change, and why.
 */
final class Golden {
    private static final Path FILE = Path.of("src", "test", "resources", "pagerace", "explored.jsonl");

    private Golden() {}

    /** The lines by key. */
    static Map<String, String> lines() {
        Map<String, String> lines = new TreeMap<>();
        try {
            for (String line : Files.readAllLines(FILE, StandardCharsets.UTF_8)) {
                lines.put(Json.read(line, ExploredPoint.class).key(), line);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return lines;
    }
}
