// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import pagerace.report.Report;

/** The files that a run leaves in its directory. */
record Outputs(Path directory) {
    /** Where a run leaves them unless it is told otherwise. */
    static final Path USUAL = Path.of("target", "pagerace");

    private static final String PASSED = "passed";

    Path journal() {
        return directory.resolve("measured.jsonl");
    }

    /** Makes the directory, and takes away what says that a run passed. */
    void begin() throws IOException {
        Files.createDirectories(directory);
        Files.deleteIfExists(directory.resolve(PASSED));
    }

    /** Takes away the reports of the last run, so that nobody reads them as this one's. */
    void discard() throws IOException {
        for (Format format : Format.values()) {
            Files.deleteIfExists(file(format));
        }
    }

    /** The file of one format. */
    Path file(Format format) {
        return directory.resolve(format.file());
    }

    /** Writes these formats. A file appears as a whole or not at all. */
    void write(Report report, List<Format> formats) throws IOException {
        Files.createDirectories(directory);
        for (Format format : formats) {
            replace(format.file(), format.of(report));
        }
    }

    /** Says that the run passed: its very last act. */
    void pass() throws IOException {
        replace(PASSED, "");
    }

    private void replace(String name, String text) throws IOException {
        Path unfinished = directory.resolve(name + ".tmp");
        Files.writeString(unfinished, text);
        Files.move(unfinished, directory.resolve(name), StandardCopyOption.REPLACE_EXISTING);
    }
}
