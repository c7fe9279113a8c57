// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import pagerace.report.Json;
import pagerace.report.JunitXml;
import pagerace.report.Report;
import pagerace.report.html.HtmlReport;

/** The files that a run leaves in its directory. */
record Outputs(Path directory) {
    private static final String PASSED = "passed";
    private static final String JSON = "report.json";
    private static final String JUNIT = "junit.xml";
    private static final String HTML = "report.html";

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
        Files.deleteIfExists(directory.resolve(JSON));
        Files.deleteIfExists(directory.resolve(JUNIT));
        Files.deleteIfExists(directory.resolve(HTML));
    }

    /** Writes every format. A file appears as a whole or not at all. */
    void write(Report report) throws IOException {
        replace(JSON, Json.of(report));
        replace(JUNIT, JunitXml.of(report));
        replace(HTML, HtmlReport.of(report));
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
