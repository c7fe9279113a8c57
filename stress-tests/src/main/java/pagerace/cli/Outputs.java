// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
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

    /** Writes these formats: all of them can be made before the first is written. A file appears as a whole or not at all. */
    void write(Report report, List<Format> formats) throws IOException {
        Map<Format, String> texts = new EnumMap<>(Format.class);
        formats.forEach(format -> texts.put(format, format.of(report)));
        Files.createDirectories(directory);
        for (Map.Entry<Format, String> text : texts.entrySet()) {
            replace(text.getKey().file(), text.getValue());
        }
    }

    /** Says that the run passed: its very last act. */
    void pass() throws IOException {
        replace(PASSED, "");
    }

    private void replace(String name, String text) throws IOException {
        Path unfinished = directory.resolve(name + ".tmp");
        try {
            // Text of the data may be no Unicode: this puts question marks there, where Files.writeString would throw.
            Files.write(unfinished, text.getBytes(StandardCharsets.UTF_8));
            Files.move(unfinished, directory.resolve(name), StandardCopyOption.REPLACE_EXISTING);
        } catch (FileSystemException e) {
            Files.deleteIfExists(unfinished);
            throw e;
        } catch (IOException e) { // a full disk, which has no name
            Files.deleteIfExists(unfinished);
            throw new FileSystemException(unfinished.toString(), null, e.getMessage());
        }
    }
}
