// SPDX-License-Identifier: Apache-2.0
package pagerace.report;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import pagerace.explore.Trace;
import pagerace.report.Report.Row;
import pagerace.verdict.PredictionSummary.Told;

/** The report as Markdown, for a step summary or a mail: the verdict of the run and what fails come first, then a table for each race. */
public final class Markdown {
    private static final List<String> RUNS =
            List.of("host", "began", "label", "filter", "part", "took", "CPUs", "flags of the forks", "to its end");

    private final Report report;
    private final StringBuilder text = new StringBuilder();

    private Markdown(Report report) {
        this.report = report;
    }

    /** The text of {@code report.md}. */
    public static String of(Report report) {
        return new Markdown(report).text();
    }

    private String text() {
        text.append("# PageRace: ").append(report.verdict()).append("\n\n");
        if (!report.missing().isEmpty()) {
            text.append("**").append(escaped(report.missingInWords())).append("**\n\n");
        }
        report.hosts()
                .forEach(host -> text.append("**")
                        .append(escaped(host.headline() + on(host)))
                        .append("**\n\n"));
        groups();
        report.hosts()
                .forEach(host -> text.append("- ")
                        .append(escaped(Table.summary(report, host)))
                        .append('\n'));
        text.append('\n');
        runs();
        failing();
        report.races().forEach(this::race);
        return text.toString();
    }

    /** What fails, in a few lines. */
    private void groups() {
        for (HostReport host : report.hosts()) {
            FailureGroup.of(report, host)
                    .forEach(group -> text.append("- ")
                            .append(escaped(group.inWords() + on(host)))
                            .append('\n'));
        }
        if (report.verdict() == RunVerdict.FAILED) {
            text.append('\n');
        }
    }

    private void runs() {
        List<List<String>> runs = report.hosts().stream()
                .flatMap(host -> host.runs().stream().map(run -> cells(host, run)))
                .toList();
        text.append(table(RUNS, runs)).append('\n');
    }

    private static List<String> cells(HostReport host, Run run) {
        return List.of(
                host.host().toString(),
                run.started(),
                run.label() == null ? "" : run.label(),
                run.filter().isEmpty() ? "all points" : run.filter(),
                run.shard() == null ? "all" : run.shard(),
                run.time(),
                String.valueOf(run.host().cpus()),
                String.join(" ", run.jvmArguments()),
                run.complete() ? "yes" : "no: interrupted");
    }

    private void failing() {
        for (HostReport host : report.hosts()) {
            report.rows(host).stream().filter(row -> row.result().fails()).forEach(row -> failing(host, row));
        }
    }

    private void failing(HostReport host, Row row) {
        text.append("## ")
                .append(escaped(row.point().key()))
                .append(": ")
                .append(row.result().verdict())
                .append(escaped(on(host)))
                .append("\n\n")
                .append(escaped(row.result().reason()))
                .append(" (")
                .append(escaped(Table.counts(row.result())))
                .append(")\n\n");
        Told told = row.schedule();
        if (told != null) {
            text.append("The simplest schedule to it under ")
                    .append(told.under().inWords())
                    .append(":\n\n```text\n")
                    // A backtick could end the block, and no transcript of ours has one.
                    .append(OneLine.each(Trace.print(told.transcript())).replace('`', '\''))
                    .append("```\n\n");
        }
    }

    private void race(RaceFacts race) {
        StringBuilder tables = new StringBuilder();
        for (HostReport host : report.hosts()) {
            List<Row> rows = Table.rows(report, host).stream()
                    .filter(row -> row.point().race().equals(race.name()))
                    .toList();
            if (!rows.isEmpty()) {
                tables.append(report.hosts().size() > 1 ? escaped(host.host() + ":") + "\n\n" : "")
                        .append(table(
                                Table.HEAD, rows.stream().map(Table::cells).toList()))
                        .append('\n')
                        .append(unseen(rows));
            }
        }
        if (!tables.isEmpty()) {
            text.append("## ")
                    .append(escaped(race.name()))
                    .append("\n\n")
                    .append(escaped(race.question()))
                    .append("\n\n")
                    .append(tables);
        }
    }

    private static String unseen(List<Row> rows) {
        String points = rows.stream()
                .filter(row -> !Table.unseen(row.result()).isEmpty())
                .map(row -> "- " + escaped(row.name() + ": " + Table.unseen(row.result())) + "\n")
                .collect(Collectors.joining());
        return points.isEmpty() ? "" : points + "\n";
    }

    private String on(HostReport host) {
        return report.hosts().size() > 1 ? " on " + host.host() : "";
    }

    /** A table of that head and those rows. */
    static String table(List<String> head, List<List<String>> rows) {
        List<List<String>> lines = new ArrayList<>();
        lines.add(head.stream().map(Markdown::escaped).toList());
        lines.add(head.stream().map(unused -> "---").toList());
        rows.forEach(row -> lines.add(row.stream().map(Markdown::escaped).toList()));
        return lines.stream()
                .map(line -> "| " + String.join(" | ", line) + " |\n")
                .collect(Collectors.joining());
    }

    /** Plain text, so that it stays plain: nothing in it opens a cell, code, emphasis, a tag, a link or an image. */
    static String escaped(String plain) {
        return OneLine.of(plain).replaceAll("[\\\\`*|~<]|](?=\\()", "\\\\$0");
    }
}
