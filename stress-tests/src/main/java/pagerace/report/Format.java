// SPDX-License-Identifier: Apache-2.0
package pagerace.report;

import java.util.List;
import java.util.function.Function;

/** A form in which a report leaves: each is a function of the report alone. */
public enum Format {
    /** All there is, for programs; the source of every other form. Its schema is {@link Json#schema}. */
    JSON("report.json", Json::of),
    /** For whatever shows the results of tests. */
    JUNIT("junit.xml", JunitXml::of),
    /** For a step summary or a mail. */
    MARKDOWN("report.md", Markdown::of),
    /** For whatever shows findings beside the source. */
    SARIF("report.sarif", Sarif::of),
    /** For harnesses that read a test's output line by line. */
    TAP("report.tap", Tap::of),
    /** For a terminal. */
    TABLE("report.txt", Table::of);

    /** What a run leaves without being asked. */
    public static final List<Format> USUAL = List.of(JSON, JUNIT);

    private final String file;
    private final Function<Report, String> text;

    Format(String file, Function<Report, String> text) {
        this.file = file;
        this.text = text;
    }

    /** The name of its file. */
    public String file() {
        return file;
    }

    /** What stands in that file. */
    public String of(Report report) {
        return text.apply(report);
    }
}
