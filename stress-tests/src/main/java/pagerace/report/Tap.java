// SPDX-License-Identifier: Apache-2.0
package pagerace.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import pagerace.explore.Trace;
import pagerace.report.Report.Row;
import pagerace.report.Report.Simplest;
import pagerace.verdict.Verdict;

/**
 * The report as TAP 14: for each class of hosts one test point for the run as a whole, then one per point. {@code SKIP} is what no
 * thread ran, and what is undecided. {@code TODO} is what nobody has established: open, but no failure.
 */
public final class Tap {
    private final Report report;
    private final List<String> lines = new ArrayList<>();
    private int number;

    private Tap(Report report) {
        this.report = report;
    }

    /** The text of {@code report.tap}. */
    public static String of(Report report) {
        return new Tap(report).text();
    }

    private String text() {
        if (!report.missing().isEmpty()) {
            lines.add(line(true, "all parts", "SKIP " + escaped(report.missingInWords())));
        }
        for (HostReport host : report.hosts()) {
            lines.add("# " + Table.summary(report, host));
            run(host);
            report.rows(host).forEach(row -> point(host, row));
        }
        return "TAP version 14\n1.." + number + "\n"
                + lines.stream().map(line -> OneLine.of(line) + "\n").collect(Collectors.joining());
    }

    private String line(boolean ok, String description, String directive) {
        number++;
        return (ok ? "ok " : "not ok ") + number + " - " + escaped(description)
                + (directive.isEmpty() ? "" : " # " + directive);
    }

    private void run(HostReport host) {
        boolean undecided = host.verdict() == RunVerdict.UNDECIDED;
        lines.add(line(
                host.verdict() != RunVerdict.FAILED,
                "the run" + on(host) + (undecided ? "" : ": " + host.headline()),
                undecided ? "SKIP " + escaped(host.headline()) : ""));
    }

    private void point(HostReport host, Row row) {
        Result result = row.result();
        boolean skipped =
                !result.fails() && (result.verdict() == Verdict.SKIPPED || result.verdict() == Verdict.INCONCLUSIVE);
        boolean open = result.verdict() == Verdict.UNKNOWN;
        String directive = skipped ? "SKIP " + result.reason() : open ? "TODO " + result.reason() : "";
        lines.add(line(!result.fails() && !open, row.point().key() + on(host), escaped(directive)));
        if (result.plan() != null || result.fails()) {
            diagnostics(row);
        }
    }

    private void diagnostics(Row row) {
        Result result = row.result();
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("verdict", result.verdict());
        facts.put("reason", result.reason());
        facts.put("samples", result.samples());
        facts.put("forbidden", result.forbidden());
        if (result.forbiddenEarly() > 0) {
            facts.put("forbiddenEarly", result.forbiddenEarly());
        }
        facts.put("window", result.window());
        lines.add("  ---");
        facts.forEach((name, value) -> lines.add("  " + name + ": " + Json.line(value)));
        Simplest schedule = result.fails() ? row.schedule() : null;
        if (schedule != null) {
            lines.add("  schedule: |2");
            Trace.print(schedule.told().transcript()).lines().forEach(line -> lines.add("    " + line));
        }
        lines.add("  ...");
    }

    private String on(HostReport host) {
        return report.hosts().size() > 1 ? " on " + host.host() : "";
    }

    /** Nothing in it is a directive. */
    private static String escaped(String plain) {
        return plain.replace("\\", "\\\\").replace("#", "\\#");
    }
}
