// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import pagerace.report.Json;
import pagerace.report.JunitXml;
import pagerace.report.Report;

/** The files that a run leaves in its directory. */
record Outputs(Path directory) {
    private static final String PASSED = "passed";

    Path journal() {
        return directory.resolve("measured.jsonl");
    }

    /** Makes the directory, and takes away what says that a run passed. */
    void begin() throws IOException {
        Files.createDirectories(directory);
        Files.deleteIfExists(directory.resolve(PASSED));
    }

    /** Writes every format. A file appears as a whole or not at all; the file {@code passed} if nothing fails. */
    void write(Report report) throws IOException {
        replace("report.json", Json.of(report));
        replace("junit.xml", JunitXml.of(report));
        if (report.run().complete() && !report.fails()) {
            replace(PASSED, "");
        }
    }

    private void replace(String name, String text) throws IOException {
        Path unfinished = directory.resolve(name + ".tmp");
        Files.writeString(unfinished, text);
        Files.move(unfinished, directory.resolve(name), StandardCopyOption.REPLACE_EXISTING);
    }
}
