// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import java.util.List;
import java.util.function.Function;
import pagerace.report.Json;
import pagerace.report.JunitXml;
import pagerace.report.Markdown;
import pagerace.report.Report;
import pagerace.report.Sarif;
import pagerace.report.Table;
import pagerace.report.Tap;
import pagerace.report.html.HtmlReport;

/** A form in which a report leaves: each is a function of the report alone. */
enum Format {
    /** All there is, for programs; the source of every other form. Its schema is {@link Json#schema}. */
    JSON("report.json", Json::of),
    /** For people: one page that needs nothing else. */
    HTML("report.html", HtmlReport::of),
    /** For tools that show the results of tests. */
    JUNIT("junit.xml", JunitXml::of),
    /** For a step summary or a mail. */
    MARKDOWN("report.md", Markdown::of),
    /** For tools that show findings beside the source. */
    SARIF("report.sarif", Sarif::of),
    /** For harnesses that read a test's output line by line. */
    TAP("report.tap", Tap::of),
    /** For a terminal. */
    TABLE("report.txt", Table::of);

    /** What a run leaves without being asked. */
    static final List<Format> USUAL = List.of(JSON, HTML, JUNIT);

    private final String file;
    private final Function<Report, String> text;

    Format(String file, Function<Report, String> text) {
        this.file = file;
        this.text = text;
    }

    /** The name of its file. */
    String file() {
        return file;
    }

    /** What stands in that file. */
    String of(Report report) {
        return text.apply(report);
    }
}
